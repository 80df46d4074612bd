/** What the types promise; checked by the compiler, never run. */
import { expectTypeOf } from 'expect-type';
import {
  type Backoff,
  type ChildInfo,
  type Context,
  type ErrorWire,
  type EventOf,
  type GiveUp,
  type Service,
  type StopReport,
  type SupervisionEvent,
  type SupervisorHandle,
  type Task,
  dynamicSupervisor,
  ignore,
  seededRandom,
  service,
  supervisor,
  task,
} from '@coppice/core';

class Pool {
  query(sql: string): Promise<number> {
    return Promise.resolve(sql.length);
  }
  end(): Promise<void> {
    return Promise.resolve();
  }
}

// stop and kill get what start returns: at once, as a promise, and without the ignore in the union.
service({ id: 'a', start: () => new Pool(), stop: (pool) => expectTypeOf(pool).toEqualTypeOf<Pool>() });
service({ id: 'a', start: async () => new Pool(), stop: (pool) => expectTypeOf(pool).toEqualTypeOf<Pool>() });
service({
  id: 'a',
  start: () => Promise.resolve(7),
  kill: (value) => expectTypeOf(value).toEqualTypeOf<number>(),
});
const maybe = service({
  id: 'a',
  start: async ({ attempt }) => (attempt > 1 ? ignore : new Pool()),
  stop: (pool) => pool.end(),
});
expectTypeOf(maybe).toEqualTypeOf<Service<Pool, readonly []>>();
service({
  id: 'a',
  start: async (context) => {
    expectTypeOf(context).toEqualTypeOf<Context>();
    expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
    return new Pool();
  },
  stop: (pool) => pool.end(),
});
// @ts-expect-error -- stop does not get something else
service({ id: 'a', start: () => 7, stop: (text: string) => text });

// use gives what the service it is asked for has.
const db = service({ id: 'db', start: async () => new Pool() });
task({
  id: 'outbox',
  run: async ({ use }) => {
    expectTypeOf(use(db)).toEqualTypeOf<Pool>();
    expectTypeOf(use(maybe)).toEqualTypeOf<Pool>();
    expectTypeOf(await use(db).query('select 1')).toEqualTypeOf<number>();
    // @ts-expect-error -- a task has no value
    use(task({ id: 'x', run: () => {} }));
    // @ts-expect-error -- not by its name
    use('db');
  },
});

// The arguments of a template are those of startChild.
const connections = dynamicSupervisor({
  id: 'connections',
  child: task({ id: 'connection', run: (_context, host: string, port: number) => `${host}:${port}` }),
});
async function dynamic(): Promise<void> {
  const tree = await connections.start();
  expectTypeOf(await tree.startChild({ args: ['a', 1] })).toEqualTypeOf<ChildInfo>();
  await tree.startChild({ id: 'mine', args: ['a', 1] });
  // @ts-expect-error -- no arguments
  await tree.startChild();
  // @ts-expect-error -- no arguments
  await tree.startChild({ id: 'mine' });
  // @ts-expect-error -- one is missing
  await tree.startChild({ args: ['a'] });
  // @ts-expect-error -- in the wrong order
  await tree.startChild({ args: [1, 'a'] });
  // @ts-expect-error -- one too many
  await tree.startChild({ args: ['a', 1, 2] });
  // @ts-expect-error -- an option that there is not
  await tree.startChild({ arguments: ['a', 1] });
  // @ts-expect-error -- has no meaning for a dynamic supervisor
  await tree.restartChild('mine');
  // @ts-expect-error -- has no meaning for a dynamic supervisor
  await tree.deleteChild('mine');

  const plain = await dynamicSupervisor({ id: 'dyn', child: service({ id: 'a', start: () => 1 }) }).start();
  await plain.startChild();
  await plain.startChild({});
  await plain.startChild({ id: 'mine' });
  // @ts-expect-error -- it takes none
  await plain.startChild({ args: [1] });

  const nested = await dynamicSupervisor({ id: 'dyn', child: supervisor({ id: 'a', children: [] }) }).start();
  await nested.startChild();

  // By its declaration the handle of a nested one knows its arguments, too.
  const root = await supervisor({ id: 'root', children: [connections] }).start();
  await root.supervisor(connections).startChild({ args: ['a', 1] });
  // @ts-expect-error -- no arguments
  await root.supervisor(connections).startChild();
  expectTypeOf(root.supervisor('connections')).toEqualTypeOf<SupervisorHandle>();
}

