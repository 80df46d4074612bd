/** Plays an engine script from its start to its end, and checks what can be seen from outside. */
import {
  SimulatedClock,
  type SupervisionEvent,
  type SupervisorSnapshot,
  type SupervisorTree,
  seededRandom,
} from '../../../src/index.js';
import { KILL_GRACE_MS } from '../../../src/model/policy.js';
import { Violation } from '../model/judge/violation.js';
import { Acts } from './acts.js';
import { EventJudge } from './event-judge.js';
import { Journal } from './journal.js';
import { checkJson } from './json.js';
import { addHostileListeners, addMeddlers } from './listeners.js';
import type { BranchPlan, EngineScript, LeafPlan } from './plan.js';
import { TimerBook } from './timer-book.js';
import { slowedScript } from './slowness.js';
import { Stage } from './stage.js';

export type Audience = 'nobody' | 'judge' | 'hostile' | 'meddling';

export interface Outcome {
  /** The events, and what the children wrote. */
  readonly story: readonly string[];
  readonly journal: readonly string[];
}

export class Run {
  readonly judge: EventJudge;
  readonly journal: Journal;
  readonly #script: EngineScript;
  readonly audience: Audience;
  readonly clock = new SimulatedClock();
  readonly #timers = new TimerBook(this.clock);
  readonly #stage: Stage;
  readonly #tree: SupervisorTree;
  readonly #violations: unknown[];
  readonly #acts: Acts;
  #open = 0;

