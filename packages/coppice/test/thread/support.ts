/** Real threads under a supervisor, and what a test needs to see of them. */
import { join } from 'node:path';
import {
  type EventOf,
  type EventName,
  type Service,
  type SupervisionEvent,
  type SupervisorOptions,
  type SupervisorTree,
  type ThreadHandle,
  type ThreadOptions,
  type TreeOptions,
  service,
  supervisor,
  thread,
} from 'coppice';

export const fixture = (name: string): string => join(__dirname, 'fixtures', name);

/** A thread that does what `act.mjs` has under this name. */
export const acting = (act: string, options: Partial<ThreadOptions> = {}) =>
  thread({ id: 'worker', file: fixture('act.mjs'), ...options, data: { act, ...(options.data as object) } });

/** Threads of this process that are alive. */
export const threadsAlive = (): number =>
  (process.report.getReport() as { workers: readonly unknown[] }).workers.length;

export interface Booted {
  readonly tree: SupervisorTree;
  readonly events: SupervisionEvent[];
  /** The handle of the thread that runs now. */
  readonly current: () => ThreadHandle;
  /** The first event of this name (that fits), also if it has been already. */
  readonly event: <N extends EventName>(
    name: N,
    fits?: (event: EventOf<N>) => boolean,
  ) => Promise<EventOf<N>>;
}

const booted: SupervisorTree[] = [];

/** A tree with the thread as its child; it is stopped after the test. */
export async function boot(
  spec: Service<ThreadHandle>,
  options: Partial<SupervisorOptions> = {},
  treeOptions: TreeOptions = {},
): Promise<Booted> {
  const { tree, ...rest } = prepare(spec, options, treeOptions);
  await tree.start();
  return { tree, ...rest };
}

/** The same, not started. */
export function prepare(
  spec: Service<ThreadHandle>,
  options: Partial<SupervisorOptions> = {},
  treeOptions: TreeOptions = {},
): Booted {
  let use: (<V>(ref: Service<V>) => V) | undefined;
  const probe = service({ id: 'probe', start: (context) => void (use = context.use) });
  const tree = supervisor({ id: 'app', ...options, children: [probe, spec] }).handle(treeOptions);
  booted.push(tree);
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => events.push(event));
  return {
    tree,
    events,
    current: () => use!(spec),
    event: (name, fits = () => true) => {
      const wanted = (event: SupervisionEvent): boolean => event.type === name && fits(event as never);
      const found = events.find(wanted);
      if (found) return Promise.resolve(found as never);
      return new Promise((resolve) => {
        const listener = (event: SupervisionEvent): void => {
          if (!wanted(event)) return;
          tree.off('event', listener);
          resolve(event as never);
        };
        tree.on('event', listener);
      });
    },
  };
}

/** The next message of a thread (that fits). */
export const nextMessage = <T = unknown>(
  handle: ThreadHandle,
  fits: (message: unknown) => boolean = () => true,
): Promise<T> =>
  new Promise((resolve) => {
    const listener = (message: unknown): void => {
      if (!fits(message)) return;
      handle.off('message', listener);
      resolve(message as T);
    };
    handle.on('message', listener);
  });

/** The names of the events of one child, in order; but whether its clean-up takes long enough to be told of is chance. */
export const story = (events: readonly SupervisionEvent[], path = 'app/worker'): string[] =>
  events.filter((event) => event.path === path && event.type !== 'child:ending').map(({ type }) => type);

/** To be called in each test file: what the tests have started is stopped, and no thread is left. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    for (const tree of booted.splice(0)) await tree.stop();
    expect(threadsAlive()).toBe(0);
  });
}

export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('expected a rejection');
}