// What takes arguments cannot stand alone: nobody would give it any.
const withArgs = task({ id: 'a', run: (_context: Context, host: string) => host });
expectTypeOf(withArgs).toEqualTypeOf<Task<[host: string]>>();
// @ts-expect-error -- a static child gets no arguments
supervisor({ id: 'root', children: [withArgs] });
const serviceWithArgs = service({ id: 'a', start: (_context: Context, port: number) => port });
// @ts-expect-error -- a static child gets no arguments
supervisor({ id: 'root', children: [serviceWithArgs] });
// A service of any value can.
supervisor({ id: 'root', children: [db, maybe, connections, supervisor({ id: 'x', children: [] })] });

// Words that are misspelt, and options that there are not.
// @ts-expect-error -- 'one-for-all'
supervisor({ id: 'root', strategy: 'one-for-al', children: [] });
// @ts-expect-error -- 'permanent'
task({ id: 'a', restart: 'permanant', run: () => {} });
// @ts-expect-error -- 'any-significant'
supervisor({ id: 'root', autoShutdown: 'any_significant', children: [] });
// @ts-expect-error -- maxRestarts
supervisor({ id: 'root', maxRestart: 3, children: [] });
// @ts-expect-error -- a task has no stop
task({ id: 'a', run: () => {}, stop: () => {} });
// @ts-expect-error -- a service has no run
service({ id: 'a', start: () => 1, run: () => {} });
// @ts-expect-error -- an id is required
service({ start: () => 1 });
// @ts-expect-error -- an instance where a factory belongs
service({ id: 'a', start: new Pool() });
// @ts-expect-error -- a promise where a factory belongs
task({ id: 'a', run: Promise.resolve() });
// @ts-expect-error -- no template
dynamicSupervisor({ id: 'a' });
// @ts-expect-error -- a dynamic supervisor has no strategy to choose
dynamicSupervisor({ id: 'a', strategy: 'one-for-all', child: db });
// @ts-expect-error -- a plain literal is no declaration
supervisor({ id: 'root', children: [{ id: 'a', start: () => 1 }] });

// A declaration is data: it can be read, copied, and not be changed.
expectTypeOf({ ...db, id: 'copy' }.shutdownMs).toEqualTypeOf<number>();
supervisor({ id: 'root', children: [{ ...db, id: 'copy' }] });
// @ts-expect-error -- frozen
db.id = 'other';

// Handles can be disposed of, and events are typed by their names.
async function disposed(): Promise<void> {
  await using tree = await supervisor({ id: 'root', children: [] }).start();
  expectTypeOf(tree).toExtend<AsyncDisposable>();
  expectTypeOf(tree.supervisor('x')).toExtend<AsyncDisposable>();
  expectTypeOf(tree.whenStopped()).toEqualTypeOf<Promise<StopReport>>();
  tree.on('child:crashed', ({ error, uptimeMs, restart }) => {
    expectTypeOf(error).toEqualTypeOf<ErrorWire>();
    expectTypeOf(uptimeMs).toEqualTypeOf<number>();
    expectTypeOf(restart).toEqualTypeOf<'permanent' | 'transient' | 'temporary'>();
  });
  tree.once('supervisor:gave-up', (event) =>
    expectTypeOf(event).toEqualTypeOf<EventOf<'supervisor:gave-up'>>(),
  );
  tree.own.on('event', (event) => {
    expectTypeOf(event).toEqualTypeOf<SupervisionEvent>();
    if (event.type === 'child:abandoned') expectTypeOf(event.waitedMs).toEqualTypeOf<number>();
    // @ts-expect-error -- not all events have it
    void event.waitedMs;
  });
  // @ts-expect-error -- there is no such event
  tree.on('child:crash', () => {});
  // @ts-expect-error -- an event about a supervisor is of no kind
  tree.on('supervisor:stopped', ({ kind }) => kind);
  await tree.stop({ reason: new Error('x') });
  // @ts-expect-error -- there is no such reason
  await tree.stop({ reason: 'because' });
}

