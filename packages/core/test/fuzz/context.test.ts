/**
 * What a child does with its context: each method with arguments that are wrong, at any time: before its start has
 * returned, in the listeners of its signal, in what it has deferred, in its stop, after its end, by an incarnation that
 * is long gone. Each call answers, or throws a coded error; the tree goes on, and nothing is left.
 */
import fc from 'fast-check';
import {
  type Context,
  SimulatedClock,
  isCoppiceError,
  pool,
  registry,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { expectCoded, firstOf, isOwn, outcomeOf, peacefully, settled } from './judge.js';
import { type Mutation, mutated, mutations } from './mutate.js';
import { LIMIT_MS, runs } from './settings.js';

const db = service({ id: 'db', start: () => 'db' });
const names = registry<number>({ id: 'names', keys: 'unique' });
const twins = registry<number>({ id: 'twins', keys: 'duplicate' });
const conns = pool({ id: 'conns', size: 1, child: service({ id: 'r', start: () => 'r' }) });
const tasks = taskSupervisor({ id: 'tasks' });

interface Call {
  readonly args: () => readonly unknown[];
  readonly call: (context: Context, ...args: never[]) => unknown;
  /** Does it call code that it is given, or hand on what that throws? */
  readonly callsBack?: boolean;
}

const method =
  (name: keyof Context) =>
  (context: Context, ...args: never[]): unknown =>
    (context[name] as (...given: never[]) => unknown)(...args);
const view =
  (ref: unknown, name: string) =>
  (context: Context, ...args: never[]): unknown =>
    context.use<Record<string, (...given: never[]) => unknown>>(ref as never)[name]?.(...args);

const nothing = (): void => {};

const CALLS: Readonly<Record<string, Call>> = {
  fail: { args: () => [new Error('failed')], call: method('fail') },
  end: { args: () => [], call: method('end') },
  defer: { args: () => [nothing], call: method('defer') },
  sleep: { args: () => [5], call: method('sleep') },
  use: { args: () => [db], call: method('use') },
  whenReady: { args: () => [db, { timeoutMs: 5 }], call: method('whenReady') },
  ready: { args: () => [], call: method('ready') },
  heartbeat: { args: () => [], call: method('heartbeat') },
  bind: { args: () => [nothing], call: method('bind') },
  'what bind has made': {
    args: () => [nothing, 1],
    // What the callback returns is the user's own.
    call: ({ bind }, callback, ...args) => void bind<never[], unknown>(callback)(...args),
    callsBack: true,
  },
  'log.info': {
    args: () => [{ a: 1 }, 'm'],
    call: ({ log }, ...args) => log.info(...(args as unknown as [never])),
  },
  'log.child': {
    args: () => [{ a: 1 }],
    call: ({ log }, ...args) => log.child(...(args as unknown as [never])).warn('m'),
  },
  signal: {
    args: () => ['abort', nothing, { once: true }],
    // The platform's own, which may refuse what it is given; what a listener throws is the process's.
    call: ({ signal }) => signal.aborted,
  },
  register: { args: () => ['key', 1], call: view(names, 'register') },
  unregister: { args: () => ['key'], call: view(names, 'unregister') },
  // A value that was registered comes through a promise, which asks it for its `then`.
  whenRegistered: {
    args: () => ['key', { timeoutMs: 5 }],
    call: view(names, 'whenRegistered'),
    callsBack: true,
  },
  'register under a key of many': { args: () => ['key', 1], call: view(twins, 'register') },
  dispatch: { args: () => ['key', nothing], call: view(twins, 'dispatch'), callsBack: true },
  checkout: { args: () => [{ timeoutMs: 5 }], call: view(conns, 'checkout'), callsBack: true },
  runTask: { args: () => [() => 1, { timeoutMs: 5 }], call: view(tasks, 'runTask'), callsBack: true },
  async: {
    args: () => [() => 1, { timeoutMs: 5 }],
    call: (context, ...args) =>
      (context.use(tasks).async as (...given: never[]) => { result: unknown })(...args).result,
    callsBack: true,
  },
};

const NAMES = Object.keys(CALLS);

const MOMENTS = [
  'in its start',
  'later',
  'when it is aborted',
  'in what it defers',
  'in its stop',
  'after its end',
] as const;

interface Act {
  readonly when: (typeof MOMENTS)[number];
  readonly name: string;
  readonly changes: readonly Mutation[];
  /** By the context that it has, or by that of the incarnation before. */
  readonly isOld: boolean;
  readonly inTurn: boolean;
}

const act: fc.Arbitrary<Act> = fc.record({
  when: fc.constantFrom(...MOMENTS),
  name: fc.constantFrom(...NAMES),
  changes: mutations(2),
  isOld: fc.boolean(),
  inTurn: fc.boolean(),
});

/** Makes the calls, and keeps what has come out of them: thrown in the code of a child it would be a crash of that. */
class Culprit {
  readonly contexts: Context[] = [];
  readonly wrong: unknown[] = [];
  readonly pending = new Set<Promise<unknown>>();
  /** A child that fails at once, again and again, is cut short: each of its lives does the same. */
  #left = 200;

  constructor(readonly acts: readonly Act[]) {}

  do(when: Act['when'], context: Context): void {
    for (const each of this.acts) {
      if (each.when !== when || this.#left-- <= 0) continue;
      const old = each.isOld ? this.contexts.at(-2) : undefined;
      const call = (): void => this.#make(each, old ?? context);
      if (each.inTurn) queueMicrotask(call);
      else call();
    }
  }

  #make({ name, changes }: Act, context: Context): void {
    const { args, call, callsBack = false } = CALLS[name] as Call;
    const given = firstOf(mutated(args(), changes), 4);
    if (given.isError) return;
    const judge = (error: unknown): void => this.#judge(error, callsBack);
    const made = outcomeOf(() => call(context, ...(given.value as never[])));
    if (made.isError) return judge(made.error);
    if (!(made.value instanceof Promise)) return;
    const settling = Promise.resolve()
      .then(() => made.value)
      .then(nothing, judge)
      .finally(() => this.pending.delete(settling));
    this.pending.add(settling);
  }

  #judge(error: unknown, callsBack: boolean): void {
    // What a call is rejected with that its child does not live to see is the reason of its end.
    if (isCoppiceError(error)) return;
    const judged = outcomeOf(() => expectCoded(error, callsBack ? isOwn : undefined));
    if (judged.isError) this.wrong.push(judged.error);
  }
}

