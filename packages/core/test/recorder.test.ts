/** The flight recorder: the last runs of those that failed; how much it keeps at most. */
import {
  type FlightRecorder,
  type RecorderOptions,
  Shutdown,
  SimulatedClock,
  service,
  dynamicSupervisor,
  supervisor,
} from '@coppice/core';
import { crew, deferred, rejection, scripted } from './support/scripted.js';

type Options = Parameters<typeof supervisor>[0];

async function flight(options: Partial<Options>, recorder: boolean | RecorderOptions = true) {
  const clock = new SimulatedClock();
  const tree = supervisor({
    id: 'root',
    maxRestarts: 100,
    withinMs: 60_000,
    children: [],
    ...options,
  }).handle({
    clock,
    recorder,
  });
  await tree.start();
  return { tree, clock, recorder: tree.recorder as FlightRecorder, settle: () => clock.advance(0) };
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a run: when it started, was up, ended and how; what was decided', async () => {
  const a = scripted('a', { backoff: { minMs: 100, maxMs: 100, jitter: 0 } });
  const { clock, recorder } = await flight({ children: [a.spec] });
  await clock.advance(1_000);
  a.crash(Object.assign(new Error('top', { cause: new Error('bottom') }), { code: 'E_TOP', port: 7 }));
  await clock.advance(150);
  a.crash();
  await clock.advance(10);
  const history = recorder.child('root/a')!;
  expect(history).toStrictEqual({
    path: 'root/a',
    supervisor: 'root',
    id: 'a',
    failures: 2,
    lastFailureAt: 1_150,
    runs: [
      {
        incarnation: 1,
        started: null,
        readyAt: 0,
        asked: null,
        endedAt: 1_000,
        uptimeMs: 1_000,
        end: 'crashed',
        reason: {
          kind: 'crash',
          error: {
            name: 'Error',
            message: 'top',
            code: 'E_TOP',
            details: { port: 7 },
            cause: { name: 'Error', message: 'bottom' },
          },
        },
        decisions: [
          {
            kind: 'restart',
            at: 1_000,
            because: 'exit',
            delayMs: 100,
            budget: { used: 1, max: 100, withinMs: 60_000 },
            by: null,
          },
        ],
      },
      expect.objectContaining({
        incarnation: 2,
        started: { at: 1_100, because: 'restart', with: null, by: null },
        readyAt: 1_100,
        endedAt: 1_150,
        uptimeMs: 50,
      }),
    ],
  });
  expect(json(recorder)).toStrictEqual(recorder.toJSON());
});

test('a stop on request, a start that fails, giving up', async () => {
  const a = scripted('a', {
    maxRestarts: 0,
    giveUp: 'park',
    onStart: (attempt) => (attempt === 3 ? Promise.reject(new Error('no')) : undefined),
  });
  const { tree, settle, recorder } = await flight({ children: [a.spec] });
  a.crash();
  await settle();
  await tree.restartNow('a', { by: 'ann' });
  await rejection(tree.restartNow('a', { by: 'bob' }));
  await settle();
  expect(recorder.child('root/a')!.runs).toMatchObject([
    {
      incarnation: 1,
      end: 'crashed',
      decisions: [
        { kind: 'gave-up', giveUp: 'park', reviveAt: null },
        { kind: 'restart', because: 'request', by: 'ann' },
      ],
    },
    {
      incarnation: 2,
      asked: { because: 'request', by: 'bob' },
      end: 'stopped',
      started: { because: 'request', by: 'ann' },
    },
    { incarnation: 3, end: 'start-failed', readyAt: null, uptimeMs: null, decisions: [{ kind: 'gave-up' }] },
  ]);
});

test('those that never fail are not there, also if they end, or are stopped', async () => {
  const { a, specs } = crew(['a', 'b'], () => ({ restart: 'transient' }));
  const { tree, settle, recorder } = await flight({ strategy: 'one-for-all', children: specs });
  a.finish();
  await settle();
  await tree.restartNow('b');
  await tree.stop();
  expect(recorder.toJSON()).toEqual({ children: [], supervisors: [] });
  expect(recorder.child('root/a')).toBeUndefined();
  expect(recorder.supervisor('root')).toBeUndefined();
});

test.each<[string, (a: ReturnType<typeof scripted>) => unknown, object]>([
  ['a permanent one that is done', (a) => a.finish(), {}],
  ['a crash', (a) => a.crash(), {}],
])('%s is worth a place', async (_what, act, script) => {
  const a = scripted('a', script);
  const { settle, recorder } = await flight({ children: [a.spec] });
  act(a);
  await settle();
  expect(recorder.child('root/a')?.failures).toBe(1);
});

