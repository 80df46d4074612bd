/** Chaos: whom it hits, how often, that it is told, and that the same seed gives the same. */
import { type ChildSpec, dynamicSupervisor, seededRandom, supervisor } from '@coppice/core';
import {
  type ChaosOptions,
  ChaosError,
  type InjectedFault,
  type TestTree,
  beats,
  chaos,
  scripted,
  testTree,
} from '@coppice/testing';
import fc from 'fast-check';
import { type ChaosMix, gapMs, nextFault } from '../src/chaos-plan.js';

const tough = { maxRestarts: Infinity };
const a = scripted({ id: 'a', ...tough });
const b = scripted({ id: 'b', ...tough, staleAfterMs: 50 }, beats(20));
const conns = dynamicSupervisor({ id: 'conns', ...tough, child: scripted('conn') });
const feeds = supervisor({ id: 'feeds', ...tough, children: [b, conns] });

const options = (more: Partial<ChaosOptions> = {}): ChaosOptions => ({
  id: 'chaos',
  enabled: true,
  perMinute: 60,
  seed: 42,
  ...more,
});

/** A tree that chaos has hit for a minute or so. */
async function hit(more: Partial<ChaosOptions>, ms = 60_000, slices = [ms]): Promise<TestTree> {
  const monkey = chaos(options(more));
  const test = await testTree(supervisor({ id: 'app', ...tough, children: [a, feeds, monkey] }));
  await test.tree.supervisor(conns).startChild();
  for (const slice of slices) await test.advance(slice);
  return test;
}

const faultsOf = (test: TestTree): readonly InjectedFault[] =>
  test.use(test.tree.childSpec('chaos') as ReturnType<typeof chaos>).faults;
const hitPaths = (test: TestTree): string[] =>
  [...new Set(faultsOf(test).map(({ path }) => path))].toSorted();

test('it hits, at about its rate, whoever is in the tree, but not itself', async () => {
  await using test = await hit({}, 600_000);
  expect(hitPaths(test)).toEqual(['app/a', 'app/feeds/b', 'app/feeds/conns/conn#1']);
  // Ten minutes at 60 a minute.
  expect(faultsOf(test).length).toBeGreaterThan(500);
  expect(faultsOf(test).length).toBeLessThan(700);
  test.events.expectNever('chaos crashed', 'app stopped');
});

test('however long it goes on, it keeps the last thousand, and numbers them on', async () => {
  await using test = await hit({ perMinute: 600, maxFaults: 1_200 }, 300_000);
  const numbers = faultsOf(test).map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 201));
});

test('each fault is told before it comes, and the crash says that it was meant', async () => {
  await using test = await hit({ maxFaults: 1, scope: [a] });
  const message = 'chaos: crash of app/a#1 (fault 1 of seed 42)';
  test.events.expectOrder(
    {
      type: 'supervisor:warning',
      code: 'COPPICE_CHAOS',
      path: 'app/chaos',
      message: 'chaos is on: seed 42, about 60 faults a minute',
    },
    { type: 'supervisor:warning', code: 'COPPICE_CHAOS', path: 'app/a', message },
    { type: 'child:crashed', path: 'app/a', error: { name: 'ChaosError', code: 'COPPICE_CHAOS', message } },
    'a#2 started',
  );
  expect(faultsOf(test)).toEqual([{ number: 1, kind: 'crash', path: 'app/a', incarnation: 1 }]);
  expect(test.tree.child('chaos')?.status).toBe('running');
});

test('a ChaosError has all that is known of the fault', () => {
  const error = new ChaosError('chaos', { number: 1, kind: 'crash', path: 'app/a', incarnation: 2, seed: 7 });
  expect(error).toMatchObject({ code: 'COPPICE_CHAOS', path: 'app/a', details: { incarnation: 2, seed: 7 } });
});

test('its log tells, too', async () => {
  const lines: unknown[] = [];
  const say = (...what: unknown[]): void => void lines.push(what.at(-1));
  const logger = { debug: say, info: say, warn: say, error: say, child: () => logger };
  await using test = await testTree([a, chaos(options({ maxFaults: 1 }))], { logger });
  await test.advance(60_000);
  expect(lines).toEqual([
    'chaos is on: seed 42, about 60 faults a minute',
    'chaos: crash of test/a#1 (fault 1 of seed 42)',
  ]);
});

