/** Runs works of bench_otp.erl with the Erlang that is installed, if one is. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Otp } from '../measure.js';

const SOURCE = fileURLToPath(new URL('../../src/otp/bench_otp.erl', import.meta.url));
const TIMEOUT_MS = 600_000;

export interface Erlang {
  /** Like `OTP 25`; undefined where there is no Erlang. */
  readonly version: string | undefined;
  readonly run: Otp;
  /** Removes the compiled module. */
  close(): void;
}

export const NO_ERLANG: Erlang = { version: undefined, run: async () => undefined, close() {} };

/** `rounds`: how often each work is measured; a millionfold one once. */
export function erlang(rounds: number): Erlang {
  const asked = erl('io:format("OTP ~s", [erlang:system_info(otp_release)]), halt().');
  if (asked === undefined) return NO_ERLANG;
  const folder = mkdtempSync(join(tmpdir(), 'bench-otp-'));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  const compiled = erl(
    `R = compile:file(${JSON.stringify(SOURCE)}, [{outdir, ${JSON.stringify(folder)}}, report]), io:format("~p", [element(1, {R})]), halt().`,
  );
  if (compiled?.includes('{ok,') !== true) {
    close();
    throw new Error(`bench_otp.erl does not compile: ${compiled}`);
  }
  const run: Otp = async (work, args) => {
    const times = work === 'lifetime' ? 1 : rounds;
    const list = [work, times, ...args].join(', ');
    const { stdout } = await promisify(execFile)(
      'erl',
      // As many processes as are needed, and no log: what is compared does not log either.
      [
        '-noshell',
        '+P',
        '4000000',
        '-kernel',
        'logger_level',
        'none',
        '-pa',
        folder,
        '-eval',
        `bench_otp:main([${list}]).`,
      ],
      { timeout: TIMEOUT_MS, maxBuffer: 1024 * 1024 },
    );
    const values = stdout.trim().split('\n').map(Number);
    if (values.some(Number.isNaN)) throw new Error(`OTP, ${work}: ${stdout}`);
    return values;
  };
  return { version: asked, run, close };
}

function erl(code: string): string | undefined {
  const { status, stdout } = spawnSync('erl', ['-noshell', '-eval', code], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return status === 0 ? stdout.trim() : undefined;
}
