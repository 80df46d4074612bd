/** The life of an application without its process: it starts, drains and stops; nothing global is touched. */
import {
  type ChildRef,
  type Context,
  type DeclaredSupervisor,
  type FaultScope,
  type Health,
  type HealthChange,
  type HealthOptions,
  type HealthWatch,
  type StopReport,
  type SupervisorTree,
  healthOf,
  watchHealth,
} from '@coppice/core';
import { clockOf, isSameTree, narrate, snapshotAround } from '@coppice/core/kit';
import { diagnosticsSink } from '../diagnostics/index.js';
import { startWithin } from './boot.js';
import { consoleLogger } from './console-logger.js';
import type { Settings } from './options.js';
import type { ApplicationLogger } from './types.js';

/** What `run()` brings with it while it has the process. */
export interface ProcessOwner {
  /** Traces stray faults back to children; undefined if nobody asked for it. */
  readonly faultScope: FaultScope | undefined;
  readonly isTainted: boolean;
  /** It begins to stop, for this reason, after so many milliseconds in which it still serves. */
  stopping(because: string, drainMs: number): void;
  /** It has become ready, or unready. */
  healthChanged(change: HealthChange): void;
}

/** Nobody has said more than that. */
const STOP_CALLED = 'stop() was called';

export class Lifecycle {
  readonly settings: Settings;
  readonly logger: ApplicationLogger;
  readonly tree: SupervisorTree;
  /** Set while `run()` has the process. */
  owner: ProcessOwner | undefined = undefined;
  /** Only for those who are asked by probes: it listens. */
  readonly #watch: HealthWatch | undefined;
  #isDraining = false;
  #endDrain: (() => void) | undefined = undefined;
  #starting: Promise<void> | undefined = undefined;
  #stopping: Promise<StopReport> | undefined = undefined;

  constructor(spec: DeclaredSupervisor, settings: Settings) {
    this.settings = settings;
    this.logger = settings.logger ?? consoleLogger(spec.id, () => this.owner !== undefined);
    const { clock, random, faults } = settings;
    // The tree is made before anybody knows whether it will have the process; faults are followed only then.
    const faultScope: FaultScope = {
      run: (owner, code) => {
        const scope = this.owner?.faultScope;
        return scope ? scope.run(owner, code) : code();
      },
      outside: (code) => {
        const scope = this.owner?.faultScope;
        return scope ? scope.outside(code) : code();
      },
    };
    this.tree = spec.handle({
      clock,
      random,
      logger: this.logger,
      ...(faults.policy !== 'off' && { faultScope }),
      eventSink: diagnosticsSink(),
      recorder: settings.recorder,
    });
    // A log that has the records of the application need not have those of the root as well.
    narrate(this.tree, () => this.owner !== undefined && settings.logger !== undefined);
    this.#watch =
      settings.health &&
      watchHealth(this.tree, {
        children: settings.health.children ?? {},
        facts: () => this.#facts(),
        onChange: (change) => this.owner?.healthChanged(change),
      });
  }

  /** Is anything of it there, or on its way? */
  get state(): 'starting' | 'stopping' | 'running' | undefined {
    if (this.#stopping) return 'stopping';
    if (this.#starting) return 'starting';
    const { phase } = this.tree.snapshot();
    return phase === 'idle' || phase === 'stopped' ? undefined : 'running';
  }

  start(): Promise<void> {
    if (this.#stopping) return this.#stopping.then(() => this.start());
    const { startTimeoutMs } = this.settings;
    this.#starting ??= startWithin(
      this.tree,
      startTimeoutMs,
      clockOf(this.tree),
      () => this.stop({ because: 'the start takes too long' }),
      () => this.#stopping !== undefined,
    ).finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /** Drains if it is to, and stops; once more while that goes on, it is the same stop. */
  stop({ because = STOP_CALLED, drain = true } = {}): Promise<StopReport> {
    if (!drain) this.endDrain();
    // In a microtask: the tree tells that it stops before it returns, and that leads back here.
    this.#stopping ??= Promise.resolve()
      .then(() => this.#drainAndStop(because, drain))
      .finally(() => {
        this.#stopping = undefined;
        this.#isDraining = false;
      });
    return this.#stopping;
  }

  /** Resolves when a stop that is under way is over; it does not drain any longer. */
  async settled(): Promise<void> {
    this.endDrain();
    await this.#stopping;
  }

  /** Does not wait any longer for those who may still send something. */
  endDrain(): void {
    this.#endDrain?.();
  }

  explain(child?: ChildRef): string {
    const whenAllEnds = this.owner ? 'the process exits with code 1' : undefined;
    return this.tree.explain(child, { whenAllEnds });
  }

  health(): Health {
    if (this.#watch) return this.#watch.health();
    return healthOf(this.tree.snapshot({ dynamic: 'count' }), this.#facts());
  }

  /** What its probes answer: where its declaration is part of another tree, as under a test, that is how it is there. */
  healthAround(probes: Context): Health {
    if (isSameTree(probes, this.tree)) return this.health();
    const { children } = this.settings.health ?? {};
    return healthOf(snapshotAround(probes, { dynamic: 'count' }), { children });
  }

  get healthChanges(): readonly HealthChange[] {
    return this.#watch ? [...this.#watch.changes] : [];
  }

  #facts(): Pick<HealthOptions, 'isDraining' | 'isTainted'> {
    return { isDraining: this.#isDraining, isTainted: this.owner?.isTainted === true };
  }

  async #drainAndStop(because: string, drain: boolean): Promise<StopReport> {
    const { drainMs, shutdownMs } = this.settings;
    const clock = clockOf(this.tree);
    const deadlineAt = clock.now() + shutdownMs;
    const { phase } = this.tree.snapshot();
    const drains = drain && drainMs > 0 && phase === 'running';
    if (phase !== 'idle' && phase !== 'stopped') this.owner?.stopping(because, drains ? drainMs : 0);
    if (drains) await this.#drain();
    const by = because === STOP_CALLED ? undefined : because;
    return this.tree.stop({ shutdownMs: Math.max(0, deadlineAt - clock.now()), by });
  }

  #drain(): Promise<void> {
    const { drainMs } = this.settings;
    const clock = clockOf(this.tree);
    this.#isDraining = true;
    this.#watch?.refresh();
    return new Promise((resolve) => {
      const timer = clock.setTimer(() => this.endDrain(), drainMs);
      this.#endDrain = () => {
        this.#endDrain = undefined;
        clock.clearTimer(timer);
        resolve();
      };
    });
  }
}