// Policies: their words, who has them, and what the calls give.
service({
  id: 'a',
  start: () => 1,
  backoff: { minMs: 100, maxMs: 1_000, factor: 2, jitter: 0.5, resetAfterMs: 60_000 },
  maxRestarts: 5,
  withinMs: 60_000,
  giveUp: 'park',
  reviveAfterMs: 60_000,
  boot: 'degraded',
  startTimeoutMs: 5_000,
  awaitReady: true,
  bindsTo: [db, 'other', connections],
  replace: 'start-then-stop',
  revision: 'v2',
  classify: (error) => {
    expectTypeOf(error).toEqualTypeOf<unknown>();
    return 'permanent';
  },
});
// @ts-expect-error -- a delay needs both of its ends
task({ id: 'a', backoff: { minMs: 100 }, run: () => {} });
// @ts-expect-error -- 'park'
task({ id: 'a', giveUp: 'parked', run: () => {} });
// @ts-expect-error -- no such class
task({ id: 'a', classify: () => 'retry', run: () => {} });
// @ts-expect-error -- it is asked in the middle of a decision: a promise comes too late
task({ id: 'a', classify: async () => 'fatal', run: () => {} });
// @ts-expect-error -- a list
task({ id: 'a', bindsTo: 'db', run: () => {} });
// @ts-expect-error -- only services and tasks are watched
supervisor({ id: 'a', staleAfterMs: 100, children: [] });
// @ts-expect-error -- only services and tasks throw errors of their own
supervisor({ id: 'a', classify: () => 'fatal', children: [] });
// @ts-expect-error -- a dynamic supervisor starts its children one by one
dynamicSupervisor({ id: 'a', startOrder: 'parallel', child: task({ id: 'b', run: () => {} }) });
expectTypeOf(db.backoff).toEqualTypeOf<Backoff | undefined>();
expectTypeOf(db.bindsTo).toEqualTypeOf<readonly string[] | undefined>();

async function policies(): Promise<void> {
  const tree = await supervisor({ id: 'root', childBackoff: { minMs: 1, maxMs: 2 }, children: [db] }).start({
    random: seededRandom(7),
  });
  expectTypeOf(tree.use(db)).toEqualTypeOf<Pool>();
  expectTypeOf(await tree.whenReady(db, { timeoutMs: 100 })).toEqualTypeOf<Pool>();
  expectTypeOf(await tree.restartNow(db)).toEqualTypeOf<ChildInfo>();
  expectTypeOf(await tree.pause('db', { reason: 'upgrade', by: 'ann' })).toEqualTypeOf<void>();
  expectTypeOf(await tree.resume('db')).toEqualTypeOf<void>();
  // @ts-expect-error -- not by its name: its type would be lost
  await tree.whenReady('db');
  // @ts-expect-error -- a task has no value
  tree.use(task({ id: 'x', run: () => {} }));
  const [child] = tree.snapshot().children;
  expectTypeOf(child?.nextStartAt).toEqualTypeOf<number | null | undefined>();
  expectTypeOf(child?.giveUp).toEqualTypeOf<GiveUp | undefined>();
  tree.on('child:gave-up', ({ because, reviveAt }) => {
    expectTypeOf(because).toEqualTypeOf<'limit' | 'permanent' | 'fatal'>();
    expectTypeOf(reviveAt).toEqualTypeOf<number | null>();
  });
  task({
    id: 'x',
    run: async ({ whenReady, ready, heartbeat }) => {
      expectTypeOf(await whenReady(db)).toEqualTypeOf<Pool>();
      expectTypeOf(ready()).toEqualTypeOf<void>();
      expectTypeOf(heartbeat()).toEqualTypeOf<void>();
    },
  });
}

// With exactOptionalPropertyTypes, undefined is an option left out; also to take one from a copy.
declare const perhaps: number | undefined;
const given = service({
  id: 'a',
  start: () => new Pool(),
  stop: undefined,
  kill: undefined,
  classify: undefined,
  backoff: undefined,
  bindsTo: undefined,
  maxRestarts: perhaps,
  startTimeoutMs: perhaps,
});
expectTypeOf(given).toEqualTypeOf<Service<Pool, readonly []>>();
supervisor({
  id: 'root',
  strategy: undefined,
  childBackoff: { minMs: 1, maxMs: 2, jitter: undefined },
  children: [
    { ...given, startTimeoutMs: undefined },
    { ...given, id: 'b', backoff: undefined },
  ],
});

void [dynamic, disposed, policies];
