/** What a test leaves behind: that it is found, named, and where it was made; and that nothing else is. */
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { service, supervisor } from '@coppice/core';
import {
  type Leak,
  type LeakWatch,
  TestingError,
  hangsAtStart,
  hangsAtStop,
  ignoresAbort,
  leaksTimer,
  misbehaving,
  scripted,
  testTree,
  watchLeaks,
} from '@coppice/testing';
import { framesOf, isOfRunner } from '../src/leaks/frames.js';

let leaks: LeakWatch;
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.stop());

/** What a check complains of. */
async function complaint(graceMs = 0): Promise<TestingError> {
  const error = await leaks.check({ graceMs }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TestingError) return error;
  throw new Error('expected a leak');
}

const found = (error: TestingError): readonly Leak[] => error.details['found'] as readonly Leak[];

test('nothing: no complaint, and no waiting', async () => {
  await using test = await testTree([scripted('db')]);
  await test.stop();
  await test[Symbol.asyncDispose]();
  clearTimeout(setTimeout(() => {}, 60_000));
  setInterval(() => {}, 60_000).unref();
  await leaks.check({ graceMs: 1e9 });
});

test('a timer, and where it was made', async () => {
  const leak = leaksTimer(60_000);
  {
    await using _test = await testTree([scripted('sloppy', leak)]);
  }
  const error = await complaint();
  leak.clear();
  expect(error.code).toBe('COPPICE_TEST_LEAK');
  expect(error.message).toMatch(
    /^1 thing was left behind:\n {2}1\. a timer, every 60000 ms, made\n {7}at .*behaviour\.ts/,
  );
  expect(found(error)).toMatchObject([{ kind: 'timer' }]);
});

test('a timer of a test itself', async () => {
  const timer = setTimeout(() => {}, 50_000);
  const error = await complaint();
  clearTimeout(timer);
  expect(error.message).toContain('a timer of 50000 ms, made');
  expect(found(error)[0]!.madeAt[0]).toContain('leaks.test.ts');
});

test('what it has named it does not name again', async () => {
  const timer = setTimeout(() => {}, 50_000);
  await complaint();
  await leaks.check({ graceMs: 0 });
  clearTimeout(timer);
});

test('what was there before is none of its business', async () => {
  leaks.stop();
  const timer = setTimeout(() => {}, 50_000);
  const listener = (): void => {};
  process.on('exit', listener);
  const before = await testTree([scripted('a')]);
  leaks = watchLeaks();
  await leaks.check({ graceMs: 0 });
  clearTimeout(timer);
  process.off('exit', listener);
  await before[Symbol.asyncDispose]();
});

test('a server, with its address; not if it is about to close', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  expect((await complaint()).message).toContain(`a server at 127.0.0.1:${port}`);
  server.close();

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  other.close();
  await leaks.check();
});

test('a thread, and no ports and pipes of it', async () => {
  const worker = new Worker(`require('node:worker_threads').parentPort.on('message', () => {})`, {
    eval: true,
    stdin: true,
    stdout: true,
  });
  worker.on('message', () => {});
  worker.stdout.resume();
  await new Promise((resolve) => worker.once('online', resolve));
  const error = await complaint();
  expect(found(error)).toMatchObject([{ kind: 'thread', what: `the thread ${worker.threadId}` }]);
  await worker.terminate();
});

test('a thread that has ended is none', async () => {
  const worker = new Worker('', { eval: true });
  await new Promise((resolve) => worker.once('exit', resolve));
  await leaks.check({ graceMs: 1_000 });
});

test('a process, and no pipes of it', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)']);
  child.stdout.resume();
  const error = await complaint();
  expect(found(error).map(({ kind }) => kind)).toEqual(['process']);
  const over = new Promise((resolve) => child.once('close', resolve));
  child.kill();
  await over;
});

test('a process, also one that nobody waits for; not when it is over', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' });
  child.unref();
  const error = await complaint();
  expect(found(error)).toMatchObject([{ kind: 'process', what: `the process ${child.pid}` }]);
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await over;

  const brief = spawn(process.execPath, ['-e', ''], { stdio: ['ignore', 'pipe', 'ignore'] });
  brief.stdout.resume();
  await new Promise((resolve) => brief.once('close', resolve));
  await leaks.check({ graceMs: 1_000 });
});

