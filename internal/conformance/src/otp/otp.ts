/** Asks the OTP that is installed, if one is: otp_runner.erl plays scenarios on its supervisor. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inOrderOfPath } from '../dynamic-siblings.js';
import type { Row, Scenario } from '../scenario.js';
import type { Question } from './random-scenario.js';
import { toTerm } from './terms.js';

const RUNNER = fileURLToPath(new URL('../../src/otp/otp_runner.erl', import.meta.url));
const TIMEOUT_MS = 300_000;

/** Like `OTP 25`; undefined where there is no Erlang. */
export function otpVersion(): string | undefined {
  return erl('io:format("OTP ~s", [erlang:system_info(otp_release)]), halt().');
}

/** What OTP does in each of these. @throws Error if the runner fails */
export function askOtp(questions: readonly Question[]): Scenario[] {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-otp-'));
  try {
    const [terms, answers] = [join(folder, 'scenarios.terms'), join(folder, 'answers.jsonl')];
    writeFileSync(terms, questions.map(toTerm).join('\n'));
    const [runner, to, from, out] = [RUNNER, folder, terms, answers].map((path) => JSON.stringify(path));
    const said = erl(
      `{ok, _} = compile:file(${runner}, [{outdir, ${to}}, report]), true = code:add_patha(${to}),` +
        ` otp_runner:main(${from}, ${out}), halt().`,
    );
    if (said === undefined) throw new Error('OTP did not play the scenarios: see above');
    const lines = readFileSync(answers, 'utf8').trim().split('\n');
    const rows = new Map(
      lines
        .map((line) => JSON.parse(line) as { id: string; rows: Row[] })
        .map((each) => [each.id, each.rows]),
    );
    return questions.map((question) => ({
      ...question,
      trace: ordered(rows.get(question.id) ?? [], question),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ordered = (rows: readonly Row[], { tree }: Question): Row[] =>
  rows.map((row) => ({ ...row, events: inOrderOfPath(row.events, tree) }));

function erl(code: string): string | undefined {
  // One scheduler: why, otp_runner.erl says.
  const { status, stdout } = spawnSync('erl', ['+S', '1', '-noshell', '-eval', code], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  });
  return status === 0 ? stdout.trim() : undefined;
}
