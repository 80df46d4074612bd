/** Checks the options of `subprocess` where they stand, and fills in the defaults. */
import { constants } from 'node:os';
import { SpecError } from '@coppice/core';
import { show } from '@coppice/core/kit';
import { CHILD_KEYS } from '../shared/child-options.js';
import { OptionError } from '../shared/option-error.js';
import { unknownKey } from '../shared/unknown-key.js';
import type { SubprocessHeartbeat, SubprocessReady, SubprocessOptions } from './options.js';
import { reading } from '../shared/reading.js';

/** The options of a process, complete and out of reach of whoever gave them. */
export interface Config {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly extendEnv: boolean;
  readonly ready: SubprocessReady;
  readonly readyTimeoutMs: number;
  readonly heartbeat: SubprocessHeartbeat | undefined;
  readonly ipc: boolean;
  readonly serialization: 'json' | 'advanced';
  readonly stdin: 'ignore' | 'pipe';
  readonly stdinGraceMs: number | undefined;
  readonly stopSignal: NodeJS.Signals;
  readonly okExitCodes: readonly number[];
  readonly log: boolean | 'stderr';
  readonly onLine: SubprocessOptions['onLine'];
  readonly maxLineLength: number;
}

type Bag = Readonly<Record<string, unknown>>;

interface Rule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  readonly fallback: unknown;
}

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isRecord = (value: unknown): value is Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRegExp = (value: unknown): value is RegExp =>
  Object.prototype.toString.call(value) === '[object RegExp]';

const RULES: Readonly<Record<keyof Config, Rule>> = {
  file: {
    expected: `the program as a non-empty string, like 'node' or '/usr/bin/ffmpeg' (arguments go into args)`,
    holds: (value) => isText(value) && value !== '',
    fallback: undefined,
  },
  args: {
    expected: `an array of strings, one for each argument, like ['--port', '3000']`,
    holds: (value) => Array.isArray(value) && Array.from(value).every(isText),
    fallback: [],
  },
  cwd: {
    expected: 'the path of a directory as a non-empty string',
    holds: (value) => value === undefined || (isText(value) && value !== ''),
    fallback: undefined,
  },
  env: {
    expected: `an object of strings, like { PORT: '3000' }; write numbers as String(3000)`,
    holds: (value) => isRecord(value) && Object.values(value).every((v) => v === undefined || isText(v)),
    fallback: {},
  },
  extendEnv: { expected: 'true or false', holds: isBoolean, fallback: true },
  ready: {
    expected: `'spawn', 'ipc', a RegExp for a line of its output, or { port: 1 to 65535, host?: string }`,
    holds: (value) => value === 'spawn' || value === 'ipc' || isRegExp(value) || isPort(value),
    fallback: 'spawn',
  },
  readyTimeoutMs: {
    expected: 'a whole number of milliseconds above 0, or Infinity',
    holds: (value) => value === Infinity || isWhole(value, 1, 2 ** 31 - 1),
    fallback: 30_000,
  },
  heartbeat: {
    expected: `'output', 'ipc', or a RegExp for a line of its output`,
    holds: (value) => value === undefined || value === 'output' || value === 'ipc' || isRegExp(value),
    fallback: undefined,
  },
  ipc: { expected: 'true or false', holds: isBoolean, fallback: false },
  serialization: {
    expected: `'json' or 'advanced'`,
    holds: (value) => value === 'json' || value === 'advanced',
    fallback: 'json',
  },
  stdin: {
    expected: `'ignore' or 'pipe'`,
    holds: (value) => value === 'ignore' || value === 'pipe',
    fallback: 'ignore',
  },
  stdinGraceMs: {
    expected: 'a whole number of milliseconds above 0',
    holds: (value) => value === undefined || isWhole(value, 1, 2 ** 31 - 1),
    fallback: undefined,
  },
  stopSignal: {
    expected: `the name of a signal, like 'SIGTERM' or 'SIGINT'`,
    holds: (value) => typeof value === 'string' && Object.hasOwn(constants.signals, value),
    fallback: 'SIGTERM',
  },
  okExitCodes: {
    expected: 'an array of exit codes, whole numbers from 0 to 255, like [0, 3]',
    holds: (value) => Array.isArray(value) && Array.from(value).every((code) => isWhole(code, 0, 255)),
    fallback: [0],
  },
  log: {
    expected: `true, false or 'stderr'`,
    holds: (value) => value === 'stderr' || isBoolean(value),
    fallback: true,
  },
  onLine: {
    expected: 'a function: (line, stream) => ...',
    holds: (value) => value === undefined || typeof value === 'function',
    fallback: undefined,
  },
  maxLineLength: {
    expected: 'a whole number of characters, 1 or more',
    holds: (value) => isWhole(value, 1, 2 ** 28),
    fallback: 8_192,
  },
};

const KEYS = [...CHILD_KEYS.filter((key) => key !== 'awaitReady'), ...Object.keys(RULES)];

