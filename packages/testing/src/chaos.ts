/** `chaos`: a child that puts faults into the application that it is part of, at random, from a seed. */
import {
  type ChildOptions,
  type ChildSpec,
  CodedError,
  type Context,
  type Service,
  ignore,
  seededRandom,
  service,
} from '@coppice/core';
import { type LivingChild, isSameDeclaration, livingChildren, readOnce, show } from '@coppice/core/kit';
import { CHAOS_KINDS, type ChaosKind, type ChaosMix, gapMs, nextFault } from './chaos-plan.js';
import { reading } from './checked.js';
import { wrongOption } from './errors.js';
import { isWatched } from './injure.js';

/** A child, as somebody sees it who chooses whom chaos may hit. */
export interface ChaosTarget {
  /** Ids from the root down to it, joined by `/`. */
  readonly path: string;
  /** Its declaration. */
  readonly spec: ChildSpec;
}

/** What chaos does, to whom, and how often. */
export interface ChaosOptions extends Omit<ChildOptions, 'significant'> {
  /** Whether it does anything: there is no default. If not, it is a child that is ignored. */
  readonly enabled: boolean;
  /** How many faults a minute, on average; above 0. */
  readonly perMinute: number;
  /**
   * Whom it may hit: services and tasks by their declarations, all below a supervisor by that of it, or by a part of the
   * path (`'feeds'`, `'conns/conn#7'`), or whom a function says. Default: all services and tasks of the tree, but for itself.
   */
  readonly scope?:
    | (readonly ({ readonly id: string } | string)[] | ((target: ChaosTarget) => boolean))
    | undefined;
  /**
   * Which faults, and how likely each is against the others. `crash`: as if it had failed. `hang`: it fails, and its
   * clean-up takes `hangMs`, so that it may have to be abandoned. `stall`: its heartbeats are lost; only for those that are
   * watched. Default: `{ crash: 1 }`.
   */
  readonly faults?: ChaosMix | undefined;
  /** How long the clean-up takes of one that hangs, in milliseconds. Default: 30,000. */
  readonly hangMs?: number | undefined;
  /** So many faults in all, in each run of it. Default: Infinity. */
  readonly maxFaults?: number | undefined;
  /** The same seed and the same tree give the same faults, on simulated time. Default: one by chance, which is told. */
  readonly seed?: number | undefined;
  /** With `NODE_ENV=production` it does nothing, unless this is true. Default: false. */
  readonly evenInProduction?: boolean | undefined;
}

/** A fault that chaos has put into a child. */
export interface InjectedFault {
  /** 1 for the first of this run. */
  readonly number: number;
  /** What was done to it. */
  readonly kind: ChaosKind;
  /** Whom it has hit: ids from the root down, joined by `/`. */
  readonly path: string;
  /** Which of its incarnations. */
  readonly incarnation: number;
}

/** What runs while chaos does: the value of its service. */
export interface RunningChaos {
  /** By which all of it can be repeated. */
  readonly seed: number;
  /** What it has done so far, the latest last: the last 1,000 at most. How many there were the number of the last one says. */
  readonly faults: readonly InjectedFault[];
}

/**
 * What a child crashes with that chaos has hit. Its code tells in logs and events that the crash was meant.
 *
 * @example
 * ```ts
 * tree.on('child:crashed', ({ error }) => {
 *   if (error.code !== 'COPPICE_CHAOS') page('somebody');
 * });
 * ```
 */
export class ChaosError extends CodedError {
  /** `ChaosError`; it survives threads and processes, as the class does not. */
  override readonly name = 'ChaosError';
  /** The only one. */
  readonly code = 'COPPICE_CHAOS';

  /** @param fault - what was done, and by which seed it can be done again */
  constructor(message: string, fault: InjectedFault & { readonly seed: number }) {
    super(message, { ...fault });
  }
}

/** Chaos may go on for months. */
const MAX_KEPT = 1_000;

const KEYS = ['enabled', 'perMinute', 'scope', 'faults', 'hangMs', 'maxFaults', 'seed', 'evenInProduction'];

/**
 * A child that puts faults into the application that it is part of, at random: for a staging system, to see that it comes
 * back. Each fault is told, before it comes, by an event `supervisor:warning` with the code `COPPICE_CHAOS` and by a line
 * in its log; what crashes by it crashes with a `ChaosError`. It hits only what it is a part of, and stops with it.
 *
 * It is off unless `enabled` says so, and in production (`NODE_ENV`) unless `evenInProduction` does, too.
 *
 * @returns a service; `use` gives its seed, and what it has done
 * @throws TestingError `COPPICE_TEST_OPTION`; SpecError
 *
 * @example
 * ```ts
 * const monkey = chaos({
 *   id: 'chaos',
 *   enabled: process.env['CHAOS'] === 'on',
 *   perMinute: 2,
 *   scope: [db, feeds],
 *   faults: { crash: 8, hang: 1, stall: 1 },
 * });
 * await application({ id: 'shop', children: [db, feeds, monkey] }).run();
 * ```
 */
export function chaos(given: ChaosOptions): Service<RunningChaos> {
  const options = reading('chaos()', 'the argument', 'an object of options', given, () => checked(given));
  const own = Object.entries(options).filter(([key]) => !KEYS.includes(key));
  return service<RunningChaos>({
    required: false,
    ...(Object.fromEntries(own) as Omit<ChildOptions, 'id'> & { id: string }),
    start: (context) => (isOn(options, context) ? new Chaos(options, context).start() : ignore),
  });
}

