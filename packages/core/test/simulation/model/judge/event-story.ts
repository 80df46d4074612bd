/** The events about one child, in causal order: it starts, it is up, it ends, it is decided on. */
import type { EventBody } from '../../../../src/model/event.js';
import type { Fact } from './fact.js';
import { Violation } from './violation.js';

/** What is remembered of a child from event to event. */
type Told = Pick<Fact, 'id' | 'told' | 'incarnation'>;
type ChildEvent = Extract<EventBody, { incarnation: number }>;

const ANYTHING: readonly Fact['told'][] = ['nothing', 'starting', 'started', 'stopping', 'over'];

/** What must have been told before, by the name of the event. */
const AFTER: Partial<Record<ChildEvent['type'], readonly Fact['told'][]>> = {
  'child:starting': ['nothing', 'over'],
  'child:started': ['starting'],
  'child:start-failed': ['starting'],
  'child:ignored': ['starting'],
  'child:ending': ['starting', 'started'],
  'child:crashed': ['starting', 'started'],
  'child:completed': ['starting', 'started'],
  'child:restarting': ['over'],
  'child:not-restarted': ['nothing', 'over'],
  'child:backing-off': ['over'],
  'child:gave-up': ['over'],
  'child:waiting': ['nothing', 'over'],
  'child:paused': ANYTHING,
  'child:resumed': ANYTHING,
  'child:classify-failed': ANYTHING,
  'child:stopping': ['starting', 'started'],
  'child:timed-out': ['starting', 'started'],
  'child:killing': ['starting', 'started', 'stopping'],
  'child:stopped': ['stopping'],
  'child:removed': ['nothing', 'over'],
};

/** On request one is restarted whatever it was at. */
const ON_REQUEST: readonly Fact['told'][] = ['nothing', 'starting', 'started', 'over'];

export function checkEvent(fact: Told, event: ChildEvent): void {
  const isRequest =
    event.type === 'child:restarting' && ['request', 'resume', 'reconcile'].includes(event.because);
  const after = isRequest ? ON_REQUEST : AFTER[event.type];
  if (!after?.includes(fact.told)) {
    throw new Violation(`'${event.type}' of '${fact.id}' comes after '${fact.told}'`);
  }
  const expected = event.type === 'child:starting' ? fact.incarnation + 1 : fact.incarnation;
  if (event.incarnation !== expected) {
    throw new Violation(`'${event.type}' of incarnation ${event.incarnation}, but it is ${expected}`);
  }
  switch (event.type) {
    case 'child:starting':
      fact.told = 'starting';
      return;
    case 'child:started':
      fact.told = 'started';
      return;
    case 'child:stopping':
      fact.told = 'stopping';
      return;
    case 'child:crashed':
    case 'child:completed':
    case 'child:stopped':
    case 'child:start-failed':
    case 'child:ignored':
      fact.told = 'over';
      return;
    default:
  }
}
