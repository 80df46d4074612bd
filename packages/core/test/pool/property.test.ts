/**
 * Pools in random use: borrowers come, wait, lose patience, crash, forget to give back; resources crash, start slowly
 * or not at all, stop slowly or hang; the desk and the pool itself are started again. Whatever happens: no more
 * resources than there may be, no two borrowers for one, nobody forgotten, nothing left.
 */
import {
  type Context,
  type Lease,
  SimulatedClock,
  dynamicSupervisor,
  pool,
  service,
  supervisor,
  task,
} from '@coppice/core';
import fc from 'fast-check';
import { deskAt } from '../../src/pool/desks.js';
import { incarnationOf } from '../../src/engine/context.js';
import { FIXED_SEED } from '../simulation/seed.js';
import { deferred } from '../support/scripted.js';

interface Resource {
  readonly context: Context;
  borrowers: number;
  isOpen: boolean;
}

const ACTS = [
  'checkout',
  'checkout',
  'checkout',
  'impatient',
  'cancelled',
  'with-resource',
  'release',
  'release',
  'discard',
  'child',
  'child',
  'child-crashes',
  'child-is-terminated',
  'resource-crashes',
  'resource-is-terminated',
  'restart-desk',
  'restart-pool',
  'time',
] as const;

interface Options {
  readonly size: number;
  readonly maxOverflow: number;
  readonly lazy: boolean;
  /** What each start takes, in turn: 0 at once, -1 it fails. */
  readonly starts: readonly number[];
  /** What each stop takes, in turn: more than 40 is too long. */
  readonly stops: readonly number[];
}

