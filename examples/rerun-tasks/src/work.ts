/** The work that all three programs do: tickers that run for ever, one of which fails now and then. */

/** A task to keep running: what it is called, and how one run of it is started. */
export interface Job {
  readonly name: string;
  /** Runs until it fails, or until the signal is aborted; then it is rejected with the signal's reason. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** The arguments of a ticker. */
export interface Ticker {
  readonly name: string;
  readonly everyMs: number;
  /** It fails at this tick, counted from the start of each run. Default: never. */
  readonly failsAt?: number;
}

/** What a ticker needs of the world, so that tests can let time go by in no time. */
export interface World {
  /** Rejected with the signal's reason when that is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** A ticker has ticked: for the `count`th time in this run. */
  readonly ticked: (name: string, count: number) => void;
  /** A ticker has given back all it held. */
  readonly closed: (name: string) => void;
  /** A line for the reader. */
  readonly say: (line: string) => void;
}

export const TICKERS: readonly Ticker[] = [
  { name: 'fast', everyMs: 100 },
  { name: 'flaky', everyMs: 150, failsAt: 4 },
  { name: 'slow', everyMs: 400 },
];

/** How long it takes to close what a ticker has open, in milliseconds. */
const CLOSE_MS = 20;

async function tick({ name, everyMs, failsAt }: Ticker, signal: AbortSignal, world: World): Promise<void> {
  try {
    for (let count = 1; ; count++) {
      await world.sleep(everyMs, signal);
      world.ticked(name, count);
      if (count === failsAt) throw new Error(`no answer at tick ${count}`);
    }
  } finally {
    await world.sleep(CLOSE_MS);
    world.closed(name);
  }
}

/** The tickers as jobs: each run of a job is called with the arguments of its ticker. */
export const jobsOf = (tickers: readonly Ticker[], world: World): Job[] =>
  tickers.map((ticker) => ({ name: ticker.name, run: (signal) => tick(ticker, signal, world) }));

/** Not `instanceof Error`: an abort may be a DOMException of another realm, as in a test runner. */
export const messageOf = (error: unknown): string =>
  (error as { message?: string } | null)?.message ?? String(error);
