/**
 * Tasks at random, with all that can happen to them: they fail, hang, stop slowly, are aborted, take too long, are
 * terminated, restarted, paused, and their supervisor crashes. Each promise settles, with something that can be,
 * and nothing is left.
 */
import { type Context, SimulatedClock, supervisor, task, taskSupervisor } from '@coppice/core';
import fc from 'fast-check';
import { SEED } from '../simulation/seed.js';
import { unhandledRejections } from '../support/unhandled-rejections.js';

const job = fc.record({
  how: fc.constantFrom('runTask', 'asyncNoLink', 'async', 'childTask'),
  /** How long each attempt takes, and whether it fails; after the last it succeeds. */
  attempts: fc.array(fc.record({ ms: fc.nat(40), fails: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  stopMs: fc.constantFrom(0, 0, 5, 500),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  abortAfterMs: fc.option(fc.nat(60), { nil: undefined }),
});

const act = fc.oneof(
  { weight: 5, arbitrary: job.map((plan) => ({ type: 'start', plan }) as const) },
  { weight: 4, arbitrary: fc.nat(30).map((ms) => ({ type: 'wait', ms }) as const) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('terminateChild', 'restartNow', 'pause', 'resume'), fc.nat(20))
      .map(([type, at]) => ({ type, at }) as const),
  },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'crash' } as const, { type: 'end caller' } as const) },
);

type Plan = typeof job extends fc.Arbitrary<infer J> ? J : never;

const nameOf = (error: unknown): string => {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return code ?? message;
};

const POSSIBLE = [
  'COPPICE_TASK_STOPPED',
  'COPPICE_TASK_TIMEOUT',
  'COPPICE_TOO_MANY_CHILDREN',
  'COPPICE_NOT_RUNNING',
  'COPPICE_STOP_REQUESTED',
  'COPPICE_ENDED',
  'aborted',
  'failed',
];

test.each(['temporary', 'transient'] as const)(
  '%s tasks',
  async (restart) => {
    const backoff = { minMs: 5, maxMs: 20 };
    const unhandled = await unhandledRejections(() =>
      fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
          const clock = new SimulatedClock();
          const tasks = taskSupervisor({
            id: 'tasks',
            maxChildren: 8,
            task: { restart, shutdownMs: 50, ...(restart === 'transient' && { backoff, maxRestarts: 2 }) },
          });
          let caller!: Context;
          const child = task({
            id: 'caller',
            run: async (context) => {
              caller = context;
              for (;;) await context.sleep(1_000_000);
            },
          });
          const root = supervisor({ id: 'root', children: [tasks, child], maxRestarts: Infinity });
          const tree = root.handle({ clock });
          let running = 0;
          await tree.start();
          const handle = tree.supervisor(tasks);

          const outcomes: string[] = [];
          let started = 0;
          const note = (promise: Promise<unknown>): void => {
            started++;
            promise.then(
              (value) => outcomes.push(value === 'done' ? 'done' : 'something else'),
              (error: unknown) => outcomes.push(nameOf(error)),
            );
          };
          const start = ({ how, attempts, stopMs, timeoutMs, abortAfterMs }: Plan): void => {
            const controller = new AbortController();
            if (abortAfterMs !== undefined)
              clock.setTimer(() => controller.abort(new Error('aborted')), abortAfterMs);
            const options = {
              ...(timeoutMs !== undefined && { timeoutMs }),
              ...(abortAfterMs !== undefined && { signal: controller.signal }),
            };
            const work = async ({ attempt, sleep, defer, signal }: Context): Promise<string> => {
              const { ms, fails } = attempts[attempt - 1] ?? { ms: 0, fails: false };
              if (stopMs > 0)
                defer(() =>
                  signal.aborted
                    ? new Promise<void>((resolve) => clock.setTimer(resolve, stopMs))
                    : undefined,
                );
              running++;
              try {
                await sleep(ms);
              } finally {
                running--;
              }
              if (fails) throw new Error('failed');
              return 'done';
            };
            try {
              if (how === 'runTask') note(handle.runTask(work, options));
              else if (how === 'asyncNoLink') note(handle.asyncNoLink(work, options).result);
              else if (how === 'childTask') note(caller.use(tasks).runTask(work, options));
              else note(caller.use(tasks).async(work, options).result);
            } catch (error) {
              expect(POSSIBLE).toContain(nameOf(error));
            }
          };
          const refused: Promise<unknown>[] = [];
          for (const each of acts) {
            if (each.type === 'start') start(each.plan);
            else if (each.type === 'wait') await clock.advance(each.ms);
            else if (each.type === 'crash')
              refused.push(handle.stop({ reason: new Error('crash') }).catch(() => {}));
            else if (each.type === 'end caller') caller.end();
            else {
              const target = `task#${each.at + 1}`;
              refused.push(handle[each.type](target).catch(() => {}));
            }
          }
          await clock.advance(200);
          const stopped = tree.stop();
          await clock.runUntilIdle();
          await stopped;
          await Promise.all(refused);

          // Each has settled, and with something that can be.
          expect(outcomes).toHaveLength(started);
          for (const outcome of outcomes) expect(['done', ...POSSIBLE]).toContain(outcome);
          // Nothing is left.
          expect([running, clock.pendingTimers]).toEqual([0, 0]);
        }),
        { seed: SEED, numRuns: 200 },
      ),
    );
    expect(unhandled).toEqual([]);
  },
  120_000,
);
