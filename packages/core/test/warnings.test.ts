/** Declarations that are allowed but probably not meant: when a warning comes, what it says, and when none does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ChildSpec,
  SimulatedClock,
  type SupervisorOptions,
  dynamicSupervisor,
  explainPolicy,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { LIMIT_WARNING_CODES } from '../src/spec/limit-warnings.js';
import { warningsOf } from '../src/spec/warnings.js';
import { scripted } from './support/scripted.js';

const run = (): Promise<never> => new Promise<never>(() => {});
const codes = (children: ChildSpec[], options: Partial<SupervisorOptions> = {}): string[] =>
  warningsOf(supervisor({ id: 'app', ...options, children })).map(({ code }) => code);
const messages = (children: ChildSpec[], options: Partial<SupervisorOptions> = {}): string[] =>
  warningsOf(supervisor({ id: 'app', ...options, children })).map(({ message }) => message);

describe('no warning', () => {
  test.each<[string, ChildSpec, Partial<SupervisorOptions>?]>([
    [
      'for what OTP has',
      task({ id: 'a', run, shutdownMs: 60_000 }),
      { strategy: 'one-for-all', maxRestarts: 1 },
    ],
    ['for a limit of its own without delays', task({ id: 'a', run, maxRestarts: 1, withinMs: 1 })],
    [
      'for a temporary child',
      task({ id: 'a', run, restart: 'temporary', startTimeoutMs: 60_000, maxRunMs: 1e6 }),
    ],
    [
      'where nobody counts',
      task({ id: 'a', run, backoff: { minMs: 100, maxMs: 60_000 }, maxRestarts: Infinity }),
    ],
    [
      'where its supervisor does not count',
      task({ id: 'a', run, backoff: { minMs: 100, maxMs: 60_000 }, staleAfterMs: 60_000 }),
      { maxRestarts: Infinity },
    ],
    [
      'for one that keeps trying by intent',
      task({
        id: 'a',
        run,
        backoff: { minMs: 100, maxMs: 60_000 },
        maxRestarts: 3,
        withinMs: 5_000,
        giveUp: 'keep-trying',
        staleAfterMs: 60_000,
      }),
    ],
    [
      'for a limit that fits its delays and time limits',
      task({
        id: 'a',
        run,
        backoff: { minMs: 100, maxMs: 10_000, resetAfterMs: 60_000 },
        maxRestarts: 12,
        withinMs: 600_000,
        startTimeoutMs: 10_000,
        staleAfterMs: 30_000,
      }),
    ],
    [
      'for a supervisor that is parked as soon as it has given up',
      supervisor({
        id: 'a',
        giveUp: 'park',
        backoff: { minMs: 100, maxMs: 60_000 },
        startTimeoutMs: 60_000,
        children: [],
      }),
    ],
    [
      'for a transient supervisor that says what follows when it gives up',
      supervisor({ id: 'a', restart: 'transient', giveUp: 'park', children: [] }),
    ],
    [
      'for delays that hold while the boot goes on, though a restart later is one too many',
      task({ id: 'a', run, backoff: { minMs: 100, maxMs: 60_000 }, boot: 'retry' }),
      { maxRestarts: 0 },
    ],
  ])('%s', (...[, child, options]) => {
    expect(codes([child], options)).toEqual([]);
  });
});

describe('COPPICE_LIMIT_OUT_OF_REACH', () => {
  test('delays that the limit of the supervisor forgets', () => {
    const a = task({ id: 'a', run, backoff: { minMs: 2_000, maxMs: 10_000 } });
    expect(messages([a])).toEqual([
      `'app/a': it alone can never use up the limit of 'app' (3 restarts within 5 s): its delays put ` +
        `1 s + 2 s + 4 s = 7 s at least between its first failure and its 4th, so it is tried again for ever, and nobody ` +
        `gives up. Give it a limit of its own, like maxRestarts: 3, withinMs: 28_000, or make the withinMs of 'app' that ` +
        `long. If it is meant to be tried for ever, say so with maxRestarts: Infinity.`,
    ]);
    // What it advises helps, either way.
    expect(codes([task({ ...a, maxRestarts: 3, withinMs: 28_000 })])).toEqual([]);
    expect(codes([a], { withinMs: 28_000 })).toEqual([]);
  });

  test('says so if runs that are long enough would be quicker, or even quick enough', () => {
    const backoff = { minMs: 100, maxMs: 60_000, factor: 100, jitter: 0 };
    const limit = { maxRestarts: 4, withinMs: 10_000 };
    const [never] = messages([task({ id: 'a', run, backoff: { ...backoff, resetAfterMs: 8_000 } })], limit);
    expect(never).toContain('it alone can never use up');
    expect(never).toContain(
      '100 ms + 10 s + 1 min + 1 min = 2 min 10.1 s at least between its first failure and its 5th (or 24.4 s, with 3 runs of 8 s in between)',
    );
    const [atOnce] = messages([task({ id: 'a', run, backoff: { ...backoff, resetAfterMs: 500 } })], limit);
    expect(atOnce).toContain(
      `does not use up the limit of 'app' (4 restarts within 10 s) if every start fails at once`,
    );
    expect(atOnce).not.toContain('in between');
  });

  test('a supervisor is advised what it can do', () => {
    const a = supervisor({ id: 'a', backoff: { minMs: 5_000, maxMs: 10_000 }, children: [] });
    const [message] = messages([a]);
    expect(message).toContain(`Give 'app' a limit like maxRestarts: 3, withinMs: 50_000`);
    expect(message).not.toContain('Infinity');
  });

  test('the hangs of such a child go without saying', () => {
    const backoff = { minMs: 2_000, maxMs: 10_000 };
    expect(codes([task({ id: 'a', run, backoff, startTimeoutMs: 60_000 })])).toEqual([
      'COPPICE_LIMIT_OUT_OF_REACH',
    ]);
  });
});

test('COPPICE_LIMIT_BY_CHANCE: it depends on the jitter', () => {
  const a = task({ id: 'a', run, backoff: { minMs: 1_000, maxMs: 2_000 } });
  expect(messages([a], { withinMs: 4_999 })[0]).toContain(
    `the limit of 'app' (3 restarts within 4.999 s) is left to chance`,
  );
  expect(messages([a], { withinMs: 4_999 })[0]).toContain(`Make the withinMs of 'app' at least 5_000.`);
  const b = task({ ...a, maxRestarts: 3, withinMs: 4_999 });
  expect(messages([b])).toEqual([
    `'app/a': whether it ever uses up its limit (3 restarts within 4.999 s) is left to chance: if every start fails ` +
      `at once, its 4th failure comes 2.5 to 5 s after the first, as the jitter of its delays will have it. ` +
      `Make its withinMs at least 5_000.`,
  ]);
  expect(codes([task({ ...a, maxRestarts: 3, withinMs: 5_000 })])).toEqual([]);
});

describe('COPPICE_BACKOFF_CUT_SHORT', () => {
  test('a limit that is used up long before the longest delay', () => {
    const a = task({ id: 'a', run, backoff: { minMs: 100, maxMs: 10_000 } });
    expect(messages([a])).toEqual([
      `'app/a': if every start fails at once, 'app' gives up after about 525 ms (350 to 700 ms), though its delays go up ` +
        `to 10 s: the limit of 'app' (3 restarts within 5 s) is used up after delays of 100 ms + 200 ms + 400 ms at most. ` +
        `Give it a limit of its own, like maxRestarts: 13, withinMs: 150_000, or a smaller maxMs.`,
    ]);
    expect(codes([task({ ...a, maxRestarts: 13, withinMs: 150_000 })])).toEqual([]);
    expect(codes([task({ ...a, backoff: { minMs: 100, maxMs: 1_600 } })])).toEqual([]);
    expect(codes([task({ ...a, backoff: { minMs: 100, maxMs: 1_601 } })])).toEqual([
      'COPPICE_BACKOFF_CUT_SHORT',
    ]);
  });

  test('its own limit, too; but not delays that do not grow', () => {
    const limit = { maxRestarts: 2, withinMs: 60_000 };
    const [message] = messages([task({ id: 'a', run, backoff: { minMs: 100, maxMs: 10_000 }, ...limit })]);
    expect(message).toContain('if every start fails at once, it gives up after about 225 ms (150 to 300 ms)');
    expect(message).toContain('Make its limit like maxRestarts: 13');
    expect(
      codes([task({ id: 'a', run, backoff: { minMs: 100, maxMs: 10_000, factor: 1 }, ...limit })]),
    ).toEqual([]);
    const [slow] = messages([
      task({ id: 'a', run, backoff: { minMs: 100, maxMs: 10_000, factor: 1.01 }, ...limit }),
    ]);
    expect(slow).toContain('Allow more restarts, in a longer time.');
  });

  test('a supervisor that allows none', () => {
    const a = task({ id: 'a', run, backoff: { minMs: 100, maxMs: 200 } });
    expect(messages([a], { maxRestarts: 0 })[0]).toContain(
      `because 'app' allows no restarts (maxRestarts 0)`,
    );
  });
});

describe('what hangs, and repeats for ever', () => {
  test('COPPICE_HUNG_START_REPEATS', () => {
    const a = service({ id: 'a', start: () => 1, startTimeoutMs: 10_000 });
    expect(messages([a])).toEqual([
      `'app/a': a start that hangs is repeated for ever: each takes 10 s (startTimeoutMs), so that 3 restarts take 30 s ` +
        `at least, and the limit of 'app' (3 restarts within 5 s) counts those within 5 s. Give it a limit of its own, like ` +
        `maxRestarts: 3, withinMs: 90_000. If it is meant to be tried for ever, say so with maxRestarts: Infinity.`,
    ]);
    expect(codes([service({ ...a, maxRestarts: 3, withinMs: 90_000 })])).toEqual([]);
  });

  test('one that does not end when it is asked to takes longer', () => {
    const a = service({ id: 'a', start: () => 1, startTimeoutMs: 1_000 });
    expect(messages([a])[0]).toContain(
      'a start that hangs and does not end when its signal is aborted is repeated for ever: each takes 1 s ' +
        '(startTimeoutMs), and up to 5 s more to stop, so that 3 restarts take 18 s at least',
    );
    expect(codes([service({ ...a, shutdownMs: 500 })])).toEqual([]);
    expect(codes([service({ ...a, onStuck: 'exit' })])).toEqual([]);
    expect(codes([service({ ...a, onStuck: 'wait' })])).toEqual([]);
  });

  test('COPPICE_STALE_RUN_REPEATS, however long a run has to be for the delays to begin anew', () => {
    const a = task({ id: 'a', run, staleAfterMs: 30_000 });
    expect(codes([a])).toEqual(['COPPICE_STALE_RUN_REPEATS']);
    const limit = { maxRestarts: 5, withinMs: 100_000 };
    for (const resetAfterMs of [10_000, 35_001]) {
      const b = task({ ...a, ...limit, backoff: { minMs: 1_000, maxMs: 10_000, resetAfterMs } });
      expect(codes([b])).toEqual(['COPPICE_STALE_RUN_REPEATS']);
      expect(codes([task({ ...b, withinMs: 400_000 })])).toEqual([]);
    }
  });

  test('COPPICE_LONG_RUN_REPEATS', () => {
    expect(codes([task({ id: 'a', run, maxRunMs: 60_000 })])).toEqual(['COPPICE_LONG_RUN_REPEATS']);
  });
});

describe('who is told, and of whom', () => {
  test('what is the same for several children is told once', () => {
    const children = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => task({ id, run }));
    const options = { childBackoff: { minMs: 2_000, maxMs: 10_000 } };
    const [warning, ...more] = warningsOf(supervisor({ id: 'app', ...options, children }));
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ path: 'app', code: 'COPPICE_LIMIT_OUT_OF_REACH' });
    expect(warning!.message).toMatch(
      /^'a', 'b', 'c', 'd' and 3 more of 'app', each of them: it alone can never/,
    );
  });

  test('templates, and what is further down, in the order of declaration', () => {
    const hangs = (id: string) => task({ id, run, maxRunMs: 60_000 });
    const app = supervisor({
      id: 'app',
      children: [
        supervisor({ id: 'sub', restart: 'transient', children: [hangs('b')] }),
        hangs('a'),
        dynamicSupervisor({ id: 'dyn', child: hangs('c') }),
      ],
    });
    expect(warningsOf(app).map(({ path, code }) => `${path} ${code}`)).toEqual([
      'app/a COPPICE_LONG_RUN_REPEATS',
      'app/sub COPPICE_TRANSIENT_SUPERVISOR',
      'app/sub/b COPPICE_LONG_RUN_REPEATS',
      'app/dyn/c COPPICE_LONG_RUN_REPEATS',
    ]);
  });

  test('a listener hears it when the tree starts, and when a child is added', async () => {
    const heard: string[] = [];
    const tree = supervisor({ id: 'app', withinMs: 120_000, children: [] }).handle({
      clock: new SimulatedClock(),
    });
    tree.on('supervisor:warning', ({ path, code }) => void heard.push(`${path} ${code}`));
    await tree.start();
    await tree.startChild(scripted('fits', { startTimeoutMs: 10_000 }).spec);
    expect(heard).toEqual([]);
    await tree.startChild(scripted('hangs', { startTimeoutMs: 60_000 }).spec);
    expect(heard).toEqual(['app/hangs COPPICE_HUNG_START_REPEATS']);
    await tree.stop();
  });

  test('with no listener the console says it', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const a = task({ id: 'a', run, backoff: { minMs: 2_000, maxMs: 10_000 }, shutdownMs: 0 });
    const tree = await supervisor({ id: 'app', children: [a] }).start({ clock: new SimulatedClock() });
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^coppice: 'app\/a': it alone can never use up/)],
    ]);
    await tree.stop();
  });
});

test('what explainPolicy says of a child agrees with its warnings', () => {
  const a = task({ id: 'a', run, backoff: { minMs: 2_000, maxMs: 10_000 } });
  const app = supervisor({ id: 'app', children: [a] });
  expect(explainPolicy(a, app)).toContain('never uses it up: it is tried again for ever');
  expect(explainPolicy(app)).toContain('never uses up the shared limit by itself');
});

test('docs/errors.md has each code, and no other, with what to do', () => {
  const [part] = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8')
    .split(/^# Warnings$/m)
    .slice(1);
  const rows = [...part!.matchAll(/^\| `(\w+)` \| (.{20,}) \| (.{10,}) \|$/gm)].map(([, code]) => code);
  expect(rows).toEqual(['COPPICE_TRANSIENT_SUPERVISOR', ...LIMIT_WARNING_CODES, 'COPPICE_PORT_MISBEHAVES']);
});