test('one that does not stop in time is worth a place', async () => {
  const gate = deferred();
  const a = scripted('a', { shutdownMs: 100, onStop: () => gate.promise });
  const { tree, clock, recorder } = await flight({ children: [a.spec] });
  const stopped = tree.stop();
  await clock.advance(100);
  await stopped;
  expect(recorder.child('root/a')?.runs).toMatchObject([{ end: 'stopped', reason: { kind: 'killed' } }]);
  gate.resolve();
});

test('a supervisor: its restarts with the budget, and why it gave up', async () => {
  const a = scripted('a');
  const sub = supervisor({ id: 'sub', maxRestarts: 1, children: [a.spec] });
  const { settle, recorder } = await flight({ children: [sub] });
  a.crash();
  await settle();
  a.crash();
  await settle();
  expect(recorder.supervisor('root/sub')).toMatchObject({
    path: 'root/sub',
    restarts: [{ child: 'root/sub/a', because: 'exit', budget: { used: 1, max: 1 } }],
    gaveUp: [{ offender: 'root/sub/a', error: { code: 'COPPICE_GAVE_UP', cause: { message: 'a crashed' } } }],
  });
  // Its end is one of the runs of a child of its parent.
  expect(recorder.child('root/sub')?.runs[0]).toMatchObject({
    reason: { kind: 'shutdown', cause: { code: 'COPPICE_GAVE_UP' } },
  });
  expect(recorder.supervisor('root')).toMatchObject({ restarts: [{ child: 'root/sub' }], gaveUp: [] });
});

test('only the last runs', async () => {
  const a = scripted('a');
  const { settle, recorder } = await flight({ children: [a.spec] }, { maxRuns: 3 });
  for (let i = 0; i < 10; i++) {
    a.crash();
    await settle();
  }
  const { runs, failures } = recorder.child('root/a')!;
  expect(failures).toBe(10);
  expect(runs.map(({ incarnation }) => incarnation)).toEqual([9, 10, 11]);
});

test('who has failed again is not the first to make room', async () => {
  const { a, b, c, specs } = crew(['a', 'b', 'c']);
  const { settle, recorder } = await flight({ children: specs }, { maxChildren: 2 });
  for (const each of [a, b, a, c]) {
    each.crash();
    await settle();
  }
  expect(recorder.toJSON().children.map(({ id }) => id)).toEqual(['a', 'c']);
});

test('the worst are those that failed most, and lately', async () => {
  const { a, b, c, specs } = crew(['a', 'b', 'c']);
  const { clock, settle, recorder } = await flight({ children: specs });
  const crash = async (child: typeof a, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      child.crash();
      await settle();
    }
  };
  expect(recorder.worst()).toEqual([]);
  await crash(a, 4);
  await clock.advance(3_600_000);
  await crash(b, 3);
  await crash(c, 1);
  const ids = (count?: number): string[] => recorder.worst(count).map(({ id }) => id);
  expect(ids()).toEqual(['b']);
  expect(ids(10)).toEqual(['b', 'c', 'a']);
  expect(() => recorder.worst(0)).toThrow(expect.objectContaining({ code: 'COPPICE_INVALID_ARGUMENT' }));
  expect(() => recorder.worst(0)).toThrow('recorder expects worst: a number, 1 or more');
});

describe('of 100,000 children', () => {
  /** Each has a name, a code, fields and a chain of causes of its own, all of them too long. */
  function awful(i: number): Error {
    let error: Error | undefined;
    for (let depth = 0; depth < 12; depth++) {
      error = Object.assign(new Error(`${i} ${'x'.repeat(5_000)}`, { cause: error }), {
        code: 'C'.repeat(500),
        text: 'y'.repeat(900),
      });
      for (let field = 0; field < 20; field++) Object.assign(error, { [`field${field}`]: 'z'.repeat(60) });
    }
    return error as Error;
  }

  /** What one run may take at most, in characters of JSON. */
  const RUN = 8_000;

  test('those that never failed take no place; those that failed have a bound', async () => {
    const fails = new Map<string, (error: unknown) => void>();
    const many = dynamicSupervisor({
      id: 'root',
      maxRestarts: Infinity,
      child: service({ id: 'each', start: ({ fail, path }) => void fails.set(path, fail) }),
    });
    const clock = new SimulatedClock();
    const tree = many.handle({ clock, recorder: { maxRuns: 2, maxChildren: 100 } });
    await tree.start();
    for (let i = 0; i < 100_000; i++) void tree.startChild({ id: `c${i}` });
    await clock.advance(0);
    expect(tree.countChildren().active).toBe(100_000);
    const recorder = tree.recorder!;
    expect(recorder.toJSON()).toEqual({ children: [], supervisors: [] });

    for (let i = 0; i < 300; i++)
      for (let run = 0; run < 3; run++) {
        fails.get(`root/c${i}`)!(awful(i));
        await clock.advance(0);
      }
    const kept = recorder.toJSON().children;
    expect(kept).toHaveLength(100);
    expect(kept.every(({ runs }) => runs.length === 2)).toBe(true);
    // Those that failed last are the ones that are kept.
    expect(kept[0]!.id).toBe('c200');
    expect(recorder.child('root/c0')).toBeUndefined();
    const longest = Math.max(...kept.flatMap(({ runs }) => runs.map((run) => JSON.stringify(run).length)));
    expect(longest).toBeLessThan(RUN);
    expect(longest).toBeGreaterThan(1_000);
    await tree.stop();
  });
});

