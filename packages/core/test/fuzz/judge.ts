/** What has to hold whatever a call was given: a coded error or none, nothing left behind, nothing polluted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { CodedError } from '@coppice/core';
import { unhandledRejections } from '../support/unhandled-rejections.js';
import { Sabotage } from './hostile.js';

/** All codes that docs/errors.md has, of every package. */
const DOCUMENTED: ReadonlySet<string> = new Set(
  Array.from(
    readFileSync(join(__dirname, '../../../../docs/errors.md'), 'utf8').matchAll(/^\| `(\w+)` \|/gm),
    ([, code]) => code as string,
  ),
);

/** Is it an error that the library may throw: coded, and the code is in the registry, which is docs/errors.md? */
const isCoded = (error: unknown): boolean =>
  error instanceof CodedError &&
  DOCUMENTED.has(error.code) &&
  !/\[object |\bundefined\b.*expected/.test(error.message);

/** Fails with what it is, unless it is coded, or `isOwn` says that it is the user's own. */
export function expectCoded(error: unknown, isOwn: (error: unknown) => boolean = () => false): void {
  if (isCoded(error) || isOwn(error)) return;
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  throw new Error(`an error that is not coded came out: ${told}`);
}

/** What the code that was handed over throws, or the platform, when it calls that: it is handed on as it is. */
export const isOwn = (error: unknown): boolean =>
  error instanceof Sabotage ||
  error === null ||
  error === undefined ||
  (error instanceof TypeError && /revoked|Class constructor|not iterable|not a function/.test(error.message));

export interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
  readonly isError: boolean;
}

/** What a call returns or throws. */
export function outcomeOf(call: () => unknown): Outcome {
  try {
    return { value: call(), isError: false };
  } catch (error) {
    return { error, isError: true };
  }
}

/** The first items of a list that may be of any length, or no list. */
export const firstOf = (list: unknown, count: number): Outcome =>
  outcomeOf(() => {
    const { length } = list as unknown[];
    return Array.from({ length: Math.min(length, count) || 0 }, (_, i) => (list as unknown[])[i]);
  });

/** Lets time go by. */
export interface Time {
  advance(ms: number): Promise<void>;
}

/** How a promise settles, while time goes by; fails if it does not within `ms`. */
export async function settled(clock: Time, promise: Promise<unknown>, ms = 100_000): Promise<Outcome> {
  let outcome: Outcome | undefined;
  promise.then(
    (value) => (outcome = { value, isError: false }),
    (error: unknown) => (outcome = { error, isError: true }),
  );
  for (let waited = 0; !outcome && waited <= ms; waited = waited * 4 + 1) await clock.advance(waited);
  if (!outcome) throw new Error(`it hangs: still pending after ${ms} ms`);
  return outcome;
}

/** Runs a test of hostile input; fails if a rejection goes unhandled meanwhile, or what all objects have has changed. */
export async function peacefully(act: () => Promise<unknown>): Promise<void> {
  const before = [Object.prototype, Array.prototype, Function.prototype, Error.prototype].map(shape);
  const silenced = (['warn', 'error'] as const).map((level) =>
    // As the real one, which can fail over what it is to print.
    jest.spyOn(console, level).mockImplementation((...line: unknown[]) => void format(...line)),
  );
  let failure: { readonly error: unknown } | undefined;
  let rejections: unknown[] = [];
  try {
    rejections = await unhandledRejections(() => act().catch((error: unknown) => (failure = { error })));
  } finally {
    for (const each of silenced) each.mockRestore();
  }
  if (failure) throw failure.error;
  expect(rejections.map((error) => (error instanceof Error ? error.stack : error))).toEqual([]);
  expect([Object.prototype, Array.prototype, Function.prototype, Error.prototype].map(shape)).toEqual(before);
}

const shape = (object: object): string => Reflect.ownKeys(object).map(String).join();
