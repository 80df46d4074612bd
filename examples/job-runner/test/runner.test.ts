/** Real threads, which are really ended. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestTree, testTree, watchLeaks } from '@coppice/testing';
import type { Outcome } from '../src/dispatcher.js';
import type { Job } from '../src/job.js';
import type { QueueContents } from '../src/queue.js';
import { type Runner, type RunnerOptions, runner } from '../src/runner.js';

const folder = mkdtempSync(join(tmpdir(), 'coppice-jobs-'));
const file = join(folder, 'jobs.json');
afterAll(() => rmSync(folder, { recursive: true }));

const leaks = watchLeaks();
afterEach(() => leaks.check());
afterAll(leaks.stop);

const job = (kind: Job['kind'], input = 0, priority = 0): Job => ({
  id: `${kind}-${input}`,
  kind,
  input,
  priority,
});

interface Started extends Runner {
  readonly tree: TestTree;
  readonly told: string[];
  readonly contents: () => QueueContents;
}

async function start(jobs: readonly Job[], options: Partial<RunnerOptions> = {}): Promise<Started> {
  writeFileSync(file, JSON.stringify({ jobs, dead: [] }));
  const told: string[] = [];
  const tell = (outcome: Outcome): void => {
    const more =
      outcome.is === 'done'
        ? `: ${outcome.value}`
        : outcome.is === 'dead'
          ? `: ${outcome.error.message}`
          : '';
    told.push(`${outcome.job.id} ${outcome.is}${more}`);
  };
  const made = runner({
    file,
    threadFile: join(__dirname, '../dist/job-thread.js'),
    threads: 1,
    endWhenEmpty: true,
    onOutcome: tell,
    ...options,
  });
  const tree = await testTree(made.app, { time: 'real' });
  return { ...made, tree, told, contents: () => JSON.parse(readFileSync(file, 'utf8')) };
}

const soon = { timeoutMs: 20_000 };

test('jobs are done in threads, the most urgent first, and it ends when all are done', async () => {
  const { tree, told, contents } = await start([
    job('primes', 1_000),
    job('primes', 1_000_000),
    job('mandelbrot', 20, 9),
  ]);
  await tree.until('runner stopped', soon);
  expect(told).toEqual([
    expect.stringMatching(/^mandelbrot-20 done: [0-9a-f]{16}$/),
    'primes-1000 done: 168',
    'primes-1000000 done: 78498',
  ]);
  expect(contents()).toEqual({ jobs: [], dead: [] });
});

test('as many at once as there are threads: one that takes long holds up no other', async () => {
  const { tree, told } = await start([job('endless'), job('primes', 100), job('primes', 10)], {
    threads: 2,
    drainMs: 100,
  });
  await tree.until(() => told.length === 2, soon);
  expect(told).toEqual(['primes-100 done: 25', 'primes-10 done: 4']);
  await tree.stop();
});

test('a job without an end is ended after maxRunMs; its thread is replaced, and the next job done', async () => {
  const { tree, told, contents } = await start([job('endless', 0, 1), job('primes', 100)], {
    maxRunMs: 1_000,
  });
  await tree.until('runner stopped', soon);
  expect(told).toEqual(['endless-0 dead: it was not done within 1000 ms', 'primes-100 done: 25']);
  expect(contents().dead).toMatchObject([{ job: { id: 'endless-0' } }]);
  tree.events.expectOrder('thread#1 killing', 'thread#2 started');
});

test('a job that takes too much memory brings down its thread, and nobody else', async () => {
  const { tree, told } = await start([job('greedy', 0, 1), job('primes', 100)]);
  await tree.until('runner stopped', soon);
  expect(told).toEqual([expect.stringMatching(/^greedy-0 dead: .*memory/), 'primes-100 done: 25']);
  expect(tree.events.count('thread#1 crashed')).toBe(1);
});

test('a job that throws is tried again, later each time, and is dead in the end', async () => {
  const { tree, told, contents } = await start([job('flaky', 1), job('flaky', 99)], { retries: 2 });
  await tree.until('runner stopped', soon);
  expect(told).toEqual(['flaky-1 done: done by attempt 2', 'flaky-99 dead: attempt 3 has failed']);
  expect(contents()).toEqual({ jobs: [], dead: [{ job: job('flaky', 99), error: 'attempt 3 has failed' }] });
  // The thread is as good as before.
  tree.events.expectNever('thread#1 crashed', 'thread#2 starting');
});

test('a stop waits for what is under way, and leaves the rest in the file', async () => {
  const { tree, told, contents } = await start([job('primes', 3_000_000), job('primes', 100)]);
  await tree.until('jobs/primes-3000000 started');
  expect((await tree.stop()).unstopped).toEqual([]);
  expect(told).toEqual(['primes-3000000 done: 216816']);
  expect(contents()).toEqual({ jobs: [job('primes', 100)], dead: [] });
});

test('what takes longer than drainMs is put back', async () => {
  const { tree, told, contents } = await start([job('endless')], { drainMs: 100, maxRunMs: 60_000 });
  await tree.until('jobs/endless-0 started');
  expect((await tree.stop()).unstopped).toEqual([]);
  expect(told).toEqual(['endless-0 put back']);
  expect(contents()).toEqual({ jobs: [job('endless')], dead: [] });
});

test('one that somebody has stopped by hand is put back, and done later', async () => {
  const { tree, told } = await start([job('endless'), job('primes', 10)], { drainMs: 100 });
  await tree.until('jobs/endless-0 started');
  await tree.tree.supervisor('jobs').terminateChild('endless-0');
  await tree.until(() => tree.events.count('jobs/endless-0 started') === 2, soon);
  expect(told).toEqual(['endless-0 put back', 'primes-10 done: 4']);
  await tree.stop();
});

test('without endWhenEmpty it waits for more', async () => {
  const { tree, told, queue } = await start([], { endWhenEmpty: false });
  const running = tree.tree.use(queue);
  running.add(job('primes', 10));
  await tree.until(() => told.length === 1, soon);
  running.add(job('primes', 100));
  await tree.until(() => told.length === 2, soon);
  expect(told).toEqual(['primes-10 done: 4', 'primes-100 done: 25']);
  await tree.stop();
});
