/** The queue by itself: who gets which job, and what stands in the file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from './job.js';
import { Queue, type QueueContents } from './queue.js';

const folder = mkdtempSync(join(tmpdir(), 'coppice-queue-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'jobs.json');
beforeEach(() => rmSync(file, { force: true }));

const job = (id: string, priority = 0): Job => ({ id, kind: 'primes', input: 10, priority });
const inFile = (): QueueContents => JSON.parse(readFileSync(file, 'utf8'));
const ids = (jobs: readonly Job[]): string[] => jobs.map(({ id }) => id);

const open = (options: Partial<Parameters<typeof Queue.open>[0]> = {}): Promise<Queue> =>
  Queue.open({
    file,
    endWhenEmpty: false,
    failed: (error) => {
      throw error;
    },
    ...options,
  });

const { signal } = new AbortController();
const idOf = async (next: Promise<Job | undefined>): Promise<string | undefined> => (await next)?.id;

test('the most urgent first; of equal ones, the one that came first', async () => {
  const queue = await open();
  for (const each of [job('a'), job('b', 5), job('c'), job('d', 5)]) queue.add(each);
  const order = [];
  for (let i = 0; i < 4; i++) order.push(await idOf(queue.next(signal)));
  expect(order).toEqual(['b', 'd', 'a', 'c']);
  await queue.close();
});

test('those who wait get what comes, in turn; whoever is aborted waits no longer', async () => {
  const queue = await open();
  const leaving = new AbortController();
  const left = queue.next(leaving.signal);
  const [first, second] = [queue.next(signal), queue.next(signal)];
  leaving.abort();
  queue.add(job('a'));
  queue.add(job('b'));
  expect(await Promise.all([left, idOf(first), idOf(second)])).toEqual([undefined, 'a', 'b']);
  expect(await queue.next(leaving.signal)).toBeUndefined();
  await queue.close();
});

test('with endWhenEmpty it is over when all is done, and not while something is under way', async () => {
  const queue = await open({ endWhenEmpty: true });
  queue.add(job('a'));
  const a = (await queue.next(signal))!;
  const waiting = queue.next(signal);
  queue.putBack(a);
  expect(await waiting).toBe(a);
  const over = queue.next(signal);
  queue.done(a);
  expect(await over).toBeUndefined();
  await queue.close();
});

test('the file has all that is not done, and what was tried in vain', async () => {
  const queue = await open();
  for (const each of [job('a'), job('b'), job('c')]) queue.add(each);
  const [a, b] = [(await queue.next(signal))!, (await queue.next(signal))!];
  await queue.close();
  expect(ids(inFile().jobs)).toEqual(['a', 'b', 'c']);
  queue.done(a);
  queue.bury(b, new Error('no good'));
  await queue.close();
  expect(inFile()).toEqual({ jobs: [job('c')], dead: [{ job: b, error: 'no good' }] });

  const next = await open();
  expect(await next.next(signal)).toEqual(job('c'));
  expect(next.contents.dead).toHaveLength(1);
});

test('a file that is no queue is an error; one that cannot be written is told', async () => {
  writeFileSync(file, '{"jobs": [');
  await expect(open()).rejects.toThrow(SyntaxError);
  const failures: unknown[] = [];
  const queue = await open({
    file: join(folder, 'no-such-folder', 'x'),
    failed: (error) => failures.push(error),
  });
  queue.add(job('a'));
  await queue.close();
  expect(failures).toContainEqual(expect.objectContaining({ code: 'ENOENT' }));
});
