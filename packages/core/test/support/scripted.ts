/**
 * Children that do what a test tells them to: crash on demand, start or stop slowly, hang. All that they go
 * through is written to a journal (`start a`, `stop a` when asked to, `end a` when it ends by itself).
 */
import {
  type Context,
  type Service,
  type Shutdown,
  SimulatedClock,
  type StopReport,
  type SupervisionEvent,
  type SupervisorOptions,
  type SupervisorTree,
  type WorkerOptions,
  service,
  supervisor,
} from '@coppice/core';

/** What a scripted child does at its nth start and stop, if that is anything special. */
export interface Script extends Omit<WorkerOptions, 'id'> {
  readonly journal?: string[];
  /** Throws, returns a promise, returns `ignore`...; what it returns is the value of the service. */
  readonly onStart?: (attempt: number, context: Context) => unknown;
  readonly onStop?: (attempt: number) => unknown;
  readonly kill?: () => unknown;
}

export interface Scripted {
  readonly spec: Service<unknown>;
  /** The contexts of all its incarnations. */
  readonly contexts: readonly Context[];
  readonly starts: number;
  readonly stops: number;
  crash(error?: unknown): void;
  finish(shutdown?: Shutdown): void;
}

/** A service that follows a script. It can be steered from outside by `crash` and `finish`. */
export function scripted(id: string, script: Script = {}): Scripted {
  const { journal = [], onStart, onStop, kill, ...options } = script;
  const contexts: Context[] = [];
  let stops = 0;
  const current = (): Context => {
    const context = contexts.at(-1);
    if (!context) throw new Error(`${id} was never started`);
    return context;
  };
  const spec = service<unknown>({
    id,
    ...options,
    start: (context) => {
      contexts.push(context);
      journal.push(`start ${id}`);
      return onStart ? onStart(context.attempt, context) : context.attempt;
    },
    stop: () => {
      stops++;
      const { reason } = current().signal as { reason: { code?: string } };
      journal.push(`${reason.code === 'COPPICE_STOP_REQUESTED' ? 'stop' : 'end'} ${id}`);
      return onStop?.(current().attempt);
    },
    ...(kill && { kill }),
  });
  return {
    spec,
    contexts,
    get starts() {
      return contexts.length;
    },
    get stops() {
      return stops;
    },
    crash: (error = new Error(`${id} crashed`)) => current().fail(error),
    finish: (shutdown) => current().end(shutdown),
  };
}

/** Several scripted children with one journal, by their ids. */
export function crew<const I extends string>(
  ids: readonly I[],
  script: (id: I) => Script = () => ({}),
): { journal: string[]; specs: Service<unknown>[] } & Record<I, Scripted> {
  const journal: string[] = [];
  const members = ids.map((id) => [id, scripted(id, { journal, ...script(id) })] as const);
  return {
    journal,
    specs: members.map(([, member]) => member.spec),
    ...(Object.fromEntries(members) as Record<I, Scripted>),
  };
}

/** What is left of a journal since it was last looked at. */
export const drain = (journal: string[]): string[] => journal.splice(0);

export interface Booted {
  readonly tree: SupervisorTree;
  readonly clock: SimulatedClock;
  /** Settles when the tree has ended, for whatever reason. */
  readonly ended: Promise<StopReport>;
  /** Everything that happened, as events, from the first on. */
  readonly events: SupervisionEvent[];
  /** Gives promises and due timers their turn. */
  readonly settle: () => Promise<void>;
}

/** Starts a supervisor on a simulated clock. */
export async function boot(options: Partial<SupervisorOptions>): Promise<Booted> {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'root', children: [], ...options }).handle({ clock });
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => void events.push(event));
  const ended = tree.whenStopped();
  await tree.start();
  return { tree, clock, ended, events, settle: () => clock.advance(0) };
}

/** The children as `id: status`, in order. */
export const statuses = (tree: { whichChildren(): readonly { id: string; status: string }[] }): string[] =>
  tree.whichChildren().map(({ id, status }) => `${id}: ${status}`);

/** A promise with its two ends. */
export function deferred<T = void>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets promises have their turn, and no timer, until the condition holds. Not for ever: a test has to fail. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (condition()) return;
    await Promise.resolve();
  }
  throw new Error(`it does not come about: ${condition.toString()}`);
}

/** Never settles. */
export const forever = (): Promise<never> => new Promise<never>(() => {});

/** What a promise is rejected with; fails if it is resolved. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<{ code?: string; message: string; cause?: unknown }> {
  const nothing = Symbol('nothing');
  const caught = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (caught === nothing) throw new Error('expected a rejection');
  return caught as { code?: string; message: string; cause?: unknown };
}
