/** How much of each work is done. Ratios hold for `full`; the others are to look at something quickly. */

export interface Sizes {
  /** Rounds that do not count, before those that do. */
  readonly warmUps: number;
  /** Rounds that count. */
  readonly rounds: number;
  /** The same for the works that take seconds each time. */
  readonly heavyRounds: number;
  /** Each work is done once more before each time that counts. */
  readonly isWarmedUp: boolean;
  /** Many children: 100,000. */
  readonly many: number;
  /** A million. */
  readonly million: number;
  /** Few siblings: 1,000. */
  readonly few: number;
  /** The children of a group that is restarted together: 10,000. */
  readonly group: number;
  /** Supervisors one in the other: 1,000. */
  readonly depth: number;
  /** Crashes in a row: 200,000. */
  readonly crashes: number;
  /** Idle children whose memory is weighed. */
  readonly idle: number;
  /** For OTP, whose accounting slows down with the restarts in its window: bursts of so many restarts ... */
  readonly burst: number;
  /** ... so many times, ... */
  readonly bursts: number;
  /** ... with so many milliseconds before each. Its window is a second. */
  readonly pauseMs: number;
}

export const SIZES: Readonly<Record<'full' | 'quick' | 'tiny', Sizes>> = {
  full: {
    warmUps: 1,
    rounds: 7,
    heavyRounds: 3,
    isWarmedUp: true,
    many: 100_000,
    million: 1_000_000,
    few: 1_000,
    group: 10_000,
    depth: 1_000,
    crashes: 200_000,
    idle: 50_000,
    burst: 200,
    bursts: 8,
    pauseMs: 1_100,
  },
  quick: {
    warmUps: 0,
    rounds: 1,
    heavyRounds: 1,
    isWarmedUp: true,
    many: 2_500,
    million: 8_000,
    few: 1_000,
    group: 500,
    depth: 100,
    crashes: 8_000,
    idle: 2_000,
    burst: 200,
    bursts: 1,
    pauseMs: 1_100,
  },
  tiny: {
    warmUps: 0,
    rounds: 1,
    heavyRounds: 1,
    isWarmedUp: false,
    many: 30,
    million: 50,
    few: 10,
    group: 10,
    depth: 5,
    crashes: 20,
    idle: 10,
    burst: 5,
    bursts: 1,
    pauseMs: 0,
  },
};
