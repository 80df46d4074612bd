/** Where the limit is: what the parts cost that neither a loop nor a supervisor can do without. */
import { FAILURE, WaitingBody } from '../bodies.js';
import { now, perOperation } from '../clock.js';
import { heapUsed } from '../heap.js';
import { verify } from '../measure.js';
import type { Group, Unit, Work } from '../row.js';
import type { Sizes } from '../sizes.js';

/** Bytes of what `make` gives, held in an array. */
const weighed =
  (size: number, make: () => unknown): Work =>
  async () => {
    const held: unknown[] = new Array(size).fill(undefined);
    const before = await heapUsed();
    for (let index = 0; index < size; index++) held[index] = make();
    const bytes = ((await heapUsed()) - before) / size;
    verify('held', held.length, size);
    return [bytes];
  };

const repeated =
  (times: number, act: () => unknown): Work =>
  async () => {
    const from = now();
    for (let i = 0; i < times; i++) act();
    return [perOperation(from, times)];
  };

/** An async function that throws, awaited by a loop: a crash loop with nobody who looks after it. */
const throwing =
  (times: number): Work =>
  async () => {
    let caught = 0;
    // oxlint-disable-next-line typescript/require-await -- it throws into its promise
    const run = async (): Promise<void> => {
      throw FAILURE;
    };
    const from = now();
    for (let i = 0; i < times; i++) {
      try {
        await run();
      } catch {
        caught++;
      }
    }
    const time = perOperation(from, times);
    verify('caught', caught, times);
    return [time];
  };

/** The rows "one among" without anybody who starts again: the promise is rejected, seen, and made anew. */
const rejected =
  (times: number): Work =>
  async () => {
    const body = new WaitingBody(false);
    const failed = (): unknown => body.run(0).then(undefined, failed);
    failed();
    const from = now();
    for (let i = 0; i < times; i++) await body.crash(0);
    const time = perOperation(from, times);
    verify('restarts', body.starts - 1, times);
    return [time];
  };

const signalOf = (): AbortController => {
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => {});
  return controller;
};

export function limits({ idle, crashes, heavyRounds }: Sizes): Group[] {
  const row = (name: string, unit: Unit, bare: Work): Group => ({
    section: 'Where the limit is',
    rounds: heavyRounds,
    rows: [{ name, unit }],
    works: { loop: bare },
  });
  return [
    row('a crash: an async function that throws, awaited', 'ns', throwing(crashes)),
    row('a crash: a promise rejected, seen by `then`, and made anew', 'ns', rejected(crashes)),
    row('an AbortController with its signal and a listener, made', 'ns', repeated(crashes, signalOf)),
    row(
      'the same, and aborted',
      'ns',
      repeated(crashes, () => signalOf().abort()),
    ),
    row(
      'a promise that waits',
      'bytes',
      weighed(idle, () => new Promise(() => {})),
    ),
    row(
      'an async function that waits for a promise',
      'bytes',
      weighed(idle, async () => {
        await new Promise(() => {});
      }),
    ),
    row('an AbortController with its signal and a listener', 'bytes', weighed(idle, signalOf)),
  ];
}