describe('whom it may hit', () => {
  test.each<[string, ChaosOptions['scope'], string[]]>([
    ['a child', [a], ['app/a']],
    ['all below a supervisor', [feeds], ['app/feeds/b', 'app/feeds/conns/conn#1']],
    ['children of a dynamic supervisor', [conns], ['app/feeds/conns/conn#1']],
    ['part of a path', ['conns/conn#1', 'a'], ['app/a', 'app/feeds/conns/conn#1']],
    ['no part of an id', ['feed'], []],
    [
      'whoever a function says',
      ({ spec, path }) => spec.kind === 'service' && path.endsWith('b'),
      ['app/feeds/b'],
    ],
  ])('%s', async (_what, scope, paths) => {
    await using test = await hit({ scope: scope! });
    expect(hitPaths(test)).toEqual(paths);
  });
});

describe('what it does', () => {
  test('a hang is let go after its time', async () => {
    await using test = await hit({ faults: { hang: 1 }, maxFaults: 1, scope: [a], hangMs: 20_000 });
    test.events.expectOrder(
      { type: 'supervisor:warning', message: 'chaos: hang of app/a#1 (fault 1 of seed 42)' },
      'a abandoned',
      'a#2 started',
      'a#1 settled',
    );
    const [abandoned, settled] = ['child:abandoned', 'child:settled'].map(
      (type) => test.events.all.find((event) => event.type === type)!.at,
    );
    expect(settled! - abandoned!).toBe(15_000);
  });

  test('nothing hangs any more when chaos itself has ended', async () => {
    await using test = await hit({ faults: { hang: 1 }, maxFaults: 1, scope: [a], hangMs: 1e9 });
    await test.tree.terminateChild('chaos');
    await test.settle();
    test.events.expectOrder('a abandoned', 'chaos stopped');
    expect(test.events.has('a#1 settled')).toBe(true);
  });

  test('a stall hits only those that are watched', async () => {
    await using test = await hit({ faults: { stall: 1 } });
    expect(hitPaths(test)).toEqual(['app/feeds/b']);
    expect(test.events.count('b crashed')).toBeGreaterThan(5);
    test.events.expectNever('a crashed');
  });

  test('what has no weight never comes, whatever the chance', () => {
    for (const chance of [0, 0.5, 1 - 2 ** -32]) {
      expect(nextFault(() => chance, [{ canStall: true }], { crash: 0, hang: 1 })!.kind).toBe('hang');
      expect(nextFault(() => chance, [{ canStall: true }], { stall: 2 })!.kind).toBe('stall');
    }
  });

  test('kinds come as often as they are weighted', () => {
    const random = seededRandom(1);
    const counts = { crash: 0, hang: 0, stall: 0 };
    for (let n = 0; n < 10_000; n++) {
      counts[nextFault(random, [{ canStall: true }], { crash: 8, hang: 1, stall: 1 })!.kind]++;
    }
    expect(Math.abs(counts.crash - 8_000)).toBeLessThan(200);
    expect(Math.abs(counts.hang - 1_000)).toBeLessThan(150);
  });
});

describe('off', () => {
  const { NODE_ENV } = process.env;
  afterEach(() => {
    process.env['NODE_ENV'] = NODE_ENV;
  });

  const isIgnored = async (more: Partial<ChaosOptions>): Promise<boolean> => {
    await using test = await hit(more);
    const isOff = test.events.has('chaos ignored');
    expect(test.events.has('* crashed')).toBe(!isOff);
    return isOff;
  };

  test('unless it is enabled, and in production unless that is said, too', async () => {
    expect(await isIgnored({ enabled: false })).toBe(true);
    process.env['NODE_ENV'] = 'production';
    expect(await isIgnored({})).toBe(true);
    expect(await isIgnored({ enabled: false, evenInProduction: true })).toBe(true);
    expect(await isIgnored({ evenInProduction: true })).toBe(false);
  });

  test('in production it says why', async () => {
    process.env['NODE_ENV'] = 'production';
    const warned: unknown[] = [];
    const nothing = (): void => {};
    const logger = {
      debug: nothing,
      info: nothing,
      error: nothing,
      warn: (line: unknown) => void warned.push(line),
      child: () => logger,
    };
    await using test = await testTree([chaos(options())], { logger });
    expect(test.statuses).toEqual(['test/chaos: stopped']);
    expect(warned).toEqual([expect.stringContaining('chaos is off, since this is production')]);
  });
});

test('it stops with its tree, in the middle of a gap', async () => {
  const test = await hit({ perMinute: 0.001 });
  expect((await test.stop()).unstopped).toEqual([]);
  expect(test.pendingTimers).toBe(0);
});

test('without a seed each has one of its own, and tells it', async () => {
  const { seed: _seed, ...rest } = options();
  const seedOf = async (): Promise<number> => {
    const monkey = chaos(rest);
    await using test = await testTree([monkey]);
    const { seed } = test.use(monkey);
    test.events.expectOrder({
      type: 'supervisor:warning',
      message: `chaos is on: seed ${seed}, about 60 faults a minute`,
    });
    return seed;
  };
  expect(await seedOf()).not.toBe(await seedOf());
});