function isOn({ enabled, evenInProduction }: ChaosOptions, { log }: Context): boolean {
  if (!enabled) return false;
  if (process.env['NODE_ENV'] !== 'production' || evenInProduction === true) return true;
  log.warn('chaos is off, since this is production (NODE_ENV); evenInProduction: true would turn it on');
  return false;
}

class Chaos implements RunningChaos {
  readonly seed: number;
  readonly faults: InjectedFault[] = [];
  #injected = 0;
  readonly #options: ChaosOptions;
  readonly #context: Context;

  constructor(options: ChaosOptions, context: Context) {
    this.#options = options;
    this.#context = context;
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  }

  start(): this {
    const { perMinute } = this.#options;
    const { path, fail, signal, log } = this.#context;
    const message = `chaos is on: seed ${this.seed}, about ${perMinute} faults a minute`;
    log.warn({ seed: this.seed, perMinute }, message);
    livingChildren(this.#context)
      .find((child) => child.path === path)
      ?.warn('COPPICE_CHAOS', message);
    this.#run().catch((error: unknown) => {
      if (!signal.aborted) fail(error);
    });
    return this;
  }

  async #run(): Promise<void> {
    const { perMinute, faults = { crash: 1 }, maxFaults = Infinity } = this.#options;
    const { sleep, attempt } = this.#context;
    // Not the same again when chaos itself was started again with others.
    const random = seededRandom(this.seed + attempt - 1);
    while (this.#injected < maxFaults) {
      await sleep(gapMs(random, perMinute));
      const next = nextFault(random, this.#targets(), faults);
      if (next) this.#inject(next.kind, next.target.child);
    }
  }

  #targets(): { readonly child: LivingChild; readonly canStall: boolean }[] {
    return livingChildren(this.#context)
      .filter((child) => child.path !== this.#context.path && this.#isInScope(child))
      .map((child) => ({ child, canStall: isWatched(child) }));
  }

  #isInScope(child: LivingChild): boolean {
    const { scope } = this.#options;
    if (scope === undefined) return true;
    if (typeof scope === 'function') return scope(child);
    return scope.some((each) =>
      typeof each === 'string' ? `/${child.path}/`.includes(`/${each}/`) : isBelow(each, child.spec),
    );
  }

  #inject(kind: ChaosKind, child: LivingChild): void {
    const { path, incarnation } = child;
    const fault = { number: ++this.#injected, kind, path, incarnation };
    const message = `chaos: ${kind} of ${path}#${incarnation} (fault ${fault.number} of seed ${this.seed})`;
    this.faults.push(fault);
    if (this.faults.length > MAX_KEPT) this.faults.shift();
    this.#context.log.warn({ ...fault, seed: this.seed }, message);
    child.warn('COPPICE_CHAOS', message);
    if (kind === 'stall') return void child.mute();
    if (kind === 'hang') this.#letGoLater(child.holdUp());
    child.fault(new ChaosError(message, { ...fault, seed: this.seed }));
  }

  /** When chaos itself ends, nothing is to hang any more because of it. */
  #letGoLater(letGo: () => void): void {
    const { hangMs = 30_000 } = this.#options;
    this.#context.sleep(hangMs).then(letGo, letGo);
  }
}

/** Is it this declaration, or declared below it? */
function isBelow(above: object, spec: ChildSpec): boolean {
  if (isSameDeclaration(spec, above)) return true;
  const { children = [], child } = above as {
    readonly children?: readonly object[];
    readonly child?: object;
  };
  return (child ? [child] : children).some((each) => isBelow(each, spec));
}

/** The options, read once. @throws TestingError `COPPICE_TEST_OPTION` */
function checked(options: ChaosOptions): ChaosOptions {
  const given: Record<string, unknown> = readOnce(options, (got, cause) =>
    wrongOption('chaos()', 'the argument', 'an object of options', got, cause),
  );
  const wrong = (key: string, expected: string): Error =>
    wrongOption('chaos()', key, expected, show(given[key]));
  const above = (key: string, least: number, isOptional: boolean): void => {
    const value = given[key];
    if (isOptional && value === undefined) return;
    if (typeof value === 'number' && value > least) return;
    throw wrong(key, `a number above ${least}`);
  };
  if (typeof given['enabled'] !== 'boolean') throw wrong('enabled', 'true or false: say whether it is on');
  above('perMinute', 0, false);
  above('hangMs', 0, true);
  above('maxFaults', 0, true);
  const { scope, faults, seed, evenInProduction } = given;
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw wrong('seed', 'a whole number');
  if (evenInProduction !== undefined && typeof evenInProduction !== 'boolean') {
    throw wrong('evenInProduction', 'true or false');
  }
  if (scope !== undefined && typeof scope !== 'function') {
    if (!Array.isArray(scope) || !scope.every(isPlace))
      throw wrong('scope', 'a list of declarations and parts of paths, or a function');
    given['scope'] = [...(scope as unknown[])];
  }
  if (faults !== undefined && !isMix(faults)) {
    throw wrong('faults', `weights of ${CHAOS_KINDS.join(', ')}, 0 or more, not all of them 0`);
  }
  return given as unknown as ChaosOptions;
}

const isPlace = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && 'id' in value);

function isMix(faults: unknown): boolean {
  if (typeof faults !== 'object' || faults === null) return false;
  const entries = Object.entries(faults);
  const isWeight = (value: unknown): boolean =>
    typeof value === 'number' && value >= 0 && Number.isFinite(value);
  return (
    entries.every(([kind, weight]) => CHAOS_KINDS.includes(kind as ChaosKind) && isWeight(weight)) &&
    entries.some(([, weight]) => (weight as number) > 0)
  );
}