test('a file that is open', async () => {
  const file = await open(__filename);
  const error = await complaint();
  await file.close();
  expect(found(error).map(({ kind }) => kind)).toEqual(['file']);
});

test('files that were closed are none, also before they are collected', async () => {
  const file = await open(__filename);
  await file.close();
  await readFile(__filename);
  await leaks.check({ graceMs: 0 });
});

test('a listener on the process, with its name', async () => {
  function onReport(): void {}
  process.on('warning', onReport);
  process.once('beforeExit', () => {});
  const error = await complaint();
  process.off('warning', onReport);
  process.removeAllListeners('beforeExit');
  const [named, once] = found(error);
  expect(named).toMatchObject({
    kind: 'listener',
    what: "a listener (onReport) for 'warning' of the process",
  });
  expect(named!.madeAt[0]).toContain('leaks.test.ts');
  expect(once!.what).toContain("for 'beforeExit' of the process");
});

test('a listener that was taken away is none', async () => {
  const listener = (): void => {};
  process.on('warning', listener);
  process.off('warning', listener);
  await leaks.check({ graceMs: 0 });
});

describe('trees', () => {
  test('a test tree that is not at its end, and where it was made', async () => {
    const test = await testTree(supervisor({ id: 'shop', children: [scripted('db')] }));
    const [leak] = found(await complaint());
    await test[Symbol.asyncDispose]();
    expect(leak).toMatchObject({ kind: 'tree', what: "the tree 'shop', which is running" });
    expect(leak!.madeAt.join()).toContain('leaks.test.ts');
  });

  test('a tree of any kind', async () => {
    const tree = await supervisor({ id: 'own', children: [service({ id: 'a', start: () => 1 })] }).start();
    leaks.watch(tree);
    expect((await complaint()).message).toContain("the tree 'own', which is running");
    leaks.watch(tree);
    await tree.stop();
    await leaks.check({ graceMs: 0 });
  });

  test('a child that was abandoned and still runs', async () => {
    const deaf = service({
      id: 'deaf',
      shutdownMs: 10,
      start: () => 1,
      stop: () => new Promise<never>(() => {}),
    });
    const test = await testTree([deaf]);
    await test.stop();
    await test[Symbol.asyncDispose]();
    const [leak] = found(await complaint());
    expect(leak).toMatchObject({
      kind: 'abandoned-child',
      what: "'test/deaf#1', which was abandoned while running, after 10 ms, and still runs (in the tree 'test')",
    });
  });

  test('not of a tree that did not start', async () => {
    const stuck = scripted({ id: 'stuck', startTimeoutMs: 10, shutdownMs: 10 }, hangsAtStart);
    await expect(testTree([stuck])).rejects.toThrow('test/stuck');
    await leaks.check({ graceMs: 0 });
  });

  test('not one that a test has made to hang: that is let go at its end', async () => {
    {
      await using test = await testTree([
        scripted({ id: 'stuck', shutdownMs: 10 }, hangsAtStop),
        misbehaving(scripted({ id: 'deaf', shutdownMs: 10 }), ignoresAbort),
        scripted('hung'),
      ]);
      test.hang('hung');
      expect((await test.stop()).unstopped).toHaveLength(2);
    }
    await leaks.check({ graceMs: 0 });
  });
});

test('frames: those of a test are shown, those of its runner and of Node are not', () => {
  const runner = '    at run (/x/node_modules/jest-circus/build/run.js:1:2)';
  const node = '    at listOnTimeout (node:internal/timers:1:2)';
  const own = '    at make (/x/test/a.test.ts:1:2)';
  expect(framesOf(['Error: made', node, own, runner].join('\n'))).toEqual([
    'at make (/x/test/a.test.ts:1:2)',
  ]);
  expect(isOfRunner(['Error: made', node, runner].join('\n'))).toBe(true);
  expect(isOfRunner(['Error: made', node, own, runner].join('\n'))).toBe(false);
  // What a runner makes because a test has called it, such as node:test its listeners at the first test.
  expect(isOfRunner(['Error: made', node, runner, own].join('\n'))).toBe(true);
  const nodeTest = '    at setup (node:internal/test_runner/harness:1:2)';
  expect(isOfRunner(['Error: made', nodeTest, own].join('\n'))).toBe(true);
});