test('started again with others it goes another way, which is the same each time', async () => {
  const story = async (): Promise<(readonly InjectedFault[])[]> => {
    await using test = await hit({ maxFaults: 5 }, 30_000);
    const first = faultsOf(test);
    await test.until(test.tree.restartNow('chaos'));
    await test.advance(30_000);
    return [first, faultsOf(test)];
  };
  const [first, second] = await story();
  expect(first!.map(({ path }) => path)).not.toEqual(second!.map(({ path }) => path));
  expect(await story()).toEqual([first, second]);
});

test('what it throws by mistake is its own crash', async () => {
  const scope = (): boolean => {
    throw new Error('a bug in the scope');
  };
  await using test = await hit({ scope });
  test.events.expectOrder({ type: 'child:crashed', id: 'chaos', error: { message: 'a bug in the scope' } });
});

test.each<[string, Record<string, unknown>]>([
  ['enabled', { enabled: undefined }],
  ['perMinute', { perMinute: 0 }],
  ['perMinute', { perMinute: Number.NaN }],
  ['hangMs', { hangMs: -1 }],
  ['maxFaults', { maxFaults: '3' }],
  ['seed', { seed: 0.5 }],
  ['evenInProduction', { evenInProduction: 'yes' }],
  ['scope', { scope: 'db' }],
  ['faults', { faults: { crash: 0 } }],
  ['faults', { faults: { explode: 1 } }],
  ['faults', { faults: { crash: -1, hang: 2 } }],
])('a wrong option: %s', (key, more) => {
  expect(() => chaos(options(more as never))).toThrow(
    expect.objectContaining({
      code: 'COPPICE_TEST_OPTION',
      message: expect.stringContaining(`${key} of chaos()`),
    }),
  );
});

test('an option of no child is refused as everywhere', () => {
  expect(() => chaos(options({ restrat: 'permanent' } as never))).toThrow("did you mean 'restart'?");
});

const anyMix = fc
  .record({ crash: fc.nat(5), hang: fc.nat(5), stall: fc.nat(5) })
  .filter(({ crash, hang, stall }) => crash + hang + stall > 0);

test('a plan hits only targets, only with faults that are wanted, and stalls only those that can', () => {
  const anyTargets = fc.array(fc.record({ canStall: fc.boolean(), name: fc.nat() }));
  fc.assert(
    fc.property(fc.integer(), anyTargets, anyMix, (seed, targets, mix: ChaosMix) => {
      const random = seededRandom(seed);
      for (let n = 0; n < 20; n++) {
        const next = nextFault(random, targets, mix);
        if (!next) {
          expect(targets.length === 0 || !targets.every(({ canStall }) => canStall)).toBe(true);
          continue;
        }
        expect(targets).toContain(next.target);
        expect(mix[next.kind]).toBeGreaterThan(0);
        expect(next.kind !== 'stall' || next.target.canStall).toBe(true);
      }
    }),
  );
});

test('gaps are whole milliseconds, 1 or more, and on average as the rate says', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0.01, max: 1e6, noNaN: true }), (seed, rate) => {
      const gap = gapMs(seededRandom(seed), rate);
      expect(Number.isSafeInteger(gap) && gap >= 1).toBe(true);
    }),
  );
  const random = seededRandom(3);
  const gaps = Array.from({ length: 10_000 }, () => gapMs(random, 6));
  expect(Math.abs(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length - 10_000)).toBeLessThan(300);
});

test('the same seed gives the same story, however time is sliced', async () => {
  const storyOf = async (seed: number, slices: readonly number[]): Promise<string> => {
    await using test = await hit({ seed, faults: { crash: 3, hang: 1, stall: 1 } }, 0, [...slices]);
    return test.events.text;
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(fc.nat(9_999), { maxLength: 9 }), async (seed, cuts) => {
      const points = [0, ...cuts.toSorted((one, two) => one - two), 10_000];
      const slices = points.slice(1).map((point, at) => point - points[at]!);
      expect(await storyOf(seed, slices)).toBe(await storyOf(seed, [10_000]));
    }),
    { numRuns: 20 },
  );
});

test('it takes part in a tree as any child: its options are those of one', () => {
  const monkey: ChildSpec = chaos(options({ restart: 'transient', shutdownMs: 10 }));
  expect(monkey).toMatchObject({ id: 'chaos', kind: 'service', restart: 'transient', required: false });
});
