/** `stop({ shutdownMs })`: each may take half of the time that is left, or its share of that if it is more. */
import * as fc from 'fast-check';
import {
  type ChildSpec,
  SimulatedClock,
  type StopReport,
  type SupervisionEvent,
  dynamicSupervisor,
  service,
  stopBudgetMs,
  supervisor,
  task,
} from '@coppice/core';
import {
  type Booted,
  boot,
  crew,
  deferred,
  drain,
  forever,
  rejection,
  scripted,
} from './support/scripted.js';

const GRACE_MS = 1_000;

/** Takes `ms` to stop; Infinity: hangs. */
const slow = (id: string, ms: number, options: object = {}): ChildSpec =>
  service({
    id,
    start: () => id,
    stop: () => (ms === Infinity ? forever() : later(ms)),
    ...options,
  });

let clock: SimulatedClock;
const later = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(resolve, ms));

/** Stops a tree, and says when and how it was over. */
async function stopped(
  booted: Booted,
  shutdownMs?: number,
): Promise<{ at: number; report: StopReport; lines: string[] }> {
  clock = booted.clock;
  const { tree, events } = booted;
  events.splice(0);
  const startedAt = clock.now();
  let at = NaN;
  const report = tree.stop(shutdownMs === undefined ? {} : { shutdownMs }).then((value) => {
    at = clock.now() - startedAt;
    return value;
  });
  await clock.runUntilIdle();
  return { at, report: await report, lines: events.flatMap(line) };
}

const line = (event: SupervisionEvent): string[] => {
  if (event.type === 'child:stopping') return [`${event.at} ask ${event.path} ${event.shutdownMs}`];
  if (event.type === 'child:stopped') return [`${event.at} ${event.reason.kind} ${event.path}`];
  return [];
};

