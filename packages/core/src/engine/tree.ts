/**
 * What all supervisors of one tree share: the clock, the queue of messages, the listeners, and the
 * incarnations that were abandoned and have not ended yet.
 *
 * Messages are run to completion, one after the other, never one inside another: a tree of any depth needs
 * no deep stack, and whoever calls in from a listener or a start function cannot find a step half done.
 */
import type { Message } from '../model/message.js';
import { checkFunction, checkOptions, checkPort } from '../spec/checks.js';
import { type LoggerLike, silentLogger } from '../spec/logger.js';
import { type Clock, inNextTurn, realClock } from './clock.js';
import { EffectList } from './effect-list.js';
import { EventBus, type EventSink } from './event-bus.js';
import type { FaultScope } from './faults.js';
import { GuardedClock } from './guarded-clock.js';
import { Inbox, type Receiver } from './inbox.js';
import type { Incarnation } from './incarnation.js';
import { type PortTrouble, guardedRandom } from './ports.js';
import { Recorder } from '../recorder/recorder.js';
import type { RecorderOptions } from '../recorder/types.js';
import type { Random } from './random.js';
import { Readiness } from './readiness.js';

/** What a tree runs on. */
export interface TreeOptions {
  /** Where time comes from. Default: the platform's clock. */
  readonly clock?: Clock | undefined;
  /** Where chance comes from: the jitter of delays. Default: `Math.random`; for a test `seededRandom(seed)`. */
  readonly random?: Random | undefined;
  /** Where the `log` of a child's context goes: pino, or anything shaped like it. Default: nowhere. */
  readonly logger?: LoggerLike | undefined;
  /** Runs the code of children so that stray faults can be traced back to them. Default: it is just called. */
  readonly faultScope?: FaultScope | undefined;
  /** Where all events go besides the listeners. Default: nowhere. */
  readonly eventSink?: EventSink | undefined;
  /** Keeps the last runs of the children that fail; see `recorder` of the handle. Default: false. */
  readonly recorder?: boolean | RecorderOptions | undefined;
}

/** So many messages are run before the event loop gets a turn: some milliseconds, where each of them stops a child. */
const SLICE = 500;

const GO_ON: Message = { type: 'go-on' };

export class Tree {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: LoggerLike;
  /** Told of a port that misbehaves. */
  readonly trouble: PortTrouble;
  readonly faultScope: FaultScope | undefined;
  /** Incarnations that were not waited for any longer and still run. */
  readonly abandoned = new Set<Incarnation>();
  readonly events: EventBus;
  readonly recorder: Recorder | undefined;
  readonly readiness: Readiness;
  /** Makes a handle on the supervisor at a path. */
  readonly handleAt: (path: string) => unknown;
  /** Those of the message that is being handled. */
  readonly effects = new EffectList();

  readonly #inbox = new Inbox();
  #isRunning = false;
  #isPaused = false;
  #sinceTurn = 0;
  #soon: (() => void)[] = [];

  /**
   * @param trouble - told once for each way in which a port misbehaves
   * @param handleAt - makes a handle on the supervisor at a path
   */
  constructor(options: TreeOptions, trouble: PortTrouble, handleAt: (path: string) => unknown) {
    checkOptions('handle, or start,', options, [
      'clock',
      'random',
      'logger',
      'faultScope',
      'eventSink',
      'recorder',
    ]);
    checkPort('clock', options.clock, ['now', 'setTimer', 'clearTimer']);
    checkPort('logger', options.logger, ['debug', 'info', 'warn', 'error']);
    checkPort('faultScope', options.faultScope, ['run', 'outside']);
    checkPort('eventSink', options.eventSink, ['publish']);
    checkFunction('random', options.random);
    const { clock = realClock, random = Math.random, recorder = false } = options;
    this.trouble = trouble;
    this.handleAt = handleAt;
    this.clock = clock === realClock ? clock : new GuardedClock(clock, trouble);
    this.random = random === Math.random ? random : guardedRandom(random, trouble);
    this.readiness = new Readiness(this.clock);
    this.events = new EventBus(this.clock, options.faultScope, trouble, options.eventSink);
    this.recorder = recorder === false ? undefined : new Recorder(recorder);
    this.logger = options.logger ?? silentLogger;
    this.faultScope = options.faultScope;
  }

  /** Queues a message; it is run when {@link run} gets to it. */
  post(to: Receiver, message: Message): void {
    this.#inbox.push(to, message);
  }

  /** Queues a message and runs what is queued, unless that is going on already further up the stack. */
  send(to: Receiver, message: Message): void {
    this.post(to, message);
    this.run();
  }

  /**
   * For calls that come from inside a user's code: calls `action` in a microtask, with all others of this
   * moment, and runs the messages that they leave only then.
   */
  soon(action: () => void): void {
    if (this.#soon.push(action) > 1) return;
    queueMicrotask(() => {
      const actions = this.#soon;
      this.#soon = [];
      for (const each of actions) each();
      this.run();
    });
  }

  /**
   * Runs all queued messages. After so many of them, whether they came at once or one by one from promises
   * that settle without end, the event loop gets a turn.
   */
  run(): void {
    if (this.#isRunning || this.#isPaused || this.#inbox.isEmpty) return;
    if (this.#sinceTurn >= SLICE) return this.#pause();
    this.#isRunning = true;
    try {
      do this.#inbox.handleNext();
      while (++this.#sinceTurn < SLICE && !this.#inbox.isEmpty);
    } finally {
      // Nothing of the user's can throw here; but whatever does, the tree must not be deaf after that.
      this.#isRunning = false;
    }
    if (!this.#inbox.isEmpty) this.#pause();
  }

  /**
   * Goes on with what has just begun: at once, or, where the event loop is to have its turn first, after what is
   * queued. So what thousands of promises bring about that settle in one moment is done in slices as well.
   */
  goOn(receiver: Receiver): void {
    if (this.#isPaused) return this.post(receiver, GO_ON);
    receiver.handle(GO_ON);
    this.run();
  }

  /** The same in the next turn of the event loop. */
  goOnLater(receiver: Receiver): void {
    this.#inNextTurn(() => this.send(receiver, GO_ON));
  }

  #pause(): void {
    this.#isPaused = true;
    this.#inNextTurn(() => {
      this.#isPaused = false;
      this.#sinceTurn = 0;
      this.run();
    });
  }

  /** Or when the tree's clock says so: one that is advanced by hand is not to run ahead of what is still to be done. */
  #inNextTurn(action: () => void): void {
    let isDone = false;
    let timer: unknown = null;
    const once = (): void => {
      if (isDone) return;
      isDone = true;
      this.clock.clearTimer(timer);
      action();
    };
    // This first: whatever becomes of a clock of the user's, the tree goes on.
    inNextTurn(once);
    timer = this.clock.setTimer(once, 0);
  }
}