/** What people write who come from elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  cmd: 'file',
  command: 'file',
  path: 'file',
  arguments: 'args',
  environment: 'env',
  signal: 'stopSignal',
  killSignal: 'stopSignal',
  timeout: 'readyTimeoutMs',
  readyTimeout: 'readyTimeoutMs',
  graceMs: 'shutdownMs',
  killTimeout: 'shutdownMs',
  forceKillAfterDelay: 'shutdownMs',
  shutdown: 'shutdownMs',
};

/** @throws SpecError, OptionError */
export function checkOptions(given: unknown): Config {
  return reading('subprocess()', () => checked(given));
}

function checked(given: unknown): Config {
  if (!isRecord(given)) {
    throw new SpecError('COPPICE_NOT_A_SPEC', { expected: 'the options of a subprocess', got: show(given) });
  }
  const own = { ...given };
  const path = typeof own['id'] === 'string' ? own['id'] : undefined;
  if (own['awaitReady'] !== undefined) {
    throw invalid('awaitReady', 'left out: ready says how it is seen that it is up', own['awaitReady'], path);
  }
  const wrong = Object.keys(own).find((key) => !KEYS.includes(key) && key !== 'awaitReady');
  if (wrong !== undefined) {
    throw unknownKey({ kind: 'subprocess', key: wrong, known: KEYS, elsewhere: ELSEWHERE, path });
  }
  const config: Record<string, unknown> = {};
  for (const [key, { expected, holds, fallback }] of Object.entries(RULES)) {
    const value = own[key] === undefined ? fallback : own[key];
    if (!holds(value)) throw invalid(key, expected, value, path);
    config[key] = copy(value);
  }
  checkTogether(own, config, path);
  if (config['ready'] === 'ipc') config['ipc'] = true;
  if (own['startTimeoutMs'] !== undefined) config['readyTimeoutMs'] = Infinity;
  return Object.freeze(config) as unknown as Config;
}

/** No option is accepted and then ignored. */
function checkTogether(own: Bag, config: Bag, path: string | undefined): void {
  const { ready } = config;
  if (ready === 'spawn' && own['readyTimeoutMs'] !== undefined) {
    throw invalid(
      'readyTimeoutMs',
      `left out with ready: 'spawn', which takes no time`,
      own['readyTimeoutMs'],
      path,
    );
  }
  if (own['readyTimeoutMs'] !== undefined && own['startTimeoutMs'] !== undefined) {
    throw invalid(
      'readyTimeoutMs',
      'left out with startTimeoutMs, or the other way round',
      own['readyTimeoutMs'],
      path,
    );
  }
  if (config['heartbeat'] !== undefined && own['staleAfterMs'] === undefined) {
    throw invalid(
      'heartbeat',
      'left out without staleAfterMs, which says how long it may take',
      own['heartbeat'],
      path,
    );
  }
  if (own['staleAfterMs'] !== undefined && config['heartbeat'] === undefined) {
    throw invalid(
      'staleAfterMs',
      `left out without heartbeat, which says how it shows itself alive ('output', 'ipc', or a RegExp)`,
      own['staleAfterMs'],
      path,
    );
  }
  if (config['heartbeat'] === 'ipc' && ready !== 'ipc' && config['ipc'] !== true) {
    throw invalid('heartbeat', `something else without ipc: true or ready: 'ipc'`, 'ipc', path);
  }
  checkStdinGrace(own, config, path);
  if (ready === 'ipc' && own['ipc'] === false) {
    throw invalid('ipc', `true, or left out, with ready: 'ipc'`, false, path);
  }
  if (own['serialization'] !== undefined && ready !== 'ipc' && config['ipc'] !== true) {
    throw invalid('serialization', `left out without ipc: true or ready: 'ipc'`, own['serialization'], path);
  }
}

function checkStdinGrace(own: Bag, { stdin, stdinGraceMs, stopSignal }: Bag, path: string | undefined): void {
  if (stdinGraceMs === undefined) return;
  if (stdin !== 'pipe') throw invalid('stdinGraceMs', `left out without stdin: 'pipe'`, stdinGraceMs, path);
  const { shutdownMs = 5_000 } = own;
  // What is no number is refused as such, with all that is no option of a process alone.
  if (typeof shutdownMs !== 'number' || (stdinGraceMs as number) < shutdownMs) return;
  const expected = `less than shutdownMs, which is ${shutdownMs}: ${String(stopSignal)} is to come in between`;
  throw invalid('stdinGraceMs', expected, stdinGraceMs, path);
}

function invalid(key: string, expected: string, got: unknown, path: string | undefined): OptionError {
  return new OptionError({ key, of: 'subprocess()', expected, got: show(got), path });
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isPort(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { port, host, ...others } = value;
  const isHost = host === undefined || (isText(host) && host !== '');
  return isWhole(port, 1, 65_535) && isHost && Object.keys(others).length === 0;
}

/** What is declared stays what it was, whatever becomes of what it was declared with. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze([...(value as unknown[])]);
  // Without the flags that make a RegExp remember where it was.
  if (isRegExp(value)) return new RegExp(value.source, value.flags.replace(/[gy]/g, ''));
  return isRecord(value) ? Object.freeze({ ...value }) : value;
}
