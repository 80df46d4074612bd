/** The command: its options, what it prints, and that the bugs of `--mutants` still fit the sources. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTATIONS } from './mutations.js';
import { optionsOf } from './options.js';

const ROOT = join(__dirname, '..', '..', '..');
const REGRESSION = join(ROOT, 'packages/core/test/simulation/regressions/stop-order.json');

test.each(MUTATIONS)('put in on purpose: $name', ({ file, edits }) => {
  const text = readFileSync(join(ROOT, 'packages/core/src', file), 'utf8');
  for (const [from, to] of edits) {
    expect(text.split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
  }
});

describe('options', () => {
  test('a million steps of a new seed, if nothing else is said', () => {
    const one = optionsOf([]);
    expect(one).toMatchObject({ steps: 1_000_000, replay: undefined, mutants: false });
    expect(one.seed).not.toBe(optionsOf([]).seed);
  });

  test('as they are given', () => {
    expect(optionsOf(['--seed', '7', '--steps', '1_000'])).toMatchObject({ seed: 7, steps: 1_000 });
    expect(optionsOf(['--mutants', '--replay', 'a'])).toMatchObject({ mutants: true, replay: 'a' });
  });

  test.each([
    ['--seed', 'x'],
    ['--steps', '1.5'],
    ['--steps', '-1'],
    ['--steps', ''],
    ['--stops', '1'],
  ])('not %s %s', (...args) => expect(() => optionsOf(args)).toThrow(args[0]));
});

describe('the command', () => {
  const run = (...args: readonly string[]) => {
    const main = join(__dirname, '..', 'dist/internal/simulate/src/main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  test('says what was covered, and the same of the same seed', () => {
    const [one, other] = [run('--seed', '5', '--steps', '3000'), run('--seed', '5', '--steps', '3000')];
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toMatch(/^child:restarting +\d+ +\(.*exit \d+.*\)$/m);
    expect(one.stdout).toMatch(/^seed 5: 3,\d+ steps$/m);
    expect(one.stdout.trimEnd().split('\n').at(-1)).toBe('0 violations');
    const withoutTime = (text: string): string => text.replace(/^.*processor time.*$/m, '');
    expect(withoutTime(other.stdout)).toBe(withoutTime(one.stdout));
  });

  test('plays again what was found before', () => {
    expect(run('--replay', REGRESSION)).toEqual({ status: 0, stdout: '0 violations\n', stderr: '' });
  });

  test('exits with 2 where it does not understand', () => {
    const { status, stderr } = run('--steps', 'many');
    expect(status).toBe(2);
    expect(stderr).toMatch(/--steps takes a whole number/);
    expect(stderr).toMatch(/^usage: /m);
  });
});
