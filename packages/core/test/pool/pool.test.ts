/** Pools: who gets what, in which order, and what becomes of resources that crash, overflow or are thrown away. */
import {
  CommandError,
  type Context,
  type Lease,
  ignore,
  pool,
  service,
  stopBudgetMs,
  supervisor,
  task,
} from '@coppice/core';
import { boot, deferred, forever, rejection, statuses } from '../support/scripted.js';
import { unhandledRejections } from '../support/unhandled-rejections.js';
import { type Connection, bootPool, connectionPool } from './support.js';

const numbers = (leases: readonly Lease<Connection>[]): number[] => leases.map(({ value }) => value.number);

describe('borrowing', () => {
  test('each has one for itself; the one that was given back last is lent first', async () => {
    const { db } = await bootPool({ size: 3 });
    const leases = [await db.checkout(), await db.checkout(), await db.checkout()];
    expect(numbers(leases)).toEqual([3, 2, 1]);
    leases[1]!.release();
    leases[0]!.release();
    expect((await db.checkout()).value.number).toBe(3);
    expect(db.counts()).toEqual({ resources: 3, idle: 1, lent: 2, waiting: 0 });
  });

  test('who comes when all are lent waits, in turn', async () => {
    const { db } = await bootPool({ size: 1 });
    const first = await db.checkout();
    const order: string[] = [];
    const second = db.checkout().then((lease) => (order.push('second'), lease));
    const third = db.checkout().then((lease) => (order.push('third'), lease));
    expect(db.counts()).toEqual({ resources: 1, idle: 0, lent: 1, waiting: 2 });
    first.release();
    (await second).release();
    (await third).release();
    expect(order).toEqual(['second', 'third']);
    expect(db.counts()).toEqual({ resources: 1, idle: 1, lent: 0, waiting: 0 });
  });

  test('a lease ends once: what is done with it later changes nothing', async () => {
    const { db, open } = await bootPool({ size: 1 });
    const lease = await db.checkout();
    lease.release();
    const next = await db.checkout();
    lease.release();
    lease.discard();
    lease[Symbol.dispose]();
    expect([lease.isOpen, next.isOpen, db.counts().lent, open()]).toEqual([false, true, 1, [1]]);
  });

  test('withResource gives back, whether the function returns or throws', async () => {
    const { db } = await bootPool({ size: 1 });
    expect(await db.withResource((connection) => connection.number)).toBe(1);
    expect(await db.withResource(async ({ number }, lease) => [number, lease.isOpen])).toEqual([1, true]);
    const error = new RangeError('no');
    expect(await rejection(db.withResource(() => Promise.reject(error)))).toBe(error);
    expect(db.counts()).toEqual({ resources: 1, idle: 1, lent: 0, waiting: 0 });
  });
});