test('a tree without one has none; options are checked', async () => {
  const tree = supervisor({ id: 'root', children: [] }).handle();
  expect(tree.recorder).toBeUndefined();
  for (const recorder of [{ runs: 0 }, { children: 1.5 }, { run: 1 }, 7])
    expect(() => supervisor({ id: 'root', children: [] }).handle({ recorder: recorder as never })).toThrow(
      expect.objectContaining({ code: 'COPPICE_INVALID_ARGUMENT' }),
    );
});

test('it is no listener that would tell anybody: the end of a root does not go unheard because of it', async () => {
  const told = jest.spyOn(console, 'warn').mockImplementation(() => {});
  await flight({ children: [supervisor({ id: 'sub', restart: 'transient', children: [] })] });
  expect(told).toHaveBeenCalledTimes(1);
});

test('that one waits for another, and why it ended by choice: kept, and cut short', async () => {
  const a = scripted('a', { backoff: { minMs: 100, maxMs: 100 } });
  const b = scripted('b', { bindsTo: ['a'] });
  const { tree, recorder, settle } = await flight({ children: [a.spec, b.spec] });
  b.crash();
  await settle();
  a.crash();
  await settle();
  const { decisions } = recorder.child('root/b')!.runs.at(-1)!;
  expect(decisions.at(-1)).toEqual({ kind: 'wait', at: 0, because: 'bond', waitsFor: 'root/a' });
  await tree.terminateChild('a');

  const long = 'x'.repeat(500);
  for (const [detail, start] of [
    [long, 'xxx'],
    [{ why: long }, '{"why":"xxx'],
  ] as const) {
    const c = scripted('c', { restart: 'transient' });
    const other = await flight({ children: [c.spec] });
    c.crash();
    await other.settle();
    c.finish(new Shutdown(detail));
    await other.settle();
    const { reason } = other.recorder.child('root/c')!.runs.at(-1)!;
    const { kind, detail: kept } = reason as { kind: string; detail: string };
    expect([kind, kept.slice(0, start.length), kept.at(-1), kept.length]).toEqual([
      'shutdown',
      start,
      '…',
      300,
    ]);
  }
});

test('a supervisor that gives up has failed, though that is a shutdown; one that just shuts itself down has not', async () => {
  const [calm, leaf] = [scripted('calm', { restart: 'transient' }), scripted('leaf')];
  const sub = supervisor({ id: 'sub', restart: 'transient', maxRestarts: 0, children: [leaf.spec] });
  // That it is transient, and has a limit, is worth a warning.
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  const { recorder, settle } = await flight({ children: [calm.spec, sub] });
  calm.finish(new Shutdown());
  leaf.crash();
  await settle();
  expect([recorder.child('root/calm'), recorder.child('root/sub')?.failures]).toEqual([undefined, 1]);
});

test('of two that are there at a time, one in the place of the other, each has its own run', async () => {
  const a = scripted('a');
  const sub = supervisor({ id: 'sub', children: [a.spec] });
  const { tree, clock, recorder, settle } = await flight({ children: [sub] });
  a.crash();
  await settle();
  // From here on incarnations are counted anew.
  await tree.restartNow(sub);
  a.crash();
  await clock.advance(1_000);
  await tree.supervisor(sub).reconcile([scripted('a', { replace: 'start-then-stop' }).spec]);
  const runs = recorder
    .child('root/sub/a')
    ?.runs.map(({ incarnation, end, endedAt }) => [incarnation, end, endedAt]);
  expect(runs).toEqual([
    [1, 'crashed', 0],
    [2, 'stopped', 0],
    [1, 'crashed', 0],
    [2, 'stopped', 1_000],
    [3, null, null],
  ]);
});
