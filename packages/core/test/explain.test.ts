/** explainPolicy: what it says is what happens, and it says it in a way that can be read. */
import {
  type ChildSpec,
  SimulatedClock,
  type SupervisionEvent,
  dynamicSupervisor,
  explainPolicy,
  seededRandom,
  service,
  supervisor,
  type SupervisorSpec,
  task,
} from '@coppice/core';
import fc from 'fast-check';
import { about, exact, literal, names, nth, range, rough, sum } from '../src/spec/explain-words.js';
import { layOut } from '../src/spec/explain.js';

const run = (): Promise<never> => new Promise<never>(() => {});
const start = (): number => 1;
/** The text without its line breaks. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');
const told = (spec: ChildSpec, above?: ChildSpec): string =>
  flat(explainPolicy(spec, above as SupervisorSpec | undefined));

describe('words', () => {
  test.each([
    [0, '0 ms'],
    [350, '350 ms'],
    [999.5, '999.5 ms'],
    [1_500, '1.5 s'],
    [60_000, '1 min'],
    [250_000, '4 min 10 s'],
    [65_432, '1 min 5.432 s'],
    [3_600_500, '1 h 0.5 s'],
    [90_000_000, '1 d 1 h'],
    [Infinity, 'for ever'],
  ])('exactly %d ms: %s', (ms, text) => expect(exact(ms)).toBe(text));

  test.each([
    [524, '524 ms'],
    [1_449, '1.4 s'],
    [59_600, '1 min'],
    [250_400, '4 min 10 s'],
    [12_030_000, '3 h 21 min'],
    [86_400_000 * 3 + 1, '3 d'],
  ])('roughly %d ms: %s', (ms, text) => expect(rough(ms)).toBe(text));

  test('ranges are rounded outwards, and a unit is said once', () => {
    expect(range({ minMs: 50, maxMs: 100 })).toBe('50 to 100 ms');
    expect(range({ minMs: 350, maxMs: 1_401 })).toBe('350 ms to 1.5 s');
    expect(range({ minMs: 200_900, maxMs: 300_000 })).toBe('3 min 20 s to 5 min');
    expect(range({ minMs: 700, maxMs: 700 })).toBe('700 ms');
    expect(range({ minMs: 0, maxMs: 60_000 })).toBe('0 to 1 min');
    expect(range({ minMs: 0, maxMs: 0 })).toBe('0 ms');
    expect(about({ minMs: 200_000, maxMs: 300_000 })).toBe('about 4 min 10 s (3 min 20 s to 5 min)');
    expect(about({ minMs: 700, maxMs: 700 })).toBe('700 ms');
  });

  test('numbers, ordinals, lists and sums', () => {
    expect([1_000, 150, 2_890_000].map(literal)).toEqual(['1_000', '150', '2_890_000']);
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(nth)).toEqual([
      '1st',
      '2nd',
      '3rd',
      '4th',
      '11th',
      '12th',
      '13th',
      '21st',
      '102nd',
      '111th',
    ]);
    expect(names(['a'])).toBe(`'a'`);
    expect(names(['a', 'b', 'c'])).toBe(`'a', 'b' and 'c'`);
    expect(names(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe(`'a', 'b', 'c', 'd' and 3 more`);
    expect(sum(3, (n) => n * 100)).toBe('100 ms + 200 ms + 300 ms');
    expect(sum(20, (n) => n * 100)).toBe('100 ms + 200 ms + 300 ms + ... + 2 s');
  });

  test('lines are wrapped, and durations are not torn apart', () => {
    const text = `${'x'.repeat(82)} 1 min 11 s to 4 h`;
    expect(layOut([['a', text, ' b', 'c', `\td ${'y'.repeat(80)} e`]])).toEqual([
      `  a          ${'x'.repeat(82)}`,
      '             1 min 11 s to 4 h',
      '             b c',
      `             d ${'y'.repeat(80)} e`,
    ]);
  });
});

describe('what it says is what happens', () => {
  const UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  const parse = (text: string): number =>
    Array.from(
      text.matchAll(/([\d.]+) (ms|s|min|h|d)\b/g),
      ([, n, unit]) => Number(n) * UNITS[unit as keyof typeof UNITS],
    ).reduce((total, part) => total + part, 0);

  /** From when to when, as it was told. */
  function span(text: string): readonly [number, number] {
    const all = /\((.*? to .*?)\)/.exec(text)?.[1] ?? text.replace(/^about /, '');
    const [from, to] = all.includes(' to ') ? all.split(' to ') : [all, all];
    const unit = / (\w+)$/.exec(to!)![1]!;
    return [parse(/ /.test(from!) ? from! : `${from} ${unit}`), parse(to!)];
  }

  const specs = fc.record({
    backoff: fc
      .record({
        minMs: fc.integer({ min: 1, max: 5_000 }),
        times: fc.integer({ min: 1, max: 100 }),
        factor: fc.constantFrom(1, 1.3, 2, 5),
        jitter: fc.constantFrom(0, 0.2, 0.5, 1),
      })
      .map(({ minMs, times, ...rest }) => ({ minMs, maxMs: minMs * times, ...rest })),
    maxRestarts: fc.integer({ min: 1, max: 25 }),
    isOwn: fc.boolean(),
    giveUp: fc.constantFrom('park' as const, 'escalate' as const, 'keep-trying' as const),
    kind: fc.constantFrom('task' as const, 'service' as const),
    seed: fc.integer(),
  });

  test('a child that always fails gives up within the time that it tells', async () => {
    let between = 0;
    await fc.assert(
      fc.asyncProperty(specs, async ({ backoff, maxRestarts, isOwn, giveUp, kind, seed }) => {
        const limit = { maxRestarts, withinMs: 1e9 };
        const options = { id: 'a', backoff, ...(isOwn && { ...limit, giveUp }) };
        const fail = (): never => {
          throw new Error('no');
        };
        let isFirst = true;
        const child: ChildSpec =
          kind === 'task'
            ? task({ ...options, run: fail })
            : service({
                ...options,
                // Up for a moment at first: a boot is not tried again.
                start: ({ fail: crash }) => {
                  if (!isFirst) return fail();
                  isFirst = false;
                  queueMicrotask(() => crash(new Error('no')));
                  return 1;
                },
              });
        const root = supervisor({ id: 'root', ...(!isOwn && limit), children: [child] });
        const text = told(child, root);
        const sentence = /gives up at the (\d+)\w\w failure, after (.*?)\. gives up/.exec(text);
        const [from, to] = span(sentence![2]!);
        const clock = new SimulatedClock();
        const tree = root.handle({ clock, random: seededRandom(seed) });
        const events: SupervisionEvent[] = [];
        tree.on('event', (event) => void events.push(event));
        await tree.start();
        const isOver = () =>
          events.find(({ type }) => type === 'child:gave-up' || type === 'supervisor:gave-up');
        while (!isOver() && clock.nextTimerAt !== undefined)
          await clock.advance(clock.nextTimerAt - clock.now());
        const failures = events.filter(({ type }) => /crashed|start-failed/.test(type));
        const time = isOver()!.at - failures[0]!.at;
        expect(failures).toHaveLength(Number(sentence![1]));
        expect(time).toBeGreaterThanOrEqual(from);
        expect(time).toBeLessThanOrEqual(to);
        if (time > from && time < to) between++;
        await tree.stop();
      }),
      { numRuns: 200 },
    );
    // It is no trick of ranges that are points.
    expect(between).toBeGreaterThan(20);
  });

  test('the first delay is what it tells', async () => {
    await fc.assert(
      fc.asyncProperty(specs, async ({ backoff, seed }) => {
        const child = task({
          id: 'a',
          backoff,
          maxRestarts: Infinity,
          run: () => Promise.reject(new Error('no')),
        });
        const [from, to] = span(/started again (.*?) later/.exec(told(child))![1]!);
        const tree = supervisor({ id: 'root', children: [child] }).handle({
          clock: new SimulatedClock(),
          random: seededRandom(seed),
        });
        const delays: number[] = [];
        tree.on('child:backing-off', ({ delayMs }) => void delays.push(delayMs));
        await tree.start();
        await new Promise(setImmediate);
        expect(delays[0]).toBeGreaterThanOrEqual(from);
        expect(delays[0]).toBeLessThanOrEqual(to);
        await tree.stop();
      }),
      { numRuns: 50 },
    );
  });
});