  constructor(given: EngineScript, audience: Audience, hear?: (event: SupervisionEvent) => void) {
    const script = slowedScript(given);
    this.#script = script;
    this.audience = audience;
    this.journal = new Journal(audience !== 'nobody');
    this.judge = new EventJudge(script, this.journal);
    this.#stage = new Stage(this.clock, this.journal);
    this.#violations = this.#stage.violations;
    this.#tree = this.#stage
      .rootOf(script.root)
      .handle({ clock: this.#timers, random: seededRandom(script.seed) });
    this.#acts = new Acts(
      script,
      this.#tree,
      this.#stage,
      (answer) => this.#settles(answer),
      (path) => this.judge.reconciled.add(path),
    );
    if (audience === 'hostile') addHostileListeners(this.#tree);
    if (audience !== 'nobody') this.#tree.on('event', (event) => this.#hears(event, hear));
    if (audience === 'meddling') addMeddlers(this.#tree, (command) => this.#settles(command));
  }

  /** @throws Violation for the first rule that was broken */
  async play(): Promise<Outcome> {
    const tree = this.#tree;
    this.#settles(tree.whenStopped());
    checkJson('snapshot', tree.snapshot());
    this.#settles(tree.start());
    for (const action of this.#script.actions) {
      await this.#acts.act(action);
      this.#checkSnapshot();
    }
    if (this.#script.rest) {
      await this.#rest();
    }
    const stop = this.#stop();
    this.#settles(stop.then(() => this.#check(() => this.#timers.checkNone())));
    this.#checkSnapshot();
    await this.#windDown();
    this.#checkSnapshot();
    await this.#overrule();
    this.#checkEnd();
    await stop;
    if (this.#violations.length > 0) throw this.#violations[0];
    return { story: this.judge.story, journal: this.journal.lines };
  }

  #hears(event: SupervisionEvent, hear: ((event: SupervisionEvent) => void) | undefined): void {
    this.#check(() => this.judge.hear(event));
    hear?.(event);
  }

  /** Whoever is watched is looked at for ever: then it is as quiet as it will be after some time. */
  async #rest(): Promise<void> {
    if (this.#isWatched) return this.clock.advance(REST_MS * this.#script.slowness);
    await this.clock.runUntilIdle();
    this.#checkRest();
  }

  /** Until all is down; or, while one is waited for without limit and others are still watched, until that is so. */
  async #windDown(): Promise<void> {
    const isDown = (): boolean => this.#tree.snapshot().phase === 'stopped';
    let stuck = 0;
    for (let i = 0; this.#isWatched && !isDown() && i < MAX_STOPS; i++) {
      // Not by events, which not all audiences hear; twice, since it may still have its last grace.
      stuck = this.#isAnyKilled(this.#tree.snapshot()) ? stuck + 1 : 0;
      if (stuck > 1) return;
      await this.clock.advance(STOP_MS * this.#script.slowness);
    }
    if (!this.#isWatched || isDown()) await this.clock.runUntilIdle();
  }

  /** Is anybody waited for who is past being killed, and whose `onStuck` says so? */
  #isAnyKilled({ children }: SupervisorSnapshot): boolean {
    return children.some(({ path, status, supervisor: below }) => {
      if (below) return this.#isAnyKilled(below);
      return (
        status === 'killing' &&
        this.journal.entries.some((each) => each.path === path && !each.left && each.onStuck === 'wait')
      );
    });
  }

  get #isWatched(): boolean {
    const { root, extra } = this.#script;
    return isWatched(root) || isWatchedLeaf(extra);
  }

  async #stop(): Promise<void> {
    const { deadlineMs } = this.#script;
    const isFirst = this.#tree.snapshot().phase === 'running';
    const stoppedAt = this.clock.now();
    this.judge.deadlineAt = stoppedAt + deadlineMs;
    await this.#tree.stop(deadlineMs === Infinity ? {} : { shutdownMs: deadlineMs });
    // By force, whoever has a way to be killed may take its grace, and another one where the stop came in between.
    this.#check(() => {
      if (isFirst && this.clock.now() > stoppedAt + deadlineMs + 2 * KILL_GRACE_MS)
        throw new Violation(
          `down at ${this.clock.now()}, ${deadlineMs} after ${stoppedAt} it has to be over`,
        );
    });
  }

  /** Whoever is waited for without limit is so for ever, unless there is a deadline. */
  async #overrule(): Promise<void> {
    if (this.#tree.snapshot().phase === 'stopped') return;
    if (this.judge.story.length > 0 && !this.journal.isAnyStuck)
      throw new Violation(`it does not stop, and nobody is stuck`);
    this.judge.deadlineAt = this.clock.now();
    this.#settles(this.#tree.stop({ shutdownMs: 0 }));
    await this.clock.runUntilIdle();
  }

  /** Whatever is asked gets an answer: yes or no, but not silence. */
  #settles(answer: Promise<unknown>): void {
    this.#open++;
    answer.then(
      () => this.#open--,
      () => this.#open--,
    );
  }

  #checkSnapshot(): void {
    const snapshot = this.#tree.snapshot();
    checkJson('snapshot', snapshot);
    const alive = snapshot.children.filter(({ status }) =>
      ['starting', 'running', 'stopping', 'killing'].includes(status),
    );
    if (alive.length !== snapshot.counts.active)
      throw new Violation(`the snapshot counts its children wrong`);
  }

  /** A child may hang in its start for ever, and others then wait for a decision; but none hangs on its way out. */
  #checkRest(): void {
    const moving = this.#tree
      .snapshot()
      .children.find(({ status }) => status === 'stopping' || status === 'killing');
    if (moving && !this.journal.isAnyStuck && this.judge.story.length > 0)
      throw new Violation(`at rest, '${moving.path}' is ${moving.status}`);
    if (this.judge.story.length === 0) return;
    const ending = this.journal.entries.find(
      ({ said, left, abandoned, isStuck }) => said && !left && !abandoned && !isStuck,
    );
    if (ending && ending.said !== 'unknown') throw new Violation(`'${ending.path}' ends, and nobody notices`);
  }

  #checkEnd(): void {
    if (this.clock.pendingTimers !== 0) throw new Violation(`${this.clock.pendingTimers} timers are left`);
    const { phase } = this.#tree.snapshot();
    if (phase !== 'stopped') throw new Violation(`after a stop it is ${phase}`);
    if (this.#open !== 0) throw new Violation(`${this.#open} calls have no answer`);
    const left = this.journal.entries.find((entry) => !entry.left && !entry.abandoned);
    if (left && this.judge.story.length > 0)
      throw new Violation(`'${left.path}' is neither gone nor abandoned`);
  }

  #check(judge: () => void): void {
    try {
      judge();
    } catch (error) {
      this.#violations.push(error);
    }
  }
}

const REST_MS = 700;
/** No child has longer to stop; and so many stop one after the other, at most. */
const STOP_MS = 5_000;
const MAX_STOPS = 24;

const isWatchedLeaf = ({ beyond }: LeafPlan): boolean =>
  beyond?.staleAfterMs !== undefined || beyond?.maxRunMs !== undefined;

const isWatched = ({ leaves, branches }: BranchPlan): boolean =>
  leaves.some(isWatchedLeaf) || branches.some(isWatched);