describe('how it is shared out', () => {
  test('children that hang: in reverse order, each with half of what is left', async () => {
    const { at, report, lines } = await stopped(
      await boot({ children: ['a', 'b', 'c', 'd'].map((id) => slow(id, Infinity)) }),
      1_000,
    );
    expect(lines).toEqual([
      '0 ask root/d 500',
      '500 killed root/d',
      '500 ask root/c 250',
      '750 killed root/c',
      '750 ask root/b 125',
      '875 killed root/b',
      '875 ask root/a 125',
      '1000 killed root/a',
    ]);
    expect(at).toBe(1_000);
    expect(report.unstopped.map(({ path, waitedMs }) => `${path} ${waitedMs}`)).toEqual([
      'root/d 500',
      'root/c 250',
      'root/b 125',
      'root/a 125',
    ]);
  });

  test('the one that needs its time has half of it, however many there are that need none', async () => {
    const others = Array.from({ length: 11 }, (_, i) => slow(`c${i}`, 0));
    const { at, report } = await stopped(await boot({ children: [...others, slow('api', 4_999)] }), 10_000);
    expect({ at, unstopped: report.unstopped }).toEqual({ at: 4_999, unstopped: [] });
  });

  test('more than half for one that might take more than those after it together', async () => {
    const { lines } = await stopped(
      await boot({
        children: [
          slow('a', Infinity, { shutdownMs: 200 }),
          slow('b', Infinity, { shutdownMs: 600 }),
          slow('c', Infinity, { shutdownMs: 0 }),
          slow('d', Infinity, { shutdownMs: 800 }),
        ],
      }),
      800,
    );
    expect(lines.filter((each) => each.includes('ask'))).toEqual([
      '0 ask root/d 400',
      '400 ask root/c 0',
      '400 ask root/b 300',
      '700 ask root/a 100',
    ]);
  });

  test('what one does not need is for those after it', async () => {
    const { at, lines } = await stopped(
      await boot({ children: [slow('a', Infinity), slow('b', Infinity), slow('c', 10)] }),
      910,
    );
    expect(lines.filter((each) => each.includes('ask'))).toEqual([
      '0 ask root/c 455',
      '10 ask root/b 450',
      '460 ask root/a 450',
    ]);
    expect(at).toBe(910);
  });

  test('whoever may take as long as it likes counts as all the time there is', async () => {
    const { lines, at } = await stopped(
      await boot({
        children: [slow('a', Infinity, { shutdownMs: 500 }), slow('b', Infinity, { shutdownMs: Infinity })],
      }),
      1_000,
    );
    expect(lines).toEqual([
      '0 ask root/b 666',
      '666 killed root/b',
      '666 ask root/a 334',
      '1000 killed root/a',
    ]);
    expect(at).toBe(1_000);
  });

  test('a deadline longer than all that they may take changes nothing', async () => {
    const children = (): ChildSpec[] => [
      slow('a', 40, { shutdownMs: 50 }),
      slow('b', Infinity, { shutdownMs: 100 }),
      slow('c', Infinity, { shutdownMs: 20, kill: () => forever() }),
    ];
    const without = await stopped(await boot({ children: children() }));
    for (const shutdownMs of [50 + 100 + 20 + GRACE_MS, 5_000, Infinity]) {
      expect(await stopped(await boot({ children: children() }), shutdownMs)).toEqual(without);
    }
    expect(without.at).toBe(20 + GRACE_MS + 100 + 40);
  });

  test('a child that is down, or not there any more, takes no share', async () => {
    const booted = await boot({
      children: [scripted('b').spec, scripted('c', { restart: 'temporary' }).spec, slow('a', Infinity)],
    });
    await booted.tree.terminateChild('b');
    await booted.tree.terminateChild('c');
    const { lines } = await stopped(booted, 1_000);
    expect(lines).toEqual(['0 ask root/a 1000', '1000 killed root/a']);
  });

  test('a child that was starting and fails before it is asked leaves its share to the others', async () => {
    const starting = deferred<never>();
    const c = scripted('c', { onStart: () => starting.promise });
    const children = [slow('a', Infinity), slow('b', Infinity), c.spec, slow('d', Infinity)];
    clock = new SimulatedClock();
    const tree = supervisor({ id: 'root', startOrder: 'parallel', children }).handle({ clock });
    const asked: string[] = [];
    tree.on(
      'child:stopping',
      ({ at, path, shutdownMs }) => void asked.push(`${at} ask ${path} ${shutdownMs}`),
    );
    const started = rejection(tree.start());
    await clock.advance(0);
    const report = tree.stop({ shutdownMs: 1_000 });
    await clock.advance(100);
    starting.reject(new Error('no'));
    await clock.runUntilIdle();
    await Promise.all([report, started]);
    expect(asked).toEqual(['0 ask root/d 500', '500 ask root/b 250', '750 ask root/a 250']);
  });

  test('never more than its own shutdownMs', async () => {
    const { at } = await stopped(
      await boot({ children: [slow('a', Infinity, { shutdownMs: 30 })] }),
      100_000,
    );
    expect(at).toBe(30);
  });
});

describe('below other supervisors', () => {
  test('a supervisor hands its share on to its children', async () => {
    const hang = (id: string): ChildSpec => slow(id, Infinity, { shutdownMs: 2_000 });
    const sub = supervisor({
      id: 'sub',
      children: [hang('b'), supervisor({ id: 'deep', children: [hang('c')] })],
    });
    const { lines, at, report } = await stopped(await boot({ children: [hang('a'), sub, hang('d')] }), 4_000);
    expect(lines.filter((each) => each.includes('ask'))).toEqual([
      '0 ask root/d 2000',
      '2000 ask root/sub 1333',
      '2000 ask root/sub/deep 666',
      '2000 ask root/sub/deep/c 666',
      '2666 ask root/sub/b 667',
      '3333 ask root/a 667',
    ]);
    expect(at).toBe(4_000);
    expect(report.unstopped.map(({ path }) => path)).toEqual([
      'root/d',
      'root/sub/deep/c',
      'root/sub/b',
      'root/a',
    ]);
  });

  test('a deadline for a supervisor further down is for what is below it', async () => {
    const sub = supervisor({ id: 'sub', restart: 'temporary', children: [slow('b', Infinity)] });
    const booted = await boot({ children: [slow('a', Infinity), sub] });
    const report = booted.tree.supervisor(sub).stop({ shutdownMs: 70 });
    await booted.clock.runUntilIdle();
    expect((await report).unstopped).toMatchObject([{ path: 'root/sub/b', waitedMs: 70 }]);
    expect(booted.tree.whichChildren().map(({ id, status }) => `${id} ${status}`)).toEqual(['a running']);
  });

  test('dynamic children stop all at once, each with all the time', async () => {
    const pool = dynamicSupervisor({
      id: 'pool',
      child: service({ id: 'one', start: () => 1, stop: () => forever() }),
    });
    const booted = await boot({ children: [slow('a', Infinity), pool] });
    const dynamic = booted.tree.supervisor(pool);
    for (let i = 0; i < 3; i++) await dynamic.startChild();
    const { lines, at } = await stopped(booted, 1_000);
    expect(lines.filter((each) => each.includes('ask'))).toEqual([
      '0 ask root/pool 500',
      '0 ask root/pool/one#3 500',
      '0 ask root/pool/one#2 500',
      '0 ask root/pool/one#1 500',
      '500 ask root/a 500',
    ]);
    expect(at).toBe(1_000);
  });
});