const db = service({
  id: 'db',
  start,
  stop: () => {},
  kill: () => {},
  backoff: { minMs: 100, maxMs: 10_000 },
  maxRestarts: 20,
  withinMs: 300_000,
  giveUp: 'park',
  reviveAfterMs: 600_000,
  boot: 'degraded',
  startTimeoutMs: 10_000,
  classify: () => 'transient',
});

test('a child with many policies, whole', () => {
  expect(explainPolicy(db)).toBe(`\
db: a permanent service
  restarts   However it ends, it is started again 50 to 100 ms later. Each further failure in a row
             doubles that, up to 5 to 10 s. After a run of 10 s the delays begin anew.
  limit      20 restarts within 5 min, its own: they do not count in the limit of its supervisor.
             If every start fails at once it gives up at the 21st failure, after about 1 min 47 s
             (1 min 11 s to 2 min 23 s).
  errors     Its classify looks at each error: what it calls transient is tried again as above; at a
             permanent one it gives up at once; a fatal one ends the whole tree.
  gives up   It is parked: it stays down, for all to see, and the others run on. It is started again
             after 10 min, or when somebody does it (restartNow), and then has a clean sheet.
  boot       If its first start fails, its supervisor comes up without it, and goes on trying, with
             the delays above. These attempts count in its own limit.
  start      It is up when start has resolved. If that takes longer than 10 s, the start has failed.
             If every start hangs its 21st failure comes 4 min 31 s to 7 min 23 s after the first:
             whether it gives up depends on that.
  stop       It has 5 s to stop; then its kill is called, and it has 1 s more; after that it is
             abandoned: fenced off, and named in the report of the stop.`);
});

