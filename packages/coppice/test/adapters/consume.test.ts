/** `consume`: items of iterables and streams, how it stops, how it crashes. */
import { EventEmitter, on } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { type ConsumeOptions, SimulatedClock, consume, supervisor } from 'coppice';

/** A tree of one child, with what happened to it. */
async function startOne<T>(options: Omit<ConsumeOptions<T>, 'id'>, maxRestarts = 0) {
  const clock = new SimulatedClock();
  const child = consume({ id: 'consumer', restart: 'transient', ...options });
  const tree = supervisor({ id: 'app', maxRestarts, children: [child] }).handle({ clock });
  const events: string[] = [];
  tree.on('event', (event) => {
    if (event.path !== 'app') events.push(event.type + ('error' in event ? ` ${event.error.message}` : ''));
  });
  const ended = tree.whenStopped();
  await tree.start();
  return { tree, clock, events, ended };
}

/** Items that come one by one when they are pushed; says what became of it. */
function queue<T>() {
  const items: T[] = [];
  let wake = () => {};
  const state = { taken: 0, returned: false };
  const iterable: AsyncIterable<T> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        while (items.length === 0 && !state.returned) await new Promise<void>((resolve) => (wake = resolve));
        if (state.returned) return { done: true, value: undefined };
        state.taken++;
        return { done: false, value: items.shift()! };
      },
      return() {
        state.returned = true;
        wake();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  const push = (...more: T[]) => {
    items.push(...more);
    wake();
  };
  return { iterable, push, state };
}

/** Work that ends when it is told to. */
function manual() {
  const open = new Map<number, (error?: Error) => void>();
  const done: number[] = [];
  let most = 0;
  const each = (item: number) =>
    new Promise<void>((resolve, reject) => {
      open.set(item, (error) => {
        open.delete(item);
        done.push(item);
        if (error) reject(error);
        else resolve();
      });
      most = Math.max(most, open.size);
    });
  return { each, open, done, most: () => most };
}

test.each<[string, () => Parameters<typeof startOne<string>>[0]['source']]>([
  ['an array', () => () => ['a', 'b', 'c']],
  [
    'a generator',
    () => () =>
      (function* () {
        yield* ['a', 'b', 'c'];
      })(),
  ],
  [
    'an async generator',
    () => () =>
      (async function* () {
        yield* ['a', 'b', 'c'];
      })(),
  ],
  ['a promise of one', () => () => Promise.resolve(['a', 'b', 'c'])],
  ['a Node stream', () => () => Readable.from(['a', 'b', 'c']) as AsyncIterable<string>],
  ['a web stream', () => () => ReadableStream.from(['a', 'b', 'c'])],
])('takes the items of %s in order, and ends with it', async (_, source) => {
  const seen: string[] = [];
  const { tree, clock, events } = await startOne<string>({
    source: source(),
    each: (item) => void seen.push(item),
  });
  const completed = new Promise((resolve) => tree.once('child:completed', resolve));
  await clock.advance(0);
  await completed;
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(events).toEqual(['child:starting', 'child:started', 'child:completed', 'child:not-restarted']);
  await tree.stop();
});

test('a permanent one begins anew when its source ends', async () => {
  let sources = 0;
  const { clock, tree, events, ended } = await startOne(
    { source: () => [++sources], each: () => {}, restart: 'permanent' },
    2,
  );
  await clock.advance(0);
  await ended;
  expect(sources).toBe(3);
  expect(events.filter((type) => type === 'child:completed')).toHaveLength(3);
  void tree;
});

test('works on one item after the other, and takes none ahead', async () => {
  const { iterable, push, state } = queue<number>();
  const work = manual();
  const { tree, clock } = await startOne({ source: () => iterable, each: work.each });
  push(1, 2, 3);
  await clock.advance(0);
  expect([...work.open.keys()]).toEqual([1]);
  expect(state.taken).toBe(1);
  work.open.get(1)!();
  await clock.advance(0);
  expect([...work.open.keys()]).toEqual([2]);
  work.open.get(2)!();
  await clock.advance(0);
  work.open.get(3)!();
  await clock.advance(0);
  expect(work.done).toEqual([1, 2, 3]);
  await tree.stop();
});

