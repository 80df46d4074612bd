/** Without a listener no event is made: not one that nobody gets, but none at all. */
import type { Effect } from '../src/model/effect.js';
import { SHUTDOWN, crash } from '../src/model/exit-reason.js';
import type { Message } from '../src/model/message.js';
import type { ChildPolicy, SupervisorPolicy } from '../src/model/policy.js';
import { step } from '../src/model/step.js';
import { Supervisor } from '../src/model/supervisor.js';

const POLICY: SupervisorPolicy = {
  strategy: 'one-for-one',
  maxRestarts: 1,
  withinMs: 1_000,
  autoShutdown: 'any-significant',
};
const CHILD: ChildPolicy = {
  kind: 'service',
  id: 'a',
  restart: 'transient',
  significant: true,
  shutdownMs: 10,
  onStuck: 'abandon',
  giveUp: 'escalate',
  boot: 'fail',
};

/** What a supervisor of one child does when all this is said of its living incarnation, one after the other. */
function effectsOf(observed: boolean, messages: readonly object[]): Effect['type'][] {
  const s = new Supervisor('root', POLICY, false, [CHILD]);
  s.observed = observed;
  const child = s.children.first!;
  return messages.flatMap((message) =>
    step(s, { child, incarnation: child.incarnation, ...message } as unknown as Message, 0).map(
      ({ type }) => type,
    ),
  );
}

const [START, UP, FAIL] = [{ type: 'start' }, { type: 'started' }, { type: 'exited', reason: crash('boom') }];
const STOP = { type: 'stop', reason: SHUTDOWN };
const GONE = { type: 'exited', reason: SHUTDOWN };

test.each<[string, object[]]>([
  ['start and stop', [START, UP, STOP, GONE]],
  ['killed', [START, UP, STOP, { type: 'timer' }, GONE]],
  ['a start that fails', [START, { type: 'start-failed', error: 'no' }]],
  ['a start that is ignored', [START, { type: 'ignored' }]],
  ['restarts, and giving up', [START, UP, FAIL, UP, FAIL]],
  ['the end of a significant child', [START, UP, { type: 'exited', reason: { kind: 'normal' } }]],
])('%s', (_, messages) => {
  const [heard, unheard] = [effectsOf(true, messages), effectsOf(false, messages)];
  expect(heard).toContain('event');
  expect(unheard).not.toContain('event');
  expect(unheard).toEqual(heard.filter((type) => type !== 'event'));
});