test('what is tried again at boot without a limit counts nowhere', () => {
  const backoff = { minMs: 100, maxMs: 1_000 };
  const text = explainPolicy(task({ id: 'a', run, boot: 'retry', backoff, maxRestarts: Infinity }));
  expect(text).toContain('waits and tries again');
  expect(text).not.toContain('attempts');
});

test('a plain OTP child, whole', () => {
  const a = task({ id: 'a', run, restart: 'transient' });
  expect(explainPolicy(a, supervisor({ id: 'app', children: [a] }))).toBe(`\
a: a transient task
  restarts   If it crashes it is started again at once. If it ends normally, or with a Shutdown, it
             stays down.
  limit      3 restarts within 5 s, the limit of 'app', which all its children without one of their
             own share.
             If every start fails at once its supervisor gives up at the 4th failure, in no time.
  gives up   'app' gives up: it stops all its children in reverse order and ends, and what is above
             it decides.
  boot       If its first start fails, so does the start of 'app'.
  stop       It has 5 s to stop; then it is abandoned: fenced off, and named in the report of the
             stop.`);
});

test('a supervisor, whole', () => {
  const app = supervisor({
    id: 'app',
    strategy: 'rest-for-one',
    withinMs: 60_000,
    childBackoff: { minMs: 500, maxMs: 2_000 },
    children: [
      db,
      task({ id: 'feed', run }),
      task({ id: 'once', run, restart: 'temporary' }),
      supervisor({ id: 'sub', giveUp: 'exit', children: [] }),
    ],
  });
  expect(explainPolicy(app)).toBe(`\
app: a permanent supervisor
  children   Rest for one: who fails is restarted, and with it those declared after it.
             They may be restarted 3 times within 1 min, all together (those with a limit of their
             own aside). At one more it gives up: it stops them in reverse order and ends, and what
             is above it decides.
             Those without a backoff of their own are started again after 250 to 500 ms. Each
             further failure in a row doubles that, up to 1 to 2 s. After a run of 2 s the delays
             begin anew.
  who        db:   again after 50 ms to 10 s; gives up after about 1 min 47 s, then is parked
             feed: again after 250 ms to 2 s; uses up the shared limit after about 2.6 s
             once: never started again
             sub:  again after 250 ms to 2 s; if it gives up the tree ends
  stop       Its stop takes 16 s at most (what its children take, one after the other).`);
});