test('works on as many at once as it is allowed', async () => {
  const work = manual();
  const { tree, clock } = await startOne({ source: () => [1, 2, 3, 4, 5], each: work.each, concurrency: 2 });
  await clock.advance(0);
  expect([...work.open.keys()]).toEqual([1, 2]);
  work.open.get(2)!();
  await clock.advance(0);
  expect([...work.open.keys()]).toEqual([1, 3]);
  while (work.open.size > 0) {
    for (const finish of work.open.values()) finish();
    await clock.advance(0);
  }
  expect(work.done.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
  expect(work.most()).toBe(2);
  await tree.stop();
});

test('when it is stopped, it waits for the items in hand and takes no other', async () => {
  const { iterable, push, state } = queue<number>();
  const work = manual();
  const { tree, clock } = await startOne({ source: () => iterable, each: work.each, concurrency: 2 });
  push(1, 2, 3);
  await clock.advance(0);
  let isStopped = false;
  const stopped = tree.stop().then((report) => ((isStopped = true), report));
  work.open.get(1)!();
  await clock.advance(100);
  expect(isStopped).toBe(false);
  expect(state.returned).toBe(false); // not before the last item is done
  work.open.get(2)!();
  await clock.advance(0);
  expect((await stopped).unstopped).toEqual([]);
  expect(work.done).toEqual([1, 2]);
  expect(state).toEqual({ taken: 2, returned: true });
  expect(clock.pendingTimers).toBe(0);
});

test('items in hand are not waited for longer than shutdownMs', async () => {
  const { tree, clock } = await startOne({
    source: () => [1],
    each: () => new Promise(() => {}),
    shutdownMs: 50,
  });
  await clock.advance(0);
  const stopped = tree.stop();
  await clock.advance(50);
  await clock.runUntilIdle();
  expect((await stopped).unstopped).toMatchObject([{ path: 'app/consumer' }]);
});

test('an idle source is closed when it is stopped', async () => {
  const { iterable, state } = queue<number>();
  const { tree, clock } = await startOne({ source: () => iterable, each: () => {} });
  await clock.advance(0);
  expect((await tree.stop()).unstopped).toEqual([]);
  expect(state.returned).toBe(true);
});

test('idle streams and emitters are closed when it is stopped', async () => {
  const stream = new PassThrough({ objectMode: true });
  const first = await startOne({ source: () => stream as AsyncIterable<unknown>, each: () => {} });
  await first.clock.advance(0);
  expect((await first.tree.stop()).reason).toEqual({ kind: 'shutdown' });
  expect(stream.destroyed).toBe(true);
  expect(first.events.at(-1)).toBe('child:stopped');

  let cancelled = false;
  const web = new ReadableStream<number>({ cancel: () => void (cancelled = true) });
  const second = await startOne<number>({ source: () => web, each: () => {} });
  await second.clock.advance(0);
  await second.tree.stop();
  expect(cancelled).toBe(true);

  const emitter = new EventEmitter();
  const third = await startOne({ source: ({ signal }) => on(emitter, 'x', { signal }), each: () => {} });
  await third.clock.advance(0);
  await third.tree.stop();
  expect(emitter.listenerCount('x')).toBe(0);
  expect(third.events.at(-1)).toBe('child:stopped');
});

test('an item that comes while it stops is worked on', async () => {
  const seen: number[] = [];
  let give: (item: number) => void = () => {};
  let isClosed = false;
  async function* source() {
    try {
      for (;;) yield await new Promise<number>((resolve) => (give = resolve));
    } finally {
      isClosed = true;
    }
  }
  const { tree, clock } = await startOne({ source, each: (item) => void seen.push(item) });
  await clock.advance(0);
  const stopped = tree.stop();
  give(7);
  await stopped;
  expect(seen).toEqual([7]);
  expect(isClosed).toBe(true);
});

test('an error of each is a crash; it closes the source and waits for the other items', async () => {
  const { iterable, push, state } = queue<number>();
  const work = manual();
  const { clock, events, ended } = await startOne({
    source: () => iterable,
    each: work.each,
    concurrency: 3,
  });
  push(1, 2, 3);
  await clock.advance(0);
  work.open.get(2)!(new Error('bad item'));
  await clock.advance(0);
  expect(events).toEqual(['child:starting', 'child:started', 'child:ending']);
  work.open.get(1)!();
  work.open.get(3)!(new Error('also bad'));
  await clock.advance(0);
  await ended;
  expect(events.slice(3)).toEqual(['child:late-fault also bad', 'child:crashed bad item']);
  expect(state).toEqual({ taken: 3, returned: true });
});

test('an error of the source is a crash at once, and the items in hand are asked to stop', async () => {
  const { clock, events, ended } = await startOne({
    async *source() {
      yield 1;
      throw new Error('source broke');
    },
    each: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    concurrency: 2,
  });
  await clock.advance(0);
  await ended;
  expect(events.slice(2)).toEqual(['child:ending', 'child:crashed source broke']);
});

test('what is no source is a crash that says so', async () => {
  const { clock, events, ended } = await startOne({ source: () => 5 as never, each: () => {} });
  await clock.advance(0);
  await ended;
  expect(events.at(-1)).toBe(
    'child:crashed source of consume() has to return an iterable or a stream; got 5 (at app/consumer)',
  );
});

test('a source that always has a next item lets everything else go on', async () => {
  let taken = 0;
  const endless = consume({
    id: 'endless',
    source: async function* ({ signal }) {
      while (!signal.aborted) yield ++taken;
    },
    each: () => Promise.resolve(),
  });
  const tree = await supervisor({ id: 'root', children: [endless] }).start();
  await new Promise((resolve) => setTimeout(resolve, 20)); // a timer of somebody else
  expect(taken).toBeGreaterThan(0);
  expect((await tree.stop()).unstopped).toEqual([]);
});
