/** Events in a loop: in order, bounded, ended with the tree; nothing is left behind. */
import { type SupervisionEvent, SimulatedClock, supervisor } from '@coppice/core';
import { boot, rejection, scripted } from './support/scripted.js';

const numbers = (events: readonly SupervisionEvent[]): number[] => events.map(({ seq }) => seq);

/** Reads what there is until the stream ends. */
async function drained<E>(stream: AsyncIterable<E>): Promise<E[]> {
  const found: E[] = [];
  for await (const event of stream) found.push(event);
  return found;
}

/** Every `seq` is counted only while somebody listens: so it shows whether anybody does. */
async function isHeard(booted: Awaited<ReturnType<typeof boot>>): Promise<boolean> {
  const { tree } = booted;
  const seqs: number[] = [];
  const note = ({ seq }: SupervisionEvent): void => void seqs.push(seq);
  tree.on('event', note);
  await tree.restartNow('a');
  tree.off('event', note);
  const last = seqs.at(-1)!;
  await tree.restartNow('a');
  tree.on('event', note);
  seqs.splice(0);
  await tree.restartNow('a');
  tree.off('event', note);
  return seqs[0] !== last + 1;
}

/** A tree to which nobody listens. */
async function quiet(children = [scripted('a').spec]) {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'root', maxRestarts: Infinity, children }).handle({ clock });
  await tree.start();
  return { tree, clock, settle: () => clock.advance(0) } as unknown as Awaited<ReturnType<typeof boot>>;
}

test('the loop gets every event, in order, and ends with the tree', async () => {
  const tree = supervisor({ id: 'root', children: [scripted('a').spec] }).handle({
    clock: new SimulatedClock(),
  });
  const events = tree.events();
  await tree.start();
  await tree.stop();
  const types = (await drained(events)).map(({ type }) => type);
  expect(types).toEqual([
    'supervisor:starting',
    'child:starting',
    'child:started',
    'supervisor:started',
    'supervisor:stopping',
    'child:stopping',
    'child:stopped',
    'supervisor:stopped',
  ]);
});

test('a loop that waits is told at once', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ children: [a.spec] });
  const crashes: string[] = [];
  const loop = (async () => {
    for await (const { path, error } of tree.events({ name: 'child:crashed' }))
      crashes.push(`${path} ${error.message}`);
  })();
  a.crash();
  await settle();
  expect(crashes).toEqual(['root/a a crashed']);
  await tree.stop();
  await loop;
});

test('of the own children only, and of a supervisor below, over its restarts', async () => {
  const a = scripted('a');
  const sub = supervisor({ id: 'sub', maxRestarts: 0, children: [a.spec] });
  const { tree, settle } = await boot({ children: [sub] });
  const own = tree.own.events({ name: 'child:started' });
  const below = tree.supervisor(sub).events({ name: 'child:started' });
  a.crash();
  await settle();
  await tree.stop();
  expect((await drained(own)).map(({ path }) => path)).toEqual(['root/sub']);
  expect((await drained(below)).map(({ path }) => path)).toEqual(['root/sub/a']);
});

test('a slow loop loses the oldest events, and knows how many', async () => {
  const { tree, events: all } = await boot({ children: [scripted('a').spec] });
  all.splice(0);
  const stream = tree.events({ buffer: 4 });
  await tree.restartNow('a');
  await tree.restartNow('a');
  await tree.stop();
  const seen = await drained(stream);
  expect(numbers(seen)).toEqual(numbers(all.slice(-4)));
  expect(stream.dropped).toBe(all.length - 4);
});

test('without an end the default buffer holds the last 1,024', async () => {
  const { tree } = await boot({ maxRestarts: Infinity, children: [scripted('a').spec] });
  const stream = tree.events();
  for (let i = 0; i < 300; i++) await tree.restartNow('a');
  await tree.stop();
  expect((await drained(stream)).length).toBe(1_024);
  expect(stream.dropped).toBeGreaterThan(0);
});

test('several readers at once get one event each, and all are let go at the end', async () => {
  const { tree } = await boot({ children: [scripted('a').spec] });
  const stream = tree.events({ name: 'child:stopping' });
  const both = Promise.all([stream.next(), stream.next()]);
  await tree.stop();
  expect((await both).map(({ done }) => done)).toEqual([false, true]);
});