describe('each option is told of', () => {
  const limit = { maxRestarts: 5, withinMs: 600_000 };
  const backoff = { minMs: 1_000, maxMs: 8_000, jitter: 0 };
  const a = { id: 'a', run };
  test.each<[string, ChildSpec, string]>([
    ['restart', task({ ...a, restart: 'temporary' }), 'It is never started again.'],
    ['factor', task({ ...a, backoff: { ...backoff, factor: 3 } }), 'makes that 3 times as long, up to 8 s.'],
    [
      'no growth',
      task({ ...a, backoff: { ...backoff, factor: 1 } }),
      'it is started again 1 s later. After a run of 8 s the delays begin anew.',
    ],
    [
      'resetAfterMs',
      task({ ...a, backoff: { ...backoff, resetAfterMs: 90_000 } }),
      'After a run of 1 min 30 s the delays begin anew.',
    ],
    ['no limit', task({ ...a, maxRestarts: Infinity }), 'None: it is started again as often as it takes.'],
    ['no restarts', task({ ...a, maxRestarts: 0 }), 'So it gives up at the first failure.'],
    ['escalate', task({ ...a, ...limit }), 'Its supervisor gives up with it: it stops all'],
    ['park', task({ ...a, ...limit, giveUp: 'park' }), 'when somebody does it (restartNow).'],
    [
      'keep-trying',
      task({ ...a, ...limit, backoff, giveUp: 'keep-trying' }),
      'It keeps trying: it is started again 8 s after each failure, for ever, until it has run for 8 s.',
    ],
    ['exit', task({ ...a, ...limit, giveUp: 'exit' }), 'The whole tree ends with its error.'],
    [
      'classify without a limit',
      task({ ...a, giveUp: 'park', classify: () => 'permanent' }),
      'At a permanent error: it is parked',
    ],
    [
      'boot retry',
      task({ ...a, backoff, boot: 'retry' }),
      'waits and tries again, with the delays above. Until it has been up',
    ],
    [
      'awaitReady',
      service({ id: 'a', start, awaitReady: true }),
      'up when start has resolved and ready() was called, however long',
    ],
    ['awaitReady of a task', task({ ...a, awaitReady: true }), 'It is up when ready() was called'],
    [
      'startTimeoutMs',
      task({ ...a, ...limit, startTimeoutMs: 10_000 }),
      'longer than 10 s, the start has failed. If every start hangs it gives up about 1 min 3 s (50 s to 1 min 15 s) after the first.',
    ],
    [
      'startTimeoutMs that its limit forgets',
      task({ ...a, startTimeoutMs: 200_000, ...limit }),
      'it is tried again for ever, since 5 restarts then take 16 min 40 s at least.',
    ],
    [
      'startTimeoutMs of one that is deaf',
      task({ ...a, startTimeoutMs: 1_000, maxRestarts: 5, withinMs: 6_000 }),
      'gives up 5 s after the first; but one that does not end when its signal is aborted takes so much longer',
    ],
    [
      'staleAfterMs',
      task({ ...a, ...limit, staleAfterMs: 1_000 }),
      'does not call heartbeat() for 1 s (and has not said that it is idle), it counts as crashed. If that happens every time it gives up',
    ],
    ['maxRunMs', task({ ...a, maxRunMs: 60_000 }), 'If it has not ended after 1 min, it counts as crashed.'],
    [
      'bindsTo',
      task({ ...a, bindsTo: ['x'] }),
      `It is bound to 'x': it starts after that, and when that goes down`,
    ],
    ['shutdownMs', task({ ...a, shutdownMs: 0 }), 'It has no time to stop; then it is abandoned'],
    [
      'shutdownMs without limit',
      task({ ...a, shutdownMs: Infinity }),
      'Its stop is waited for, however long it takes.',
    ],
    [
      'onStuck wait',
      task({ ...a, onStuck: 'wait' }),
      'waits for it without limit, so that two never overlap.',
    ],
    ['onStuck exit', task({ ...a, onStuck: 'exit' }), 'It has 5 s to stop; then the whole tree ends.'],
    [
      'giveUp of a supervisor',
      supervisor({ id: 'a', giveUp: 'park', children: [] }),
      'When it has given up on its children, or cannot be started again: it is parked',
    ],
    [
      'a transient supervisor',
      supervisor({ id: 'a', restart: 'transient', children: [] }),
      'If it ends by itself, or gives up, it stays down.',
    ],
    [
      'a transient supervisor with a giveUp',
      supervisor({ id: 'a', restart: 'transient', giveUp: 'park', children: [] }),
      'If it ends by itself it stays down.',
    ],
    [
      'autoShutdown',
      supervisor({ id: 'a', autoShutdown: 'any-significant', children: [] }),
      'When a significant one has ended',
    ],
    [
      'startOrder',
      supervisor({ id: 'a', startOrder: 'parallel', children: [] }),
      'not bound to others start at once.',
    ],
    [
      'maxChildren',
      dynamicSupervisor({ id: 'a', maxChildren: 7, child: task({ id: 'b', run }) }),
      'There may be 7 of them.',
    ],
  ])('%s', (...[, spec, text]) => {
    expect(told(spec)).toContain(text);
  });

  test('a dynamic child', () => {
    const b = task({ id: 'b', run, ...limit, giveUp: 'remove' });
    const text = told(b, dynamicSupervisor({ id: 'a', child: b }));
    expect(text).toContain('It is gone, as one that has ended, and the others run on.');
    expect(text).toContain('If its first start fails, startChild is rejected, and nothing of it is kept.');
  });
});

