/**
 * A thread whose code got hold of the port that is not its own, and posts anything in any order: real threads. The
 * parent goes on, knows how it ended, and has a tree that can be drawn and judged.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { formatTree, healthOf, supervisor, thread } from 'coppice';
import { anyHostile } from '../../../core/test/fuzz/hostile.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';
import { threadsAlive } from '../thread/support.js';
import { undisturbed } from './undisturbed.js';

const file = join(__dirname, 'fixtures/hostile.mjs');

const ERROR = { name: 'Error', message: 'm', cause: { name: 'Error', message: 'c' } };
const BUDGET = { used: 0, max: 3, withinMs: 5_000 };
const CHILD = {
  id: 'c',
  path: 'far/c',
  kind: 'service',
  status: 'running',
  incarnation: 1,
  restart: 'permanent',
  significant: false,
  required: true,
  shutdownMs: 5_000,
  startedAt: 1,
  lastExit: { kind: 'crash', error: ERROR },
  nextStartAt: null,
  failures: 0,
  budget: null,
  giveUp: 'escalate',
  paused: null,
  bindsTo: [],
  abandoned: [],
  supervisor: null,
};
const SNAPSHOT = {
  id: 'far',
  path: 'far',
  kind: 'supervisor',
  phase: 'running',
  strategy: 'one-for-one',
  autoShutdown: 'never',
  budget: BUDGET,
  counts: { specs: 1, active: 1, supervisors: 0, workers: 1 },
  statuses: { running: 1 },
  at: 1,
  abandoned: [],
  children: [CHILD],
};
const ABOUT = {
  path: 'far/c',
  supervisor: 'far',
  id: 'c',
  kind: 'service',
  incarnation: 1,
  restart: 'permanent',
};

const REPORTS: readonly object[] = [
  { type: 'hello' },
  { type: 'loaded' },
  { type: 'ready' },
  { type: 'beat' },
  { type: 'message', message: { any: 'thing' } },
  { type: 'log', level: 'info', message: 'line', fields: { a: 1 }, errors: { err: ERROR } },
  { type: 'fault', error: ERROR },
  { type: 'end', reason: { kind: 'normal' } },
  { type: 'end', reason: { kind: 'shutdown', detail: { a: 1 }, cause: ERROR } },
  { type: 'end', reason: { kind: 'crash', error: ERROR } },
  { type: 'event', event: { type: 'child:crashed', ...ABOUT, error: ERROR, uptimeMs: 1, seq: 1, at: 1 } },
  { type: 'event', event: { type: 'supervisor:stopped', path: 'far', reason: { kind: 'normal' } } },
  { type: 'snapshot', snapshot: SNAPSHOT },
];

/** What goes through a port at all. */
const posted = (value: unknown): unknown[] => {
  try {
    return [structuredClone(value)];
  } catch {
    return [];
  }
};

const report = fc
  .tuple(fc.constantFrom(...REPORTS), mutations(2))
  .map(([right, changes]) => posted(mutated(right, changes)));

const traffic = fc.record({
  reports: fc.array(
    fc.oneof(
      { weight: 9, arbitrary: report },
      anyHostile.map(({ make }) => posted(make())),
    ),
    {
      maxLength: 60,
    },
  ),
  messages: fc.array(
    anyHostile.map(({ make }) => posted(make())),
    { maxLength: 10 },
  ),
  exitCode: fc.option(fc.constantFrom(0, 1), { nil: undefined }),
  isWatched: fc.boolean(),
});

test(
  'messages of a thread that are none, too many, too late or in disorder',
  () =>
    undisturbed(() =>
      fc.assert(
        fc.asyncProperty(traffic, async ({ reports, messages, exitCode, isWatched }) => {
          const lines: unknown[][] = [];
          const log = (...line: unknown[]): void => void lines.push(line);
          const odd = thread({
            id: 'odd',
            file,
            data: { reports: reports.flat(), messages: messages.flat(), exitCode },
            restart: 'temporary',
            shutdownMs: 2_000,
            startTimeoutMs: 5_000,
            ...(isWatched && { staleAfterMs: 4_000 }),
            onMessage: (message, handle) => handle.post(message),
          });
          const tree = supervisor({ id: 'app', children: [odd] }).handle({
            logger: { debug: log, info: log, warn: log, error: log },
          });
          tree.on('event', (event) => void JSON.stringify(event));
          await tree.start().catch(() => undefined);
          await new Promise((resolve) => setTimeout(resolve, 5));
          const snapshot = tree.snapshot();
          expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
          expect(formatTree(snapshot).length).toBeLessThan(1e6);
          expect(healthOf(snapshot).reasons).toBeInstanceOf(Array);
          const { unstopped } = await tree.stop();
          expect(unstopped).toEqual([]);
          expect(
            lines.filter(([, text]) => /could not be read/.test(String(text))).length,
          ).toBeLessThanOrEqual(1);
          expect(threadsAlive()).toBe(0);
        }),
        runs(20),
      ),
    ),
  LIMIT_MS,
);