describe('who waits', () => {
  test('waits no longer than timeoutMs, and is passed over then', async () => {
    const { db, clock } = await bootPool({ size: 1 });
    const lease = await db.checkout();
    const late = rejection(db.checkout({ timeoutMs: 50 }));
    const patient = db.checkout({ timeoutMs: 51 });
    await clock.advance(50);
    const error = await late;
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({
      code: 'COPPICE_POOL_EXHAUSTED',
      message: "'root/db' had nothing to lend within 50 ms: 1 of 1 are lent; waiting for one: 2",
    });
    lease.release();
    expect((await patient).value.number).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('waits no longer than its signal, with many of one signal', async () => {
    const { db } = await bootPool({ size: 1 });
    const lease = await db.checkout();
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = Array.from({ length: 20 }, () => rejection(db.checkout({ signal })));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([reason]));
    expect(await rejection(db.withResource(() => 1, { signal }))).toBe(reason);
    expect(db.counts().waiting).toBe(0);
    lease.release();
    expect(db.counts().idle).toBe(1);
  });

  test('waits no longer than it lives, if it is a child', async () => {
    const seen: unknown[] = [];
    const made = connectionPool({ size: 1 });
    const borrower = task({
      id: 'borrower',
      run: async ({ use }) => {
        seen.push((await rejection(use(made.spec).checkout())).code);
      },
    });
    const { tree } = await boot({ children: [made.spec] });
    await tree.use(made.spec).checkout();
    await tree.startChild(borrower);
    expect(tree.use(made.spec).counts().waiting).toBe(1);
    await tree.terminateChild(borrower);
    expect(seen).toEqual(['COPPICE_STOP_REQUESTED']);
    expect(tree.use(made.spec).counts().waiting).toBe(0);
  });

  test('hears that the pool goes down; nothing is unhandled', async () => {
    const { db, tree, spec } = await bootPool({ size: 1 });
    const unhandled = await unhandledRejections(async () => {
      await db.checkout();
      const waiting = rejection(db.checkout());
      const stopped = tree.terminateChild(spec);
      expect(await waiting).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
      await stopped;
      expect(await rejection(db.checkout())).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
      expect(() => db.counts()).toThrow("'root/db' is not running");
    });
    expect(unhandled).toEqual([]);
    await tree.restartChild(spec);
    expect(db.counts()).toEqual({ resources: 1, idle: 1, lent: 0, waiting: 0 });
    expect((await db.checkout()).value.number).toBe(2);
  });
});

describe('a borrower that is a child', () => {
  const borrowing = async (act: (context: Context, lease: Lease<Connection>) => unknown) => {
    const made = connectionPool({ size: 1 });
    const leases: Lease<Connection>[] = [];
    const borrower = task({
      id: 'borrower',
      restart: 'temporary',
      shutdownMs: 100,
      run: async (context) => {
        leases.push(await (await context.whenReady(made.spec)).checkout());
        return act(context, leases[0]!);
      },
    });
    const world = await boot({ children: [made.spec, borrower] });
    await world.settle();
    return { ...world, ...made, leases, borrower, db: world.tree.use(made.spec) };
  };

  test.each([
    ['crashes', () => Promise.reject(new Error('no'))],
    ['ends', () => undefined],
    ['throws a failure at itself', ({ fail }: Context) => fail(new Error('no'))],
  ])('and %s with a lease has its resource replaced', async (_how, act) => {
    const { db, open, leases } = await borrowing(act);
    expect([leases[0]!.isOpen, open(), db.counts()]).toEqual([
      false,
      [2],
      { resources: 1, idle: 1, lent: 0, waiting: 0 },
    ]);
  });

  test('has it until it has cleaned up', async () => {
    const seen: boolean[] = [];
    const { tree, borrower, open, settle } = await borrowing(({ defer, sleep }, lease) => {
      defer(() => seen.push(lease.isOpen));
      return sleep(9_999);
    });
    await tree.terminateChild(borrower);
    await settle();
    expect(seen).toEqual([true]);
    expect(open()).toEqual([2]);
  });

  test('and hangs has it until it is given up', async () => {
    const { tree, borrower, open, clock, db } = await borrowing(forever);
    const stopped = tree.terminateChild(borrower);
    await clock.advance(99);
    expect([open(), db.counts().lent]).toEqual([[1], 1]);
    await clock.advance(1);
    await stopped;
    expect([open(), db.counts().lent]).toEqual([[2], 0]);
  });

  test('and gives it back has nothing to do with it any more', async () => {
    const { db, open, leases } = await borrowing((_context, lease) => lease.release());
    expect([leases[0]!.isOpen, open(), db.counts().idle]).toEqual([false, [1], 1]);
  });
});

describe('a resource that crashes', () => {
  test('while it is lent is started again by its supervisor, for others; the lease is void', async () => {
    const { db, settle, handle } = await bootPool({ size: 1 });
    const lease = await db.checkout();
    const waiting = db.checkout();
    lease.value.context.fail(new Error('cut'));
    await settle();
    expect(lease.isOpen).toBe(false);
    lease.release();
    expect([(await waiting).value.number, db.counts().lent]).toEqual([2, 1]);
    const [resource] = handle.supervisor('resources').whichChildren();
    expect(resource).toMatchObject({ id: 'connection#1', incarnation: 2, status: 'running' });
  });

  test('tells whoever has it, also one that asks later, and nobody else', async () => {
    const { db, settle, connections } = await bootPool({ size: 2 });
    const [asked, late] = [await db.checkout(), await db.checkout()];
    const { signal } = asked;
    const error = new Error('cut');
    for (const { context } of connections) context.fail(error);
    await settle();
    expect([signal.reason, late.signal.reason, asked.signal]).toEqual([error, error, signal]);
    const next = await db.checkout();
    next.release();
    expect(next.signal.aborted).toBe(false);
  });

  test('or is stopped by hand: the reason says so', async () => {
    const { db, handle } = await bootPool({ size: 1 });
    const { signal } = await db.checkout();
    await handle.supervisor('resources').terminateChild('connection#1');
    expect(signal.reason).toMatchObject({
      code: 'COPPICE_STOP_REQUESTED',
      path: 'root/db/resources/connection#1',
    });
  });

  test('while it is idle is not lent, not even in the same breath', async () => {
    const { db, connections } = await bootPool({ size: 2 });
    connections[1]!.context.fail(new Error('cut'));
    expect((await db.checkout()).value.number).toBe(1);
    expect((await db.checkout()).value.number).toBe(3);
  });

  test('and backs off is missed by nobody else: there may be an overflow', async () => {
    const { db, connections, clock, settle } = await bootPool(
      { size: 1, maxOverflow: 1 },
      { child: { backoff: { minMs: 1_000, maxMs: 1_000, jitter: 0 } } as never },
    );
    connections[0]!.context.fail(new Error('cut'));
    await settle();
    const lease = await db.checkout();
    expect(lease.value.number).toBe(2);
    // When it comes back there is one too many: it is the one that nobody has that goes.
    await clock.advance(1_000);
    expect(db.counts()).toEqual({ resources: 1, idle: 0, lent: 1, waiting: 0 });
    expect(lease.isOpen).toBe(true);
  });

  test('too often makes the pool give up, and its supervisor start it again', async () => {
    const { db, connections, settle, events } = await bootPool({ size: 1, maxRestarts: 1, withinMs: 1_000 });
    connections[0]!.context.fail(new Error('one'));
    await settle();
    expect(connections).toHaveLength(2);
    connections[1]!.context.fail(new Error('two'));
    await settle();
    const gaveUp = events.filter(({ type }) => type === 'supervisor:gave-up').map(({ path }) => path);
    expect(gaveUp).toEqual(['root/db/resources', 'root/db']);
    expect(db.counts().idle).toBe(1);
  });
});

describe('more than size', () => {
  test('are started while all are lent, up to maxOverflow, and stopped when nobody wants them', async () => {
    const { db, open, settle } = await bootPool({ size: 1, maxOverflow: 2 });
    const leases = [await db.checkout(), await db.checkout(), await db.checkout()];
    const waiting = db.checkout();
    expect([numbers(leases), db.counts()]).toEqual([
      [1, 2, 3],
      { resources: 3, idle: 0, lent: 3, waiting: 1 },
    ]);
    leases[1]!.release();
    expect((await waiting).value.number).toBe(2);
    leases[0]!.release();
    leases[2]!.release();
    await settle();
    expect(open()).toEqual([2]);
    expect(db.counts()).toEqual({ resources: 1, idle: 0, lent: 1, waiting: 0 });
  });

  test('a lazy pool starts one for each who waits, also in place of what is gone', async () => {
    const { db, settle } = await bootPool({ size: 1, lazy: true });
    const lease = await db.checkout();
    const waiting = db.checkout();
    lease.discard();
    await settle();
    expect((await waiting).value.number).toBe(2);
  });

  test('are never there, also not while some are being stopped', async () => {
    const gate = deferred();
    const { db, open, settle } = await bootPool({ size: 1, maxOverflow: 1 }, { onStop: () => gate.promise });
    const [one, two] = [await db.checkout(), await db.checkout()];
    one.discard();
    two.discard();
    const waiting = db.checkout();
    await settle();
    expect([open(), db.counts()]).toEqual([[1, 2], { resources: 2, idle: 0, lent: 0, waiting: 1 }]);
    gate.resolve();
    expect((await waiting).value.number).toBe(3);
    expect(open()).toEqual([3]);
  });
});

test('what it says of restarts is said of its resources', async () => {
  const child = service({ id: 'one', start: () => 1 });
  const spec = pool({ id: 'db', size: 1, maxRestarts: 7, withinMs: 1_234, child });
  const { tree } = await boot({ children: [spec] });
  expect(tree.snapshot().children[0]?.supervisor?.children[0]?.supervisor?.budget).toMatchObject({
    max: 7,
    withinMs: 1_234,
  });
});

test('a stop takes as long as the resources may, and hardly more', () => {
  const { spec } = connectionPool({}, { child: { shutdownMs: 2_000 } as never });
  expect(stopBudgetMs(spec)).toBe(2_100);
});

describe('starting', () => {
  test('all at once at the start of the pool, before it counts as started', async () => {
    const { db, starts } = await bootPool({ size: 3 });
    expect([db.counts(), starts]).toEqual([{ resources: 3, idle: 3, lent: 0, waiting: 0 }, 3]);
  });

  test('lazily, when they are wanted', async () => {
    const { db, made } = await bootPool({ size: 2, lazy: true });
    expect([db.counts().resources, made.starts]).toEqual([0, 0]);
    const lease = await db.checkout();
    expect(db.counts().resources).toBe(1);
    lease.release();
    (await db.checkout()).release();
    expect([db.counts().resources, made.starts]).toEqual([1, 1]);
  });

  test.each([0, 1])(
    'is over when all are up: one that has crashed by then does not count (%d)',
    async (depth) => {
      const later = (left: number, act: () => void): void =>
        queueMicrotask(() => (left === 0 ? act() : later(left - 1, act)));
      const made = connectionPool(
        { size: 1 },
        {
          onStart: (number, { fail }) =>
            number === 1 ? later(depth, () => fail(new Error('cut'))) : undefined,
        },
      );
      const seen: unknown[] = [];
      const next = service({ id: 'next', start: ({ use }) => void seen.push(use(made.spec).counts().idle) });
      await boot({ children: [made.spec, next] });
      expect([seen, made.starts]).toEqual([[1], 2]);
    },
  );

  test('if one does not start, the pool does not either, and those before it are stopped', async () => {
    const made = connectionPool(
      { size: 3 },
      { onStart: (number) => (number === 2 ? Promise.reject(new Error('refused')) : undefined) },
    );
    const { tree } = await boot({});
    expect(await rejection(tree.startChild(made.spec))).toMatchObject({ code: 'COPPICE_START_FAILED' });
    expect([made.open(), tree.whichChildren()]).toEqual([[], []]);
  });

  test('is broken off when the pool is stopped', async () => {
    const made = connectionPool(
      { size: 2 },
      { onStart: (_number, { sleep }) => sleep(9_999), child: { shutdownMs: 10 } as never },
    );
    const { tree, clock } = await boot({});
    const starting = rejection(tree.startChild(made.spec));
    const stopped = tree.stop();
    await clock.advance(10);
    await stopped;
    expect(await starting).toMatchObject({ code: expect.stringMatching(/^COPPICE_/) });
    expect(made.open()).toEqual([]);
  });

  test('of one more that fails: who waits waits for the others, and is told why in the end', async () => {
    const { db, clock } = await bootPool(
      { size: 1, maxOverflow: 1 },
      { onStart: (number) => (number > 1 ? Promise.reject(new Error('refused')) : undefined) },
    );
    const lease = await db.checkout();
    const waiting = db.checkout();
    const late = rejection(db.checkout({ timeoutMs: 50 }));
    await clock.advance(50);
    expect(await late).toMatchObject({
      code: 'COPPICE_POOL_EXHAUSTED',
      cause: { code: 'COPPICE_START_FAILED', cause: { message: 'refused' } },
    });
    lease.release();
    expect((await waiting).value.number).toBe(1);
  });

  test('where nobody has any, who waits is told at once, each of an attempt of its own', async () => {
    const { db, made } = await bootPool(
      { size: 1, lazy: true },
      { onStart: (number) => (number < 3 ? Promise.reject(new Error(`refused ${number}`)) : undefined) },
    );
    const [one, two, three] = [rejection(db.checkout()), rejection(db.checkout()), db.checkout()];
    expect([await one, await two].map(({ cause }) => (cause as Error).message)).toEqual([
      'refused 1',
      'refused 2',
    ]);
    expect([(await three).value.number, made.starts]).toEqual([3, 3]);
  });

  test('a resource that says ignore has not started', async () => {
    const spec = pool({ id: 'db', size: 1, lazy: true, child: service({ id: 'none', start: () => ignore }) });
    const { tree } = await boot({ children: [spec] });
    expect(await rejection(tree.use(spec).checkout())).toMatchObject({ code: 'COPPICE_ENDED_AT_START' });
    expect(tree.use(spec).counts()).toEqual({ resources: 0, idle: 0, lent: 0, waiting: 0 });
  });

  test('one with awaitReady is lent when it has said so', async () => {
    const contexts: Context[] = [];
    const child = service({ id: 'slow', awaitReady: true, start: (context) => (contexts.push(context), 7) });
    const spec = pool({ id: 'db', size: 1, lazy: true, child });
    const { tree, settle } = await boot({ children: [spec] });
    const borrowed = tree.use(spec).checkout();
    await settle();
    expect(tree.use(spec).counts()).toMatchObject({ resources: 1, waiting: 1 });
    contexts[0]!.ready();
    expect((await borrowed).value).toBe(7);
  });
});

describe('by hand', () => {
  test('a resource that is terminated is replaced', async () => {
    const { db, handle, open, settle } = await bootPool({ size: 2 });
    await handle.supervisor('resources').terminateChild('connection#1');
    await settle();
    expect([open(), db.counts()]).toEqual([[2, 3], { resources: 2, idle: 2, lent: 0, waiting: 0 }]);
  });

  test('the desk can be started again: what it has lent stays lent', async () => {
    const { db, handle, open } = await bootPool({ size: 2 });
    const lease = await db.checkout();
    const waiting = rejection(Promise.all([db.checkout(), db.checkout()]));
    await handle.restartNow('desk');
    expect(await waiting).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
    expect([lease.isOpen, open(), db.counts().resources]).toEqual([true, [1, 2], 2]);
    lease.release();
    expect(db.counts().lent).toBe(1);
  });

  test('the resources can be started again, and the desk with them', async () => {
    const { db, handle, open } = await bootPool({ size: 2 });
    const lease = await db.checkout();
    await handle.restartNow('resources');
    expect([lease.isOpen, open(), db.counts()]).toEqual([
      false,
      [3, 4],
      { resources: 2, idle: 2, lent: 0, waiting: 0 },
    ]);
  });

  test('nobody else starts resources', async () => {
    const { handle } = await bootPool({ size: 1, maxOverflow: 1 });
    const resources = handle.supervisor('resources') as unknown as { startChild(): Promise<unknown> };
    expect(await rejection(resources.startChild())).toMatchObject({
      cause: { code: 'COPPICE_INVALID_ARGUMENT' },
    });
  });
});

test('reconcile: declared alike it is left alone, with another size the rest is started or stopped in time', async () => {
  const child = service({ id: 'connection', start: () => ({}) });
  const declare = (size: number) => pool({ id: 'db', size, child });
  const { tree, settle } = await boot({ children: [declare(2)] });
  const alike = declare(2);
  expect((await tree.reconcile([alike])).steps.filter(({ action }) => action === 'replace')).toEqual([]);
  const lease = await tree.use(alike).checkout();
  const more = declare(3);
  await tree.reconcile([more]);
  expect(tree.use(more).counts()).toEqual({ resources: 3, idle: 2, lent: 1, waiting: 0 });
  const fewer = declare(1);
  await tree.reconcile([fewer]);
  lease.release();
  await settle();
  expect(tree.use(fewer).counts()).toEqual({ resources: 1, idle: 1, lent: 0, waiting: 0 });
});

test('as the root of a tree; below others; two trees of one declaration', async () => {
  const made = connectionPool();
  const tree = await made.spec.start();
  expect((await tree.use(made.spec).checkout()).value.number).toBe(2);
  expect(statuses(tree)).toEqual(['resources: running', 'desk: running']);
  const { tree: other } = await boot({ children: [supervisor({ id: 'deep', children: [made.spec] })] });
  expect(other.use(made.spec).counts().lent).toBe(0);
  expect(await (await other.whenReady(made.spec)).withResource(({ number }) => number)).toBe(4);
  await tree.stop();
  expect(made.open()).toEqual([3, 4]);
});

describe('what is refused', () => {
  const child = service({ id: 'a', start: () => 1 });
  test.each([
    [{ id: 'x', child }, 'COPPICE_INVALID_NUMBER'],
    [{ id: 'x', size: 0, child }, 'COPPICE_INVALID_NUMBER'],
    [{ id: 'x', size: 1, maxOverflow: -1, child }, 'COPPICE_INVALID_NUMBER'],
    [{ id: 'x', size: 1, lazy: 'yes', child }, 'COPPICE_INVALID_CHOICE'],
    [{ id: 'x', size: 1 }, 'COPPICE_NOT_A_SPEC'],
    [{ id: 'x', size: 1, child: task({ id: 't', run: () => {} }) }, 'COPPICE_NOT_A_SPEC'],
    [{ id: 'x', size: 1, child: { ...child, restart: 'temporary' } }, 'COPPICE_BAD_COMBINATION'],
    [{ id: 'x', size: 1, child: { ...child, maxRestarts: 1, giveUp: 'remove' } }, 'COPPICE_BAD_COMBINATION'],
    [{ id: 'x', size: 1, child, strategy: 'one-for-all' }, 'COPPICE_UNKNOWN_OPTION'],
    [{ id: 'x', size: 1, child, children: [] }, 'COPPICE_UNKNOWN_OPTION'],
    [{ id: 'x', size: 1, child, max: 2 }, 'COPPICE_UNKNOWN_OPTION'],
    [{ size: 1, child }, 'COPPICE_MISSING_ID'],
    [7, 'COPPICE_NOT_A_SPEC'],
  ])('%j', (options, code) => {
    expect(() => pool(options as never)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    [
      { id: 'x', sise: 1, child },
      "a pool has no option 'sise', did you mean 'size'?; its options are id, restart,",
    ],
    [{ id: 'x', size: 1, maxChildren: 5, child }, "no option 'maxChildren', did you mean 'size'?"],
    [{ id: 'x', size: 1, lazy: 'yes', child }, "lazy has to be true or false; got 'yes'"],
    [
      { id: 'x', size: 1, child: { ...child, maxRestarts: 1, giveUp: 'remove' } },
      'a resource that gives up is not removed, or the pool would only start another one',
    ],
  ])('%j, and is told why', (options, why) => {
    expect(() => pool(options as never)).toThrow(why);
  });

  test.each([
    ['checkout', [{ timeoutMs: -1 }]],
    ['checkout', [{ timeout: 1 }]],
    ['checkout', [{ signal: 7 }]],
    ['withResource', [7]],
    ['withResource', [() => 1, { timeoutMs: NaN }]],
  ])('%s(%j)', async (call, args) => {
    const { db } = await bootPool();
    const calls = db as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    expect(await rejection(calls[call]!.apply(db, args))).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
      message: expect.stringContaining(`${call} expects`),
    });
  });
});
