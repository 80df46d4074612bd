/** The recorded behaviour of OTP is ours. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './compare.js';
import { readRows } from './read.js';
import type { Row, Scenario } from './scenario.js';
import { show } from './show.js';
import { type VerdictRow, verdictOf } from './verdicts.js';

const DATA = join(__dirname, '..', 'data');
const scenarios = readRows(join(DATA, 'otp25-random.jsonl.gz')) as Scenario[];
const verdicts = readRows(join(DATA, 'otp25-validation.jsonl')) as VerdictRow[];

test('2,000 scenarios: results, events and states are those of OTP, row by row', async () => {
  expect(scenarios).toHaveLength(2_000);
  const differences: string[] = [];
  for (const scenario of scenarios) {
    const difference = await compare(scenario);
    if (difference) differences.push(show(difference));
  }
  expect(differences).toEqual([]);
}, 60_000);

test.each(verdicts.map((row) => [row.case ?? `flags: ${row.flags}`, row] as const))(
  'declaration: %s',
  (_name, row) => {
    const { ours, expected, message } = verdictOf(row);
    expect(ours).toBe(expected);
    if (ours !== 'ok') expect(message).toMatch(/\(at root/);
  },
);

describe('a difference is found', () => {
  const isTelling = ({ events, state }: Row): boolean => events.length > 3 && state.length > 1;
  const scenario = scenarios.find(({ trace }) => trace.some(isTelling))!;
  const at = scenario.trace.findIndex(isTelling);
  const changed = (row: Partial<Row>): Scenario => ({
    ...scenario,
    trace: scenario.trace.map((old, index) => (index === at ? { ...old, ...row } : old)),
  });

  test.each([
    ['result', { result: 'noproc' as const }],
    ['events', { events: scenario.trace[at]!.events.slice(1) }],
    ['events', { events: [...scenario.trace[at]!.events].reverse() }],
    ['state', { state: scenario.trace[at]!.state.slice(1) }],
  ])('in the %s of a row', async (part, row) => {
    const difference = await compare(changed(row));
    expect(difference).toMatchObject({ row: at, parts: [part] });
    expect(show(difference!)).toContain(part);
  });
});

describe('the command', () => {
  const run = (
    lines: string,
    args: readonly string[] = [],
    path = process.env['PATH'],
  ): { status: number; stdout: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    const file = join(folder, 'traces.jsonl');
    writeFileSync(file, lines);
    try {
      const main = join(__dirname, '..', 'dist', 'main.js');
      const stdout = execFileSync(process.execPath, [main, '--fresh', '0', ...args, file], {
        encoding: 'utf8',
        stdio: 'pipe',
        env: { ...process.env, PATH: path },
      });
      return { status: 0, stdout };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { status, stdout };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const [first, second] = scenarios as [Scenario, Scenario];

  test('counts, and exits with 0 where all agree', () => {
    const { status, stdout } = run(`${JSON.stringify(first)}\n${JSON.stringify(second)}\n`);
    expect([status, stdout]).toEqual([0, '2 agree, 0 differ\n']);
  });

  test('exits with 1 and shows the first differences where some do not', () => {
    const wrong = { ...second, trace: [{ ...second.trace[0]!, result: 'noproc' }, ...second.trace.slice(1)] };
    const { status, stdout } = run(`${JSON.stringify(first)}\n${JSON.stringify(wrong)}\n`, ['--show', '1']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/OTP {2}result: "noproc"/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 agree, 1 differ');
  });

  test.each([
    [
      'with the OTP that is installed',
      process.env['PATH'],
      /^new scenarios, seed 7, played by OTP \d+: 20 agree, 0 differ$|^no new/,
    ],
    ['where there is none it says so', '', /^no new scenarios: no Erlang/],
  ])('plays new scenarios: %s', (_, path, expected) => {
    const { status, stdout } = run(`${JSON.stringify(first)}\n`, ['--fresh', '20', '--seed', '7'], path);
    const [fresh, files] = stdout.trim().split('\n');
    expect(fresh).toMatch(expected);
    expect([status, files]).toEqual([0, '1 agree, 0 differ']);
  });

  test('exits with 2 where a file is none', () => {
    expect(run('no JSON').status).toBe(2);
  });
});
