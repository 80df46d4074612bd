/** What the benchmark consists of: works, each giving some rows of the table, each row with a value for each column. */

export type Column = 'loop' | 'ours' | 'nact' | 'effect' | 'otp';
export type Unit = 'ns' | 'ms' | 'bytes' | 'MiB' | 's';

/** What a row has to show. */
export type Target =
  /** Ours as a multiple of the loop, at most. */
  | { readonly ratio: number }
  /** Ours in the unit of the row, at most. */
  | { readonly value: number }
  /** Ours as a multiple of ours in another row, at most. */
  | { readonly timesRow: string; readonly ratio: number };

export interface Row {
  /** Names what was done; unique. */
  readonly name: string;
  readonly unit: Unit;
  readonly target?: Target | undefined;
}

/** Does the work once; gives one value for each row. Throws if it has not done what it should. */
export type Work = () => Promise<readonly number[]>;

/** A work for OTP: the name of a function of bench_otp.erl and its arguments. It does its rounds itself. */
export interface OtpWork {
  readonly work: string;
  readonly args: readonly number[];
}

export interface Group {
  /** The title of its table. */
  readonly section: string;
  readonly rows: readonly Row[];
  readonly rounds: number;
  /** Who does the work here; who is missing cannot do the same, and `docs/performance.md` says why. */
  readonly works: Readonly<Partial<Record<Exclude<Column, 'otp'>, Work>>>;
  readonly otp?: OtpWork;
  /** Too slow to be done once more before each time that counts. */
  readonly isHeavy?: boolean;
}

/** What was measured for a row. */
export interface Result extends Row {
  readonly section: string;
  /** Medians, in the unit of the row. */
  readonly values: Readonly<Partial<Record<Column, number>>>;
  /** Ours as a multiple of the loop: the median of the ratios of the rounds. */
  readonly ratio: number | undefined;
}