async function live(
  options: Options,
  script: readonly { act: (typeof ACTS)[number]; who: number }[],
): Promise<void> {
  const { size, maxOverflow, lazy, starts, stops } = options;
  const resources: Resource[] = [];
  let [started, stopped, there, most] = [0, 0, 0, 0];
  let isScripted = true;
  const clock = new SimulatedClock();
  const after = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(resolve, ms));

  const child = service<Resource>({
    id: 'resource',
    shutdownMs: 40,
    backoff: { minMs: 5, maxMs: 5, jitter: 0 },
    start: async (context) => {
      const ms = (isScripted && starts[started++ % starts.length]) || 0;
      there++;
      most = Math.max(most, there);
      // One that hangs in its stop is given up after 40 ms, and does not count any more.
      let isCounted = true;
      const uncount = (): void => {
        if (isCounted) there--;
        isCounted = false;
      };
      incarnationOf(context).onOver(uncount);
      if (ms < 0) throw new Error('does not start');
      if (ms > 0) await context.sleep(ms);
      const resource = { context, borrowers: 0, isOpen: true };
      resources.push(resource);
      return resource;
    },
    stop: async (resource) => {
      const ms = isScripted ? (stops[stopped++ % stops.length] ?? 0) : 0;
      if (ms > 0) await after(ms);
      resource.isOpen = false;
    },
  });
  const backoff = { minMs: 5, maxMs: 5, jitter: 0 };
  const spec = pool({ id: 'db', size, maxOverflow, lazy, maxRestarts: Infinity, child, backoff });

  /** Those that hold a lease now, and how each of them is asked. */
  const held = new Set<Lease<Resource>>();
  const take = (lease: Lease<Resource>): Lease<Resource> => {
    const { value } = lease;
    // Two at a time would be one too many, unless the one before has lost it.
    for (const other of held) if (other.value === value && other.isOpen) throw new Error('two have the same');
    expect(lease.isOpen).toBe(true);
    held.add(lease);
    return lease;
  };
  const children: { context: Context; gate: ReturnType<typeof deferred<void>> }[] = [];
  const borrower = task({
    id: 'borrower',
    restart: 'temporary',
    shutdownMs: 30,
    run: async (context, how: number) => {
      const gate = deferred<void>();
      children.push({ context, gate });
      if (how % 3 === 0) return context.use(spec).withResource(() => gate.promise);
      take(await context.use(spec).checkout());
      // One hangs with it, one hands on that it has to end.
      return how % 3 === 1
        ? gate.promise
        : new Promise((_r, no) => context.signal.addEventListener('abort', () => no(context.signal.reason)));
    },
  });
  const group = dynamicSupervisor({ id: 'group', child: borrower });
  const tree = await supervisor({ id: 'root', children: [group], maxRestarts: Infinity }).start({ clock });
  const settle = (): Promise<void> => clock.advance(0);
  // With the first starts as they come it might not start at all: that is another test.
  isScripted = false;
  await tree.startChild(spec);
  isScripted = true;
  const db = tree.use(spec);
  const { tree: realm } = incarnationOf(resources[0]?.context ?? (await anyContext(tree))).process;

  /** What is asked for, and whether it has been answered. */
  const open = new Set<Promise<unknown>>();
  const track = (asked: Promise<unknown>): void => {
    open.add(asked);
    const answered = (): unknown => open.delete(asked);
    asked.then(answered, answered);
  };

  const check = (): void => {
    const desk = deskAt(realm, 'root/db');
    const counts = desk?.counts ?? { resources: 0, idle: 0, lent: 0, waiting: 0 };
    expect(counts.resources).toBeLessThanOrEqual(size + maxOverflow);
    expect(most).toBeLessThanOrEqual(size + maxOverflow);
    expect(counts.idle + counts.lent).toBeLessThanOrEqual(counts.resources);
    const values = [...held].filter(({ isOpen }) => isOpen).map(({ value }) => value);
    expect(new Set(values).size).toBe(values.length);
    if (counts.waiting > 0) expect(counts.idle).toBe(0);
  };

  for (const { act, who } of script) {
    const lease = [...held][who % Math.max(1, held.size)];
    const someone = children[who % Math.max(1, children.length)];
    switch (act) {
      case 'checkout':
        track(db.checkout().then(take));
        break;
      case 'impatient':
        track(db.checkout({ timeoutMs: who }).then(take));
        break;
      case 'cancelled': {
        const controller = new AbortController();
        track(db.checkout({ signal: controller.signal }).then(take));
        clock.setTimer(() => controller.abort(new Error('enough')), who);
        break;
      }
      case 'with-resource':
        track(db.withResource(() => after(who), { timeoutMs: 60 }));
        break;
      case 'release':
        lease?.release();
        if (lease) held.delete(lease);
        break;
      case 'discard':
        lease?.discard();
        if (lease) held.delete(lease);
        break;
      case 'child':
        track(tree.supervisor(group).startChild({ args: [who] }));
        break;
      case 'child-crashes':
        someone?.context.fail(new Error('crash'));
        break;
      case 'child-is-terminated':
        if (someone) track(tree.supervisor(group).terminateChild(someone.context.id));
        break;
      case 'resource-crashes':
        resources[who % Math.max(1, resources.length)]?.context.fail(new Error('crash'));
        break;
      case 'resource-is-terminated': {
        const handle = tree.supervisor(spec).supervisor('resources');
        const all = isThere(handle) ? handle.whichChildren() : [];
        const one = all[who % Math.max(1, all.length)];
        if (one) track(handle.terminateChild(one.id));
        break;
      }
      case 'restart-desk':
        if (isThere(tree.supervisor(spec))) track(tree.supervisor(spec).restartNow('desk'));
        break;
      case 'restart-pool':
        track(tree.restartNow(spec));
        break;
      case 'time':
        await clock.advance(who * 4);
    }
    check();
    await settle();
    check();
  }

  // From now on all goes well, and everybody gives back what he has: nobody is left to wait.
  isScripted = false;
  for (let round = 0; round < 400 && open.size > 0; round++) {
    for (const lease of held) lease.release();
    held.clear();
    for (const { gate } of children) gate.resolve();
    await clock.advance(10);
    check();
  }
  expect(open.size).toBe(0);
  const ended = tree.terminateChild(group);
  await clock.advance(1_000);
  await ended;
  for (const lease of held) lease.release();
  await clock.advance(1_000);
  const counts = db.counts();
  expect({ ...counts, resources: 0, idle: 0 }).toEqual({ resources: 0, idle: 0, lent: 0, waiting: 0 });
  expect(counts.idle).toBe(counts.resources);
  expect(counts.resources).toBeLessThanOrEqual(size);
  expect(await db.withResource(({ isOpen }) => isOpen, { timeoutMs: 1_000 })).toBe(true);
  const stopping = tree.stop();
  await clock.advance(1_000);
  await stopping;
  expect(deskAt(realm, 'root/db')).toBeUndefined();
  expect([there, clock.pendingTimers]).toEqual([0, 0]);
}

const isThere = (handle: { whichChildren(): unknown }): boolean => {
  try {
    handle.whichChildren();
    return true;
  } catch {
    return false;
  }
};

/** Any context of a tree, to look into it. */
async function anyContext(tree: { startChild(spec: never): Promise<unknown> }): Promise<Context> {
  let found!: Context;
  const probe = service({ id: 'probe', start: (context) => void (found = context) });
  await tree.startChild(probe as never);
  return found;
}

test('never too many, never two for one, nobody forgotten, nothing left', async () => {
  const options = fc.record({
    size: fc.integer({ min: 1, max: 3 }),
    maxOverflow: fc.integer({ min: 0, max: 2 }),
    lazy: fc.boolean(),
    starts: fc.array(fc.constantFrom(0, 0, 0, 3, 20, -1), { minLength: 1, maxLength: 5 }),
    stops: fc.array(fc.constantFrom(0, 0, 3, 20, 60), { minLength: 1, maxLength: 5 }),
  });
  const step = fc.record({ act: fc.constantFrom(...ACTS), who: fc.nat({ max: 12 }) });
  await fc.assert(fc.asyncProperty(options, fc.array(step, { maxLength: 40 }), live), {
    seed: FIXED_SEED,
    numRuns: 150,
  });
});