describe('who falls with whom', () => {
  const a = task({ id: 'a', run });
  const b = task({ id: 'b', run, shutdownMs: 2_000 });
  const c = task({ id: 'c', run, bindsTo: [b], shutdownMs: 1_000 });
  const d = task({ id: 'd', run, restart: 'temporary' });
  const children = [a, b, c, d];
  const together = (spec: ChildSpec, strategy: 'one-for-one' | 'one-for-all' | 'rest-for-one'): string =>
    /together (.*?) (?:boot|start) /.exec(told(spec, supervisor({ id: 'app', strategy, children })))?.[1] ??
    'nobody';

  test('one for one: those bound to it', () => {
    expect(together(a, 'one-for-one')).toBe('nobody');
    expect(together(b, 'one-for-one')).toBe(
      `When it fails, 'c' is restarted with it: stopped at once, in reverse order. Their stop, which may take 1 s, is not in the times above.`,
    );
    const quick = task({ id: 'c', run, bindsTo: [b], shutdownMs: 0 });
    expect(told(b, supervisor({ id: 'app', children: [b, quick] }))).toContain(
      `When it fails, 'c' is restarted with it: stopped at once, in reverse order. boot`,
    );
    expect(together(c, 'one-for-one')).toMatch(/^It is bound to 'b': .* That does not count\.$/);
    expect(together(d, 'one-for-one')).toBe('nobody');
  });

  test('rest for one: those after it', () => {
    expect(together(a, 'rest-for-one')).toBe(
      `When it fails, 'b' and 'c' are restarted with it: stopped at once, in reverse order. When it fails, 'd', being ` +
        `temporary, ends for good. Their stop, which may take 8 s, is not in the times above.`,
    );
    expect(together(d, 'rest-for-one')).toBe(
      `It ends for good when one of 'a', 'b' and 'c' fails, which does not count for it.`,
    );
  });

  test('one for all: all others', () => {
    expect(together(b, 'one-for-all')).toBe(
      `When it fails, 'a' and 'c' are restarted with it: stopped at once, in reverse order. When it fails, 'd', being ` +
        `temporary, ends for good. Their stop, which may take 11 s, is not in the times above. It is restarted when one of ` +
        `'a' and 'c' fails, which does not count for it.`,
    );
  });
});

test('what is no declaration is refused', () => {
  expect(() => explainPolicy({ id: 'a' } as never)).toThrow(
    expect.objectContaining({ code: 'COPPICE_NOT_A_SPEC' }),
  );
  expect(() => explainPolicy(db, db as never)).toThrow(
    'explainPolicy expects the declaration of a supervisor as its second argument; got an object, a service',
  );
});

test('a spread copy is as good, and many children are cut short', () => {
  expect(explainPolicy({ ...db })).toBe(explainPolicy(db));
  const children = Array.from({ length: 100_000 }, (_, n) => task({ id: `c${n}`, run }));
  const text = explainPolicy(supervisor({ id: 'app', children }));
  expect(text.split('\n').length).toBeLessThan(40);
  expect(text).toContain('and 99970 more');
});