describe('its edges', () => {
  test('deadline 0: nobody is waited for, and the order is kept', async () => {
    const { journal, specs } = crew(['a', 'b', 'c'], (id) => (id === 'b' ? { onStop: forever } : {}));
    const booted = await boot({ children: specs });
    drain(journal);
    const { at, report } = await stopped(booted, 0);
    expect(at).toBe(0);
    expect(journal).toEqual(['stop c', 'stop b', 'stop a']);
    expect(report.unstopped).toMatchObject([{ path: 'root/b', waitedMs: 0 }]);
  });

  test('an end before its time leaves no timer', async () => {
    const booted = await boot({
      children: [slow('a', 10), supervisor({ id: 's', children: [slow('b', 5)] })],
    });
    clock = booted.clock;
    const report = booted.tree.stop({ shutdownMs: 60_000 });
    await clock.advance(15);
    expect((await report).unstopped).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('of a tree that has not started, or has stopped already, there is no timer either', async () => {
    const time = new SimulatedClock();
    const tree = supervisor({ id: 'root', children: [] }).handle({ clock: time });
    expect(await tree.stop({ shutdownMs: 100 })).toMatchObject({ unstopped: [] });
    expect(await tree.stop({ shutdownMs: 100 })).toMatchObject({ unstopped: [] });
    expect(time.pendingTimers).toBe(0);
  });

  test('kill hooks have their grace beyond it', async () => {
    const calls: string[] = [];
    const kill = (id: string) => () => {
      calls.push(`${clock.now()} kill ${id}`);
      return forever();
    };
    const { at, report } = await stopped(
      await boot({
        children: ['a', 'b'].map((id) => slow(id, Infinity, { shutdownMs: 1_000, kill: kill(id) })),
      }),
      1_000,
    );
    expect(calls).toEqual(['500 kill b', '1000 kill a']);
    expect(at).toBe(1_000 + GRACE_MS);
    expect(report.unstopped.map(({ path }) => path)).toEqual(['root/b', 'root/a']);
  });

  test('again while it stops: the same end; a sooner deadline counts, a later one does not', async () => {
    for (const [first, second, end] of [
      [undefined, 100, 150],
      [1_000, 100, 150],
      [1_000, 5_000, 1_000],
      [200, undefined, 200],
    ] as const) {
      const booted = await boot({ children: [slow('a', Infinity), slow('b', Infinity)] });
      clock = booted.clock;
      const reports = [booted.tree.stop(first === undefined ? {} : { shutdownMs: first })];
      await clock.advance(50);
      reports.push(booted.tree.stop(second === undefined ? {} : { shutdownMs: second }));
      let at = NaN;
      void Promise.all(reports).then(() => (at = clock.now()));
      await clock.runUntilIdle();
      expect(at).toBe(end);
      expect(await reports[0]).toEqual(await reports[1]);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  test('in the middle of a start, of a restart, of a command', async () => {
    const hang = { onStop: (): Promise<never> => forever(), shutdownMs: 60_000 };
    const starts = supervisor({
      id: 'root',
      children: [scripted('a', hang).spec, service({ id: 'b', start: forever, shutdownMs: 60_000 })],
    });
    clock = new SimulatedClock();
    const tree = starts.handle({ clock });
    const isRejected = rejection(tree.start());
    void tree.stop({ shutdownMs: 100 });
    const ended = tree.whenStopped();
    await clock.advance(100);
    expect((await ended).unstopped.map(({ path }) => path).toSorted()).toEqual(['root/a', 'root/b']);
    expect((await isRejected).code).toBe('COPPICE_START_INTERRUPTED');

    for (const what of ['restart', 'terminate'] as const) {
      const team = crew(['a', 'b'], () => hang);
      const booted = await boot({ strategy: 'one-for-all', children: team.specs });
      if (what === 'restart') team.a.crash();
      else void booted.tree.terminateChild('b').catch(() => {});
      await booted.settle();
      void booted.tree.stop({ shutdownMs: 100 });
      await booted.clock.advance(100);
      expect((await booted.ended).unstopped).toHaveLength(2);
      expect(booted.clock.pendingTimers).toBe(0);
    }
  });

  test('what is no number of milliseconds is refused, and nothing stops', async () => {
    const { tree } = await boot({ children: [scripted('a').spec] });
    for (const shutdownMs of [NaN, -1, '5', null, {}, 5n]) {
      const error = await rejection(tree.stop({ shutdownMs } as never));
      expect(error).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT' });
      expect(error.message).toMatch(/shutdownMs: a number of milliseconds, 0 or more/);
    }
    expect(tree.whichChildren()[0]!.status).toBe('running');
    await tree.stop();
  });
});

describe('stopBudgetMs', () => {
  const a = task({ id: 'a', shutdownMs: 100, run: () => forever() });
  const b = service({ id: 'b', shutdownMs: 20, start: () => 1, kill: () => {} });

  test.each<[string, ChildSpec, number]>([
    ['a task', a, 100],
    ['with a kill hook', b, 20 + GRACE_MS],
    ['without limit', task({ ...a, shutdownMs: Infinity }), Infinity],
    ['children one after the other', supervisor({ id: 's', children: [a, b] }), 120 + GRACE_MS],
    ['no children', supervisor({ id: 's', children: [] }), 0],
    ['dynamic children all at once', dynamicSupervisor({ id: 'd', child: a }), 100],
    ['a supervisor with a limit of its own', supervisor({ id: 's', shutdownMs: 50, children: [a] }), 50],
    [
      'the grace of a kill hook below that limit',
      supervisor({ id: 's', shutdownMs: 50, children: [dynamicSupervisor({ id: 'd', child: b })] }),
      50 + GRACE_MS,
    ],
    [
      'one without limit among others',
      supervisor({ id: 's', children: [a, task({ ...a, id: 'x', shutdownMs: Infinity })] }),
      Infinity,
    ],
  ])('%s', (_what, spec, budget) => expect(stopBudgetMs(spec)).toBe(budget));
});

describe('any tree', () => {
  interface Leaf {
    readonly takes: number;
    readonly shutdownMs: number;
    readonly kill: boolean;
    readonly onStuck: 'abandon' | 'wait';
  }
  interface Branch {
    readonly shutdownMs: number;
    readonly dynamic: boolean;
    readonly children: readonly (Leaf | Branch)[];
  }
  const leaf = (waits: boolean): fc.Arbitrary<Leaf> =>
    fc.record({
      takes: fc.constantFrom(0, 1, 30, 200, 900, Infinity),
      shutdownMs: fc.constantFrom(0, 10, 100, 1_000, ...(waits ? [Infinity] : [])),
      kill: fc.boolean(),
      onStuck: fc.constantFrom('abandon', ...(waits ? (['wait'] as const) : [])),
    });
  const branch = (waits: boolean, depth: number): fc.Arbitrary<Branch> =>
    fc.record({
      shutdownMs: fc.oneof({ weight: 3, arbitrary: fc.constant(Infinity) }, fc.constantFrom(0, 50, 700)),
      dynamic: fc.boolean().map((isDynamic) => isDynamic && depth === 0),
      children: fc.array(depth === 0 ? leaf(waits) : fc.oneof(leaf(waits), branch(waits, depth - 1)), {
        maxLength: 4,
      }),
    });

  const isLeaf = (plan: Leaf | Branch): plan is Leaf => 'takes' in plan;
  const specOf = (plan: Leaf | Branch, id: string): ChildSpec => {
    if (isLeaf(plan)) {
      const { takes, shutdownMs, kill, onStuck } = plan;
      return slow(id, takes, { shutdownMs, onStuck, ...(kill && { kill: () => forever() }) });
    }
    const { shutdownMs, dynamic, children } = plan;
    const [first] = children;
    if (dynamic && first && isLeaf(first)) {
      return dynamicSupervisor({ id, shutdownMs, child: specOf(first, 'one') });
    }
    return supervisor({ id, shutdownMs, children: children.map((child, i) => specOf(child, `c${i}`)) });
  };

  async function bootPlan(plan: Branch): Promise<Booted> {
    const children = plan.children.map((child, i) => specOf(child, `c${i}`));
    const booted = await boot({ children });
    for (const { id, kind } of booted.tree.whichChildren()) {
      if (kind !== 'dynamic-supervisor') continue;
      const dynamic = booted.tree.supervisor(id) as unknown as { startChild(): Promise<unknown> };
      for (let i = 0; i < 2; i++) await dynamic.startChild();
    }
    return booted;
  }
  const hasKill = (plan: Leaf | Branch): boolean =>
    isLeaf(plan) ? plan.kill && plan.takes > 0 : plan.children.some(hasKill);

  test('is down at its deadline, whatever hangs in it', async () => {
    await fc.assert(
      fc.asyncProperty(branch(true, 2), fc.constantFrom(0, 1, 7, 100, 999, 4_000), async (plan, ms) => {
        const booted = await bootPlan(plan);
        const { at, report } = await stopped(booted, ms);
        expect(at).toBeLessThanOrEqual(ms + (hasKill(plan) ? GRACE_MS : 0));
        expect(['shutdown', 'killed']).toContain(report.reason.kind);
        expect(booted.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test('takes no longer than stopBudgetMs says; with that as its deadline nobody is cut', async () => {
    await fc.assert(
      fc.asyncProperty(branch(false, 2), fc.constantFrom(1, 500), async (plan, more) => {
        const without = await stopped(await bootPlan(plan));
        const children = plan.children.map((child, i) => specOf(child, `c${i}`));
        const budget = stopBudgetMs(supervisor({ id: 'root', children }));
        expect(without.at).toBeLessThanOrEqual(budget);
        const { at, report, lines } = await stopped(await bootPlan(plan), budget + more);
        expect([at, report.unstopped]).toEqual([without.at, without.report.unstopped]);
        // A supervisor whose children have used all of its time may count as killed at that very moment.
        const asks = (all: string[]): string[] =>
          all.filter((each) => each.includes('ask')).map((each) => each.slice(0, each.lastIndexOf(' ')));
        expect(asks(lines)).toEqual(asks(without.lines));
      }),
      { numRuns: 150 },
    );
  });

  test('with less than that, each has half of what is left when it is its turn, and is not cut before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            shutdownMs: fc.integer({ min: 1, max: 500 }),
            takes: fc.integer({ min: 0, max: 400 }),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        fc.integer({ min: 0, max: 2_000 }),
        async (plans, ms) => {
          const children = plans.map(({ shutdownMs, takes }, i) => slow(`c${i}`, takes, { shutdownMs }));
          const { lines } = await stopped(await boot({ children }), ms);
          const asks = lines.filter((each) => each.includes('ask')).map((each) => each.split(' '));
          expect(asks.map(([, , path]) => path)).toEqual(plans.map((_, i) => `root/c${i}`).toReversed());
          const cut = lines.filter((each) => each.includes('killed')).map((each) => each.split(' ')[2]);
          for (const [i, [at, , path, allowed]] of asks.toReversed().entries()) {
            const { shutdownMs, takes } = plans[i]!;
            const half = Math.floor((ms - Number(at)) / 2);
            expect(Number(allowed)).toBeGreaterThanOrEqual(Math.min(shutdownMs, half));
            if (takes < Number(allowed)) expect(cut).not.toContain(path);
            if (takes > Number(allowed)) expect(cut).toContain(path);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
