/** Streams of results: their order, their pace, and how they end. */
import { type Context, type TaskStreamOptions, task, taskSupervisor } from '@coppice/core';
import { deferred, forever, rejection, statuses } from '../support/scripted.js';
import { unhandledRejections } from '../support/unhandled-rejections.js';
import { bootTasks, bootWith, story, untilStopped } from './support.js';

/** A source that says what it is at. */
function counted(count: number) {
  const seen = { taken: 0, isClosed: false };
  function* items(): Generator<number> {
    try {
      for (let i = 1; i <= count; i++) {
        seen.taken++;
        yield i;
      }
    } finally {
      seen.isClosed = true;
    }
  }
  return { seen, items: items() };
}

/** Waits so many milliseconds, then gives that back. */
const wait = async (ms: number, { sleep }: Context): Promise<number> => {
  await sleep(ms);
  return ms;
};

async function all<R>(stream: AsyncIterable<R>): Promise<R[]> {
  const results: R[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

describe('results', () => {
  test('are in the order of the items', async () => {
    const { tree, clock } = await bootTasks();
    const results = all(tree.asyncStream([300, 100, 200], wait, { concurrency: 3 }));
    await clock.advance(300);
    expect(await results).toEqual([300, 100, 200]);
    expect([tree.whichChildren(), clock.pendingTimers]).toEqual([[], 0]);
  });

  test('come as they are there, if the stream is unordered', async () => {
    const { tree, clock } = await bootTasks();
    const results = all(tree.asyncStream([300, 100, 200], wait, { concurrency: 3, ordered: false }));
    await clock.advance(300);
    expect(await results).toEqual([100, 200, 300]);
  });

  test.each([true, false])('of nothing are none (ordered: %s)', async (ordered) => {
    const { tree } = await bootTasks();
    expect(await all(tree.asyncStream([], wait, { concurrency: 3, ordered }))).toEqual([]);
  });

  test('of a source that has come to its end, which is not told so', async () => {
    const { tree } = await bootTasks();
    let left = 3;
    const close = jest.fn(() => ({ done: true as const, value: undefined }));
    const source = {
      [Symbol.iterator]: () => ({
        next: () => (left-- > 0 ? { value: left } : { done: true as const, value: undefined }),
        return: close,
      }),
    };
    expect(await all(tree.asyncStream(source, (n) => n, { concurrency: 2 }))).toEqual([2, 1, 0]);
    expect(close).not.toHaveBeenCalled();
    left = 3;
    await rejection(all(tree.asyncStream(source, () => Promise.reject(new Error('no')), { concurrency: 2 })));
    expect(close).toHaveBeenCalledTimes(1);
  });

  test('of items that come later', async () => {
    const { tree, clock } = await bootTasks();
    async function* items(): AsyncGenerator<number> {
      for (const ms of [10, 20, 30]) {
        await new Promise<void>((resolve) => clock.setTimer(resolve, 100));
        yield ms;
      }
    }
    const results = all(tree.asyncStream(items(), wait, { concurrency: 3 }));
    await clock.advance(1_000);
    expect(await results).toEqual([10, 20, 30]);
  });

  test('of functions that take no time', async () => {
    const { tree } = await bootTasks();
    expect(await all(tree.asyncStream('abc', (letter) => letter.toUpperCase(), { concurrency: 2 }))).toEqual([
      'A',
      'B',
      'C',
    ]);
  });

  test('survive the restarts of their tasks', async () => {
    const { tree } = await bootTasks({ task: { restart: 'transient' } });
    const fn = async (n: number, { attempt }: Context) => {
      if (attempt <= n) throw new Error('not yet');
      return n * 10 + attempt;
    };
    expect(await all(tree.asyncStream([0, 1, 2, 3], fn, { concurrency: 2 }))).toEqual([1, 12, 23, 34]);
  });

  test('may be asked for several at once', async () => {
    const { tree } = await bootTasks();
    const stream = tree.asyncStream([1, 2], (n) => n * 2, { concurrency: 1 });
    const asked = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
    expect(asked.map(({ done, value }) => (done === true ? 'done' : value))).toEqual([2, 4, 'done', 'done']);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the pace', () => {
  test('nothing happens before the first result is asked for', async () => {
    const { tree, settle } = await bootTasks();
    const { seen, items } = counted(5);
    const fn = jest.fn();
    const stream = tree.asyncStream(items, fn, { concurrency: 2 });
    await settle();
    expect([seen.taken, fn.mock.calls.length]).toEqual([0, 0]);
    await stream.next();
    expect(fn).toHaveBeenCalled();
    await stream.return?.();
  });

  test.each([true, false])(
    'is that of the reader: at most `concurrency` ahead (ordered: %s)',
    async (ordered) => {
      const { tree, settle } = await bootTasks();
      const { seen, items } = counted(20);
      const stream = tree.asyncStream(items, (n) => n, { concurrency: 3, ordered });
      const ahead: number[] = [];
      for (let read = 1; read <= 5; read++) {
        await stream.next();
        await settle();
        ahead.push(seen.taken - read);
      }
      expect(ahead).toEqual([3, 3, 3, 3, 3]);
      await stream.return?.();
      expect([seen.taken, seen.isClosed]).toEqual([8, true]);
    },
  );

  test('a slow item at the head holds up those behind it, as far as there is room', async () => {
    const { tree, clock } = await bootTasks();
    const { seen, items } = counted(10);
    const results: number[] = [];
    const reading = (async () => {
      const fn = (n: number, context: Context) => wait(n === 1 ? 1_000 : n, context);
      for await (const result of tree.asyncStream(items, fn, { concurrency: 3 })) results.push(result);
    })();
    await clock.advance(999);
    expect([seen.taken, results]).toEqual([3, []]);
    await clock.advance(100);
    await reading;
    expect(results).toEqual([1_000, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a task that does not stop keeps its place until it is given up', async () => {
    const { tree, clock } = await bootTasks({ task: { shutdownMs: 1_000 } });
    const { seen, items } = counted(3);
    const options = { concurrency: 1, timeoutMs: 100, onTimeout: 'skip' } as const;
    const results = all(tree.asyncStream(items, (n) => (n === 1 ? forever() : n), options));
    await clock.advance(1_099);
    expect(seen.taken).toBe(1);
    await clock.advance(1);
    expect(await results).toEqual([2, 3]);
  });
});

describe('a failure', () => {
  test('comes after the results before it; what is behind it is stopped at once', async () => {
    const { tree, clock, events } = await bootTasks();
    const { seen, items } = counted(10);
    const error = new Error('third');
    const fn = async (n: number, context: Context) => {
      if (n === 3) throw error;
      return n > 3 ? untilStopped(context) : wait(n * 100, context);
    };
    const results: number[] = [];
    const reading = rejection(
      (async () => {
        for await (const result of tree.asyncStream(items, fn, { concurrency: 5 })) results.push(result);
      })(),
    );
    await clock.advance(0);
    expect(story(events, 'child:stopped')).toEqual([
      'child:stopped tasks/task#4',
      'child:stopped tasks/task#5',
    ]);
    expect(seen).toEqual({ taken: 5, isClosed: true });
    await clock.advance(200);
    expect(await reading).toBe(error);
    expect(results).toEqual([100, 200]);
    expect(tree.whichChildren()).toEqual([]);
  });

  test('of an earlier item is the one that counts, whichever came first', async () => {
    const { tree, clock } = await bootTasks();
    const fn = async (ms: number, { sleep }: Context) => {
      await sleep(ms);
      throw new Error(`after ${ms}`);
    };
    const failed = rejection(all(tree.asyncStream([200, 100], fn, { concurrency: 2 })));
    await clock.advance(200);
    expect((await failed).message).toBe('after 200');
  });

  test('ends an unordered stream after the results that were there', async () => {
    const { tree, clock, events } = await bootTasks();
    const fn = async (ms: number, context: Context) => {
      await wait(ms, context);
      if (ms === 200) throw new Error('no');
      return ms;
    };
    const stream = tree.asyncStream([300, 200, 100], fn, { concurrency: 3, ordered: false });
    const first = stream.next();
    await clock.advance(250);
    expect(await first).toMatchObject({ value: 100 });
    expect(story(events, 'child:stopped')).toEqual(['child:stopped tasks/task#1']);
    expect((await rejection(stream.next())).message).toBe('no');
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('the stream ends when the others are down, or given up', async () => {
    const { tree, clock } = await bootTasks({ task: { shutdownMs: 1_000 } });
    const fn = (n: number) => (n === 1 ? Promise.reject(new Error('no')) : forever());
    let isOver = false;
    const failed = rejection(all(tree.asyncStream([1, 2], fn, { concurrency: 2 }))).finally(
      () => (isOver = true),
    );
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect((await failed).message).toBe('no');
  });

  test('of the source comes after the results before it', async () => {
    const { tree, clock } = await bootTasks();
    function* items(): Generator<number> {
      yield 200;
      yield 100;
      throw new Error('the source is broken');
    }
    for (const ordered of [true, false]) {
      const results: number[] = [];
      const failed = rejection(
        (async () => {
          const stream = tree.asyncStream(items(), wait, { concurrency: 5, ordered });
          for await (const result of stream) results.push(result);
        })(),
      );
      await clock.advance(200);
      expect((await failed).message).toBe('the source is broken');
      expect(results).toEqual(ordered ? [200, 100] : [100, 200]);
    }
  });

  test('of an async source', async () => {
    const { tree } = await bootTasks();
    // oxlint-disable-next-line require-await -- it throws
    async function* items(): AsyncGenerator<number> {
      yield 1;
      throw new Error('the source is broken');
    }
    const stream = tree.asyncStream(items(), (n) => n, { concurrency: 2 });
    expect(await stream.next()).toMatchObject({ value: 1 });
    expect((await rejection(stream.next())).message).toBe('the source is broken');
  });

  test('with settled: true is a result', async () => {
    const { tree } = await bootTasks();
    const error = new Error('second');
    const fn = (n: number) => (n === 2 ? Promise.reject(error) : n);
    expect(await all(tree.asyncStream([1, 2, 3], fn, { concurrency: 2, settled: true }))).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: error },
      { status: 'fulfilled', value: 3 },
    ]);
  });

  test('nobody who reads on: no unhandled rejection', async () => {
    const { tree, settle } = await bootTasks();
    const unhandled = await unhandledRejections(async () => {
      const fn = (n: number) => (n > 1 ? Promise.reject(new Error('no')) : n);
      await tree.asyncStream([1, 2, 3], fn, { concurrency: 3 }).next();
      await settle();
    });
    expect(unhandled).toEqual([]);
  });
});

describe('timeoutMs', () => {
  const slow = (n: number, context: Context) => wait(n === 2 ? 1_000 : 10, context).then(() => n);

  test('an item that takes longer has failed', async () => {
    const { tree, clock } = await bootTasks();
    const results: number[] = [];
    const failed = rejection(
      (async () => {
        const stream = tree.asyncStream([1, 2, 3], slow, { concurrency: 3, timeoutMs: 100 });
        for await (const result of stream) results.push(result);
      })(),
    );
    await clock.advance(100);
    expect(await failed).toMatchObject({ code: 'COPPICE_TASK_TIMEOUT', path: 'tasks/task#2' });
    expect(results).toEqual([1]);
  });

  test.each([true, false])("onTimeout 'skip' leaves it out (ordered: %s)", async (ordered) => {
    const { tree, clock, events } = await bootTasks();
    const options: TaskStreamOptions = { concurrency: 2, timeoutMs: 100, onTimeout: 'skip', ordered };
    const results = all(tree.asyncStream([1, 2, 3, 4], slow, options));
    await clock.advance(1_000);
    expect(await results).toEqual([1, 3, 4]);
    expect(story(events, 'child:stopped')).toEqual(['child:stopped tasks/task#2']);
  });

  test('with settled: true it is a result, unless it is skipped', async () => {
    const { tree, clock } = await bootTasks();
    const options = { concurrency: 3, timeoutMs: 100, settled: true } as const;
    const results = all(tree.asyncStream([1, 2], slow, options));
    await clock.advance(100);
    expect(await results).toMatchObject([{ value: 1 }, { reason: { code: 'COPPICE_TASK_TIMEOUT' } }]);
    const skipped = all(tree.asyncStream([1, 2], slow, { ...options, onTimeout: 'skip' }));
    await clock.advance(100);
    expect(await skipped).toEqual([{ status: 'fulfilled', value: 1 }]);
  });

  test('is for each item from its own start', async () => {
    const { tree, clock } = await bootTasks();
    const results = all(tree.asyncStream([60, 60, 60], wait, { concurrency: 1, timeoutMs: 100 }));
    await clock.advance(180);
    expect(await results).toEqual([60, 60, 60]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a reader who has enough', () => {
  test.each(['break', 'throw'])('by %s: all that is under way is stopped, and waited for', async (how) => {
    const { tree, clock, events } = await bootTasks({ task: { shutdownMs: 1_000 } });
    const { seen, items } = counted(10);
    const fn = (n: number, context: Context) => (n === 1 ? 1 : n === 2 ? forever() : untilStopped(context));
    let isOver = false;
    const reading = (async () => {
      for await (const result of tree.asyncStream(items, fn, { concurrency: 3 })) {
        expect(result).toBe(1);
        if (how === 'break') break;
        throw new Error('the reader throws');
      }
    })().finally(() => (isOver = true));
    const ended = how === 'break' ? reading : rejection(reading);
    await clock.advance(999);
    // One place was free when the first result was taken.
    const stopped = ['child:stopped tasks/task#3', 'child:stopped tasks/task#4'];
    expect([isOver, story(events, 'child:stopped')]).toEqual([false, stopped]);
    await clock.advance(1);
    await ended;
    expect(seen.isClosed).toBe(true);
    expect([tree.whichChildren(), clock.pendingTimers]).toEqual([[], 0]);
  });

  test('before he has begun: nothing was started', async () => {
    const { tree } = await bootTasks();
    const { seen, items } = counted(3);
    const stream = tree.asyncStream(items, (n) => n, { concurrency: 3 });
    expect(await stream.return?.('enough')).toEqual({ done: true, value: 'enough' });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(seen.taken).toBe(0);
  });

  test('while he waits for a result: that is the end of the waiting', async () => {
    const { tree } = await bootTasks();
    const stream = tree.asyncStream([1], (_n, context) => untilStopped(context), { concurrency: 1 });
    const waiting = stream.next();
    await stream.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  test('a source that never gives its next item is not waited for', async () => {
    const { tree } = await bootTasks();
    async function* items(): AsyncGenerator<number> {
      yield 1;
      await forever();
    }
    for await (const result of tree.asyncStream(items(), (n) => n, { concurrency: 2 })) {
      expect(result).toBe(1);
      break;
    }
    expect(tree.whichChildren()).toEqual([]);
  });

  test('an item that comes after that is not worked on', async () => {
    const { tree, settle } = await bootTasks();
    const gate = deferred<number>();
    const fn = jest.fn((n: number) => n);
    async function* items(): AsyncGenerator<number> {
      yield 1;
      yield await gate.promise;
    }
    const stream = tree.asyncStream(items(), fn, { concurrency: 2 });
    await stream.next();
    await stream.return?.();
    gate.resolve(2);
    await settle();
    expect(fn).toHaveBeenCalledTimes(1);
  });

  test('a source that cannot clean up says so', async () => {
    const { tree } = await bootTasks();
    function* items(): Generator<number> {
      try {
        yield 1;
        yield 2;
      } finally {
        // oxlint-disable-next-line no-unsafe-finally -- that is the case
        throw new Error('cannot clean up');
      }
    }
    const reading = (async () => {
      for await (const _ of tree.asyncStream(items(), (n) => n, { concurrency: 1 })) break;
    })();
    expect((await rejection(reading)).message).toBe('cannot clean up');
  });
});

describe('others who end it', () => {
  test('the signal: with its reason, when all is down', async () => {
    const { tree, settle } = await bootTasks();
    const controller = new AbortController();
    const remove = jest.spyOn(controller.signal, 'removeEventListener');
    const { seen, items } = counted(10);
    const stream = tree.asyncStream(items, (n, context) => (n === 1 ? 1 : untilStopped(context)), {
      concurrency: 3,
      signal: controller.signal,
    });
    expect(await stream.next()).toMatchObject({ value: 1 });
    const next = rejection(stream.next());
    controller.abort(new Error('changed my mind'));
    expect((await next).message).toBe('changed my mind');
    await settle();
    expect([tree.whichChildren(), seen.isClosed]).toEqual([[], true]);
    expect(remove).toHaveBeenCalledTimes(1);
  });

  test('a signal that is aborted before it begins', async () => {
    const { tree } = await bootTasks();
    const signal = AbortSignal.abort(new Error('too late'));
    const { seen, items } = counted(3);
    const stream = tree.asyncStream(items, (n) => n, { concurrency: 3, signal });
    expect((await rejection(stream.next())).message).toBe('too late');
    expect(await stream.next()).toMatchObject({ done: true });
    expect(seen.taken).toBe(0);
  });

  test('the end of the child that reads it', async () => {
    const tasks = taskSupervisor({ id: 'tasks' });
    const { seen, items } = counted(10);
    const child = task({
      id: 'reader',
      restart: 'temporary',
      run: async ({ use }) => {
        const stream = use(tasks).asyncStream(items, (_n, context) => untilStopped(context), {
          concurrency: 3,
        });
        for await (const _ of stream) throw new Error('there is no result');
      },
    });
    const { tree, handle, settle, events } = await bootWith(tasks, [child]);
    await settle();
    expect(handle.whichChildren()).toHaveLength(3);
    await tree.terminateChild('reader');
    await settle();
    expect([handle.whichChildren(), seen.isClosed]).toEqual([[], true]);
    expect(story(events, 'child:crashed')).toEqual([]);
    expect(statuses(tree)).toEqual(['tasks: running']);
  });

  test('the end of the supervisor', async () => {
    const { tree } = await bootTasks();
    const { seen, items } = counted(10);
    const failed = rejection(
      all(tree.asyncStream(items, (_n, context) => untilStopped(context), { concurrency: 3 })),
    );
    await tree.stop();
    expect((await failed).code).toBe('COPPICE_TASK_STOPPED');
    expect(seen.isClosed).toBe(true);
  });

  test('with settled: true what was stopped is a result; that nothing can be started any more is the end', async () => {
    const { tree } = await bootTasks();
    const results: string[] = [];
    const failed = rejection(
      (async () => {
        const options = { concurrency: 3, settled: true } as const;
        const { items } = counted(1_000_000);
        const fn = (_n: number, context: Context) => untilStopped(context);
        for await (const { status } of tree.asyncStream(items, fn, options)) results.push(status);
      })(),
    );
    await tree.stop();
    expect((await failed).code).toBe('COPPICE_NOT_RUNNING');
    expect(results).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('too many tasks', async () => {
    const { tree } = await bootTasks({ maxChildren: 2 });
    const failed = rejection(
      all(
        tree.asyncStream([1, 2, 3], (_n, context) => untilStopped(context), {
          concurrency: 3,
          settled: true,
        }),
      ),
    );
    await tree.terminateChild('task#1');
    await tree.terminateChild('task#2').catch(() => {});
    expect((await failed).code).toBe('COPPICE_TOO_MANY_CHILDREN');
    expect(tree.whichChildren()).toEqual([]);
  });

  test('a restart of the supervisor between two items does not', async () => {
    const tasks = taskSupervisor({ id: 'tasks' });
    const { handle, settle, tree } = await bootWith(tasks, []);
    const stream = handle.asyncStream([1, 2, 3], (n) => n, { concurrency: 1 });
    const results = [(await stream.next()).value];
    await settle();
    await handle.stop({ reason: new Error('crash') });
    await settle();
    results.push((await stream.next()).value, (await stream.next()).value);
    expect(results).toEqual([1, 2, 3]);
    await tree.stop();
  });
});

test.each<[string, unknown[], RegExp]>([
  ['no items', [7, () => 7, { concurrency: 1 }], /expects items that can be iterated over; got 7/],
  ['no function', [[], 7, { concurrency: 1 }], /expects a function/],
  ['no concurrency', [[], () => 7, {}], /concurrency: how many .*; got undefined/],
  ['a concurrency of 0', [[], () => 7, { concurrency: 0 }], /got 0/],
  ['an endless concurrency', [[], () => 7, { concurrency: Infinity }], /got Infinity/],
  ['no options', [[], () => 7], /expects an object of options; got undefined/],
  ['a wrong option', [[], () => 7, { concurrency: 1, orderd: true }], /did you mean 'ordered'/],
  [
    'ordered of another kind',
    [[], () => 7, { concurrency: 1, ordered: 'yes' }],
    /ordered: true or false; got 'yes'/,
  ],
  [
    'a wrong onTimeout',
    [[], () => 7, { concurrency: 1, timeoutMs: 1, onTimeout: 'exit' }],
    /'fail' or 'skip'; got 'exit'/,
  ],
  [
    'onTimeout alone',
    [[], () => 7, { concurrency: 1, onTimeout: 'skip' }],
    /a timeoutMs where there is an onTimeout/,
  ],
])('%s: refused at once', async (_what, args, message) => {
  const { tree } = await bootTasks();
  const call = tree.asyncStream.bind(tree) as unknown as (...given: unknown[]) => unknown;
  expect(() => call(...args)).toThrow(message);
});