describe('nobody listens any more', () => {
  test('when the loop is left', async () => {
    const booted = await quiet();
    for await (const { type } of (queueMicrotask(() => void booted.tree.restartNow('a')),
    booted.tree.events()))
      if (type === 'child:started') break;
    expect(await isHeard(booted)).toBe(false);
  });

  test('when its body throws', async () => {
    const booted = await quiet();
    const loop = async (): Promise<void> => {
      queueMicrotask(() => void booted.tree.restartNow('a'));
      for await (const { type } of booted.tree.events()) throw new Error(type);
    };
    expect((await rejection(loop())).message).toBe('child:restarting');
    expect(await isHeard(booted)).toBe(false);
  });

  test('when it is disposed of, and whoever still waits is let go', async () => {
    const booted = await quiet();
    const stream = booted.tree.events();
    const waiting = stream.next();
    expect(await isHeard(booted)).toBe(true);
    await waiting;
    const last = stream.next();
    await stream[Symbol.asyncDispose]();
    await last;
    expect((await stream.next()).done).toBe(true);
    expect(await isHeard(booted)).toBe(false);
  });

  test('when its signal is aborted: the loop throws the reason, once', async () => {
    const booted = await quiet();
    const controller = new AbortController();
    const stream = booted.tree.events({ signal: controller.signal });
    const loop = rejection(drained(stream));
    controller.abort(new Error('enough'));
    expect((await loop).message).toBe('enough');
    expect((await stream.next()).done).toBe(true);
    expect(await isHeard(booted)).toBe(false);
  });

  test('when its signal is aborted while nobody waits, or was before', async () => {
    const booted = await quiet();
    const controller = new AbortController();
    const stream = booted.tree.events({ signal: controller.signal });
    await booted.tree.restartNow('a'); // what is in the buffer is void
    controller.abort(new Error('enough'));
    expect((await rejection(stream.next())).message).toBe('enough');
    expect((await stream.next()).done).toBe(true);
    const late = booted.tree.events({ signal: controller.signal });
    expect((await rejection(late.next())).message).toBe('enough');
    expect(await isHeard(booted)).toBe(false);
  });

  test('when the tree has ended', async () => {
    const booted = await quiet();
    const stream = booted.tree.events();
    await booted.tree.stop();
    await booted.tree.start();
    expect((await drained(stream)).at(-1)!.type).toBe('supervisor:stopped');
    expect(await isHeard(booted)).toBe(false);
  });
});

test('a tree that does not start, and one that is stopped before it starts, end the loop', async () => {
  const a = scripted('a', { onStart: () => Promise.reject(new Error('no')) });
  const failing = supervisor({ id: 'root', children: [a.spec] }).handle({ clock: new SimulatedClock() });
  const events = failing.events();
  await rejection(failing.start());
  expect((await drained(events)).at(-1)!.type).toBe('supervisor:start-failed');
  const idle = supervisor({ id: 'root', children: [] }).handle();
  const none = idle.events();
  await idle.stop();
  expect(await drained(none)).toEqual([]);
});

test('the end of the tree comes after all events, also if a listener has asked for it', async () => {
  const { tree } = await boot({ children: [scripted('a').spec] });
  const stream = tree.events();
  tree.once('child:restarting', () => void tree.stop());
  void tree.restartNow('a').catch(() => {});
  const types = (await drained(stream)).map(({ type }) => type);
  expect(types.at(-1)).toBe('supervisor:stopped');
});

test.each([
  [{ buffer: 0 }, 'buffer: a number of events, 1 or more; got 0'],
  [{ buffer: 1.5 }, 'buffer: a number of events, 1 or more; got 1.5'],
  [{ signal: {} }, 'signal: an AbortSignal'],
  [{ name: 'child:crash' }, "did you mean 'child:crashed'?"],
  [{ bufer: 1 }, "did you mean 'buffer'?"],
  [7, 'an object of options; got 7'],
])('options are checked at once: %j', async (options, message) => {
  const { tree } = await boot({});
  expect(() => tree.events(options as never)).toThrow(
    expect.objectContaining({ code: 'COPPICE_INVALID_ARGUMENT', message: expect.stringContaining(message) }),
  );
});
