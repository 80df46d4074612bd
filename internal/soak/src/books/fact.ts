/** What the events have told of one child, and what may be told next. */
import type { ChildKind, EventName, SupervisionEvent } from 'coppice';

export type ChildEvent = Extract<SupervisionEvent, { incarnation: number }>;

/** How far a life has got, as it was told. */
export type Told = 'nothing' | 'starting' | 'started' | 'stopping' | 'over';

export interface Fact {
  readonly path: string;
  readonly supervisor: string;
  readonly id: string;
  readonly kind: ChildKind;
  incarnation: number;
  told: Told;
  /** What was told of it last. */
  last: EventName | undefined;
  /** How its last life ended. */
  end: EventName | undefined;
  /** Its restart was decided, and is not done yet. */
  isDue: boolean;
  /** It was told why it is down until somebody starts it. */
  isExplained: boolean;
}

const ANYTHING: readonly Told[] = ['nothing', 'starting', 'started', 'stopping', 'over'];
const ALIVE: readonly Told[] = ['starting', 'started', 'stopping'];
const DOWN: readonly Told[] = ['nothing', 'over'];

/** What has to have been told before. */
export const AFTER: Readonly<Record<ChildEvent['type'], readonly Told[]>> = {
  'child:starting': DOWN,
  'child:started': ['starting'],
  'child:start-failed': ['starting'],
  'child:ignored': ['starting'],
  'child:ending': ['starting', 'started'],
  'child:crashed': ['starting', 'started'],
  'child:completed': ['starting', 'started'],
  'child:restarting': ['over'],
  'child:not-restarted': DOWN,
  'child:backing-off': ['over'],
  'child:gave-up': ['over'],
  'child:waiting': DOWN,
  'child:paused': ANYTHING,
  'child:resumed': ANYTHING,
  'child:classify-failed': ANYTHING,
  'child:stopping': ['starting', 'started'],
  'child:timed-out': ['starting', 'started'],
  'child:killing': ALIVE,
  'child:stopped': ['stopping'],
  'child:stuck': ALIVE,
  'child:abandoned': ALIVE,
  'child:settled': ANYTHING,
  'child:cleanup-failed': ANYTHING,
  'child:late-fault': ANYTHING,
  'child:removed': DOWN,
};

/** Told also of incarnations that are long over. */
export const OF_ANY_INCARNATION: readonly EventName[] = [
  'child:settled',
  'child:cleanup-failed',
  'child:late-fault',
];

/** What says of one that it is down until somebody starts it, or that it is not; the others leave that as it is. */
export const EXPLAINS: Readonly<Partial<Record<EventName, boolean>>> = {
  'child:not-restarted': true,
  'child:stopped': true,
  'child:ignored': true,
  'child:crashed': false,
  'child:completed': false,
  'child:start-failed': false,
  'child:starting': false,
  'child:restarting': false,
  'child:backing-off': false,
  'child:waiting': false,
};

/** On request one is restarted whatever it was at. */
export const isOnRequest = (event: ChildEvent): boolean =>
  event.type === 'child:restarting' && ['request', 'resume', 'reconcile'].includes(event.because);

/** What a life comes to next; undefined: where it is. */
export const THEN: Readonly<Partial<Record<EventName, Told>>> = {
  'child:starting': 'starting',
  'child:started': 'started',
  'child:stopping': 'stopping',
  'child:start-failed': 'over',
  'child:ignored': 'over',
  'child:crashed': 'over',
  'child:completed': 'over',
  'child:stopped': 'over',
};
