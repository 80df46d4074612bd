/** How long things take: the policies of the clients, and the outages that these are there for. In milliseconds. */

export interface Timing {
  /** The delays of all clients, but for their jitter. */
  readonly backoff: { readonly minMs: number; readonly maxMs: number; readonly resetAfterMs: number };
  /** The limit of those that give up, and after how long they are revived. */
  readonly withinMs: number;
  readonly reviveAfterMs: number;
  /** For how long all is well at the beginning. */
  readonly calmMs: number;
  /** The first outage: long enough for the longest delay to be reached. */
  readonly outageMs: number;
  /** The second one: over before anybody with a limit can use it up. */
  readonly blipMs: number;
  /** The width of a bar in the histogram of reconnects. */
  readonly bucketMs: number;
  /** Nobody takes longer than this to come back; if somebody does, something is broken. */
  readonly patienceMs: number;
}

const AT_FULL_LENGTH: Timing = {
  backoff: { minMs: 100, maxMs: 1_600, resetAfterMs: 2_500 },
  withinMs: 20_000,
  reviveAfterMs: 10_000,
  calmMs: 1_000,
  outageMs: 5_000,
  blipMs: 300,
  bucketMs: 100,
  patienceMs: 30_000,
};

export function timingOf({ fast }: { readonly fast: boolean }): Timing {
  if (!fast) return AT_FULL_LENGTH;
  const { backoff, patienceMs, ...story } = AT_FULL_LENGTH;
  return { ...quarter(story), backoff: quarter(backoff), patienceMs };
}

const quarter = <T extends Readonly<Record<string, number>>>(times: T): T =>
  Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, ms / 4])) as T;