function worldOf(acts: readonly Act[]) {
  const culprit = new Culprit(acts);
  const live = (context: Context): void => {
    culprit.contexts.push(context);
    context.defer(() => culprit.do('in what it defers', context));
    context.signal.addEventListener('abort', () => culprit.do('when it is aborted', context));
    culprit.do('in its start', context);
    queueMicrotask(() => culprit.do('later', context));
  };
  const options = { shutdownMs: 20, staleAfterMs: 500, backoff: { minMs: 50, maxMs: 50 } } as const;
  const asService = service({
    ...options,
    id: 'service',
    start: (context) => (live(context), context),
    stop: (context) => culprit.do('in its stop', context),
  });
  const asTask = task({
    ...options,
    id: 'task',
    awaitReady: true,
    run: (context) => {
      live(context);
      context.ready();
      return context.sleep(100);
    },
  });
  const root = supervisor({
    id: 'root',
    maxRestarts: 1_000,
    children: [db, names, twins, conns, tasks, asService, asTask],
  });
  const clock = new SimulatedClock();
  const tree = root.handle({ clock });
  tree.whenStopped().catch(nothing);
  return { culprit, clock, tree };
}

test.each(NAMES)('%s with arguments that are right, at any time', (name) =>
  peacefully(async () => {
    const acts = MOMENTS.map((when): Act => ({ when, name, changes: [], isOld: false, inTurn: false }));
    await play(acts);
  }),
);

test(
  'methods of a context with mistakes, at any time',
  () =>
    peacefully(() =>
      fc.assert(fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), play), runs(150)),
    ),
  LIMIT_MS,
);

/** The tree lives for a while, is stopped, and started and stopped once more. */
async function play(acts: readonly Act[]): Promise<void> {
  const { culprit, clock, tree } = worldOf(acts);
  for (let round = 0; round < 2; round++) {
    const started = await settled(clock, tree.start());
    if (started.isError) expectCoded(started.error);
    await clock.advance(150);
    JSON.stringify(tree.snapshot());
    const stopped = await settled(clock, tree.stop({ shutdownMs: 100 }));
    expect(stopped.error).toBeUndefined();
    expect(tree.snapshot().phase).toBe('stopped');
    // Not even those that would soon be due.
    expect(clock.pendingTimers).toBe(0);
    for (const context of culprit.contexts.slice(-3)) culprit.do('after its end', context);
    await clock.advance(1_000);
    await new Promise(setImmediate); // a sleep that is refused is told so in the next turn
  }
  if (culprit.wrong.length > 0) throw culprit.wrong[0];
  expect(clock.pendingTimers).toBe(0);
  // Whoever waits for something on behalf of a child that has ended does not wait any more.
  expect(culprit.pending.size).toBe(0);
}
