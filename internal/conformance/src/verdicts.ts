/**
 * What OTP says of declarations (`supervisor:check_childspecs` and the flags that `init` returns), and what
 * we say of the same ones. A verdict agrees if both accept, or both refuse and ours has the code of its own
 * that stands for OTP's.
 */
import { type ErrorCode, isCoppiceError, supervisor } from 'coppice';

/** A row of the recorded verdicts: a child's declaration, or a supervisor's flags, in words. */
export interface VerdictRow {
  readonly case?: string;
  readonly flags?: string;
  readonly auto_shutdown?: string;
  readonly otp: string;
}

/** Our code for each of OTP's refusals. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  missing_id: 'COPPICE_MISSING_ID',
  missing_start: 'COPPICE_MISSING_START',
  invalid_mfa: 'COPPICE_INVALID_START',
  invalid_restart_type: 'COPPICE_INVALID_RESTART',
  invalid_shutdown: 'COPPICE_INVALID_SHUTDOWN',
  invalid_child_type: 'COPPICE_INVALID_KIND',
  invalid_significant: 'COPPICE_INVALID_SIGNIFICANT',
  bad_combination: 'COPPICE_BAD_COMBINATION',
  duplicate_child_name: 'COPPICE_DUPLICATE_ID',
  invalid_strategy: 'COPPICE_INVALID_STRATEGY',
  invalid_intensity: 'COPPICE_INVALID_MAX_RESTARTS',
  invalid_period: 'COPPICE_INVALID_WITHIN',
  invalid_auto_shutdown: 'COPPICE_INVALID_AUTO_SHUTDOWN',
};

/** OTP's `badarg` says no more than that; these are the cases in which it says it. */
const BADARG: Readonly<Record<string, ErrorCode>> = {
  'not a list': 'COPPICE_CHILDREN_NOT_A_LIST',
  'auto_shutdown: sometimes': 'COPPICE_INVALID_AUTO_SHUTDOWN',
};

/** Where we refuse on purpose what OTP lets pass: docs/otp-differences.md. */
const DELIBERATE: Readonly<Record<string, ErrorCode>> = {
  'unknown key (OTP lets it pass)': 'COPPICE_UNKNOWN_OPTION',
  'unknown flag (OTP lets it pass)': 'COPPICE_UNKNOWN_OPTION',
};

type Options = Record<string, unknown>;

const child: Options = { kind: 'service', id: 'a', start: () => 1 };
const without = (key: string): Options =>
  Object.fromEntries(Object.entries(child).filter(([k]) => k !== key));

/** The children that a case is about, in our words. */
const CASES: Readonly<Record<string, unknown>> = {
  'minimal spec': [child],
  'no id': [without('id')],
  'no start': [without('start')],
  'start is not callable': [{ ...child, start: 'start' }],
  'restart: always': [{ ...child, restart: 'always' }],
  'restart: permanent': [{ ...child, restart: 'permanent' }],
  'restart: transient': [{ ...child, restart: 'transient' }],
  'restart: temporary': [{ ...child, restart: 'temporary' }],
  'shutdown: 0': [{ ...child, shutdownMs: 0 }],
  'shutdown: -1': [{ ...child, shutdownMs: -1 }],
  'shutdown: 1.5': [{ ...child, shutdownMs: 1.5 }],
  'shutdown: infinity': [{ ...child, shutdownMs: Infinity }],
  'shutdown: brutal_kill': [{ ...child, shutdownMs: 0 }],
  'shutdown: soon': [{ ...child, shutdownMs: 'soon' }],
  'type: worker': [{ ...child, kind: 'service' }],
  'type: supervisor': [{ kind: 'supervisor', id: 'a', children: [] }],
  'type: other': [{ ...child, kind: 'other' }],
  'significant: yes (not a boolean)': [{ ...child, restart: 'transient', significant: 'yes' }],
  'significant with auto_shutdown never': [{ ...child, restart: 'transient', significant: true }],
  'significant and permanent': [{ ...child, restart: 'permanent', significant: true }],
  'significant and transient': [{ ...child, restart: 'transient', significant: true }],
  'significant and temporary': [{ ...child, restart: 'temporary', significant: true }],
  'two children with one id': [child, child],
  'not a list': { a: child },
  'unknown key (OTP lets it pass)': [{ ...child, modules: [] }],
  'auto_shutdown: sometimes': [child],
};

/** The flags that a case is about, in our words. */
const FLAGS: Readonly<Record<string, Options>> = {
  defaults: {},
  'strategy: one_for_two': { strategy: 'one-for-two' },
  'intensity: 0': { maxRestarts: 0 },
  'intensity: -1': { maxRestarts: -1 },
  'intensity: 1.5': { maxRestarts: 1.5 },
  'period: 0': { withinMs: 0 },
  'period: -1': { withinMs: -1_000 },
  'period: 1': { withinMs: 1_000 },
  'auto_shutdown: sometimes': { autoShutdown: 'sometimes' },
  'unknown flag (OTP lets it pass)': { hibernate_after: 1 },
};

export interface Verdict {
  readonly name: string;
  readonly otp: string;
  /** The code that stands for OTP's verdict; `ok` where it has to be accepted. */
  readonly expected: string;
  /** What we say: `ok`, or the code of our error. */
  readonly ours: string;
  readonly message: string;
}

/** @throws Error if the case is not known here */
export function verdictOf(row: VerdictRow): Verdict {
  const name = row.case ?? row.flags ?? '';
  const options = row.case === undefined ? flagged(name) : declared(name, row.auto_shutdown ?? 'never');
  const expected =
    DELIBERATE[name] ?? (row.otp === 'ok' ? 'ok' : row.otp === 'badarg' ? BADARG[name] : CODES[row.otp]);
  if (expected === undefined) throw new Error(`no counterpart is known for OTP's '${row.otp}' (${name})`);
  try {
    supervisor(options as never);
    return { name, otp: row.otp, expected, ours: 'ok', message: '' };
  } catch (error) {
    if (!isCoppiceError(error)) throw error;
    return { name, otp: row.otp, expected, ours: error.code, message: error.message };
  }
}

function declared(name: string, autoShutdown: string): Options {
  if (!(name in CASES)) throw new Error(`the case '${name}' is not known here`);
  return { id: 'root', autoShutdown: autoShutdown.replaceAll('_', '-'), children: CASES[name] };
}

function flagged(name: string): Options {
  const flags = FLAGS[name];
  if (!flags) throw new Error(`the flags '${name}' are not known here`);
  return { id: 'root', children: [], ...flags };
}
