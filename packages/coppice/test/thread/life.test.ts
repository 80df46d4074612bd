/** A thread as a child: start, data, messages, stop, end. */
import { type ThreadHandle, thread } from 'coppice';
import {
  acting,
  boot,
  cleanUpAfterEach,
  fixture,
  nextMessage,
  prepare,
  story,
  threadsAlive,
} from './support.js';

cleanUpAfterEach();

test('it is started with its data, and answers', async () => {
  const { current, events } = await boot(
    acting('echo', { data: { when: new Date(0), map: new Map([[1, 2]]) } }),
  );
  const handle = current();
  expect(handle.threadId).toBeGreaterThan(0);
  expect(threadsAlive()).toBe(1);
  handle.post({ hello: 'there' });
  expect(await nextMessage(handle)).toEqual({
    echo: { hello: 'there' },
    data: { act: 'echo', when: new Date(0), map: new Map([[1, 2]]) },
    id: 'worker',
    path: 'app/worker',
    attempt: 1,
  });
  expect(story(events)).toEqual(['child:starting', 'child:started']);
});

test('a stop is heard inside, waited for, and is no crash', async () => {
  const { tree, current, events } = await boot(acting('echo'));
  const farewell = nextMessage(current());
  const report = await tree.stop();
  expect(await farewell).toEqual({ farewell: 'COPPICE_STOP_REQUESTED' });
  expect(report.unstopped).toEqual([]);
  expect(threadsAlive()).toBe(0);
  expect(story(events).slice(2)).toEqual(['child:stopping', 'child:stopped']);
  expect(events.find(({ type }) => type === 'child:stopped')).toMatchObject({ reason: { kind: 'shutdown' } });
});

test('a function that sleeps when it is to stop ends with its abort, which is no crash', async () => {
  const { tree, events } = await boot(acting('sleep'));
  await tree.stop();
  expect(story(events).slice(2)).toEqual(['child:stopping', 'child:stopped']);
});

test('a busy loop does not hear the stop, and is killed when its time is over', async () => {
  const { tree, current, events } = await boot(acting('busy', { shutdownMs: 100 }));
  current().post('go');
  const before = performance.now();
  const report = await tree.stop();
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(report.unstopped).toEqual([]);
  expect(threadsAlive()).toBe(0);
  expect(events.find(({ type }) => type === 'child:stopped')).toMatchObject({ reason: { kind: 'killed' } });
  expect(story(events)).not.toContain('child:abandoned');
});

test('shutdownMs 0: it is killed at once', async () => {
  const { tree, current, events } = await boot(acting('busy', { shutdownMs: 0 }));
  current().post('go');
  await tree.stop();
  expect(threadsAlive()).toBe(0);
  expect(events.find(({ type }) => type === 'child:stopped')).toMatchObject({ reason: { kind: 'killed' } });
  expect(story(events)).not.toContain('child:abandoned');
});

test('a function that resolves ends normally: a transient thread is not started again', async () => {
  const { event, tree } = await boot(acting('return', { restart: 'transient' }));
  expect(await event('child:completed')).toMatchObject({ path: 'app/worker', reason: { kind: 'normal' } });
  expect(tree.whichChildren()).toContainEqual(expect.objectContaining({ id: 'worker', status: 'stopped' }));
});

test('a permanent one is, in a new thread', async () => {
  const { event } = await boot(acting('return'), { maxRestarts: 1 });
  expect(await event('child:started', ({ incarnation }) => incarnation === 2)).toBeDefined();
  await event('supervisor:gave-up');
});

test.each([
  ['returned', 'shutdown', { rows: 3 }],
  ['handed to end', 'end', 'enough'],
])('a Shutdown that is %s crosses the border with its detail', async (_how, act, detail) => {
  const { event } = await boot(acting(act, { restart: 'transient' }));
  expect(await event('child:completed')).toMatchObject({ reason: { kind: 'shutdown', detail } });
});

test('what it leaves open does not keep it', async () => {
  const { event } = await boot(acting('leave things open', { restart: 'temporary' }));
  await event('child:removed');
  expect(threadsAlive()).toBe(0);
});

test('onMessage of the declaration hears every incarnation, from the first message on', async () => {
  const heard: unknown[] = [];
  const spec = acting('post last words', { onMessage: (message) => heard.push(message) });
  const { event } = await boot(spec, { maxRestarts: 1 });
  await event('supervisor:gave-up');
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(heard).toEqual([...hundred, ...hundred]);
});

test('an onMessage that throws is a crash of the child', async () => {
  const spec = acting('echo', {
    restart: 'temporary',
    onMessage: (message) => {
      if ('echo' in (message as object)) throw new Error('cannot take this');
    },
  });
  const { current, event } = await boot(spec);
  current().post(1);
  expect(await event('child:crashed')).toMatchObject({ error: { message: 'cannot take this' } });
  await event('child:removed');
});

test('what is transferred moves', async () => {
  const { current } = await boot(acting('echo'));
  const bytes = new Uint8Array([1, 2, 3]);
  const handle: ThreadHandle = current();
  handle.post(bytes, [bytes.buffer]);
  expect(bytes.byteLength).toBe(0);
  expect(await nextMessage(handle)).toMatchObject({ echo: new Uint8Array([1, 2, 3]) });
});

test('a message that cannot be copied is refused where it is posted', async () => {
  const { current } = await boot(acting('echo'));
  expect(() => current().post(() => 1)).toThrow(expect.objectContaining({ name: 'DataCloneError' }));
});

test('the handle of an incarnation that is over takes nothing more', async () => {
  const { tree, current } = await boot(acting('echo'));
  const old = current();
  await tree.terminateChild('worker');
  expect(() => old.post(1)).toThrow(
    expect.objectContaining({ code: 'COPPICE_THREAD_ENDED', path: 'app/worker' }),
  );
});

test('its lines come out of the logger of the tree, with errors as errors', async () => {
  const lines: unknown[][] = [];
  const done = new Promise<void>((resolve) => {
    const logger = {
      debug: () => {},
      info: (...line: unknown[]) => void lines.push(['info', ...line]),
      warn: (...line: unknown[]) => void lines.push(['warn', ...line]),
      error: (...line: unknown[]) => {
        lines.push(['error', ...line]);
        resolve();
      },
      child: (bindings: object) => {
        lines.push(['child', bindings]);
        return logger;
      },
    };
    void boot(acting('log'), {}, { logger });
  });
  await done;
  expect(lines.filter(([kind]) => kind !== 'child')).toEqual([
    ['info', 'plain'],
    [
      'warn',
      {
        part: 'x',
        count: 2,
        fn: '[not JSON]',
        err: expect.objectContaining({ message: 'told', code: 'E_TOLD' }),
      },
      'fields',
    ],
    ['error', { err: expect.objectContaining({ message: 'bare' }) }, undefined],
  ]);
  expect(lines).toContainEqual(['child', { path: 'app/worker', incarnation: 1 }]);
});

describe('a thread that says itself when it is ready', () => {
  const manual = (data: object, options: object = {}) =>
    thread({ id: 'worker', file: fixture('manual.mjs'), data, ...options });

  test('is not up before', async () => {
    const heard: unknown[] = [];
    const { tree, events, event } = prepare(
      manual({}, { onMessage: (m: unknown) => heard.push([m, story(events).at(-1)]) }),
    );
    await tree.start();
    await event('child:started', ({ id }) => id === 'worker');
    expect(heard[0]).toEqual(['just before', 'child:starting']);
  });

  test('is stopped while it starts, and hears that', async () => {
    const heard: unknown[] = [];
    const started = manual({ before: 'wait' }, { onMessage: (message: unknown) => heard.push(message) });
    const { tree, events } = prepare(started);
    const starting = tree.start();
    starting.catch(() => {});
    while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const report = await tree.stop();
    await expect(starting).rejects.toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
    expect(heard).toEqual(['waiting', 'asked to stop']);
    expect(report.unstopped).toEqual([]);
    expect(threadsAlive()).toBe(0);
    expect(story(events)).not.toContain('child:abandoned');
  });

  test('is terminated in time if it never yields while it starts', async () => {
    let isBusy = false;
    const spec = manual({ before: 'busy' }, { shutdownMs: 1_500, onMessage: () => (isBusy = true) });
    const { tree, events } = prepare(spec);
    const starting = tree.start();
    starting.catch(() => {});
    while (!isBusy) await new Promise((resolve) => setImmediate(resolve));
    const report = await tree.stop();
    await expect(starting).rejects.toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
    expect(report.unstopped).toEqual([]);
    expect(threadsAlive()).toBe(0);
    expect(story(events)).not.toContain('child:abandoned');
  });
});

test('a stop in the very moment of the start leaves nothing behind', async () => {
  const { tree } = prepare(acting('echo'));
  const starting = tree.start();
  starting.catch(() => {});
  await tree.stop();
  await expect(starting).rejects.toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
  expect(threadsAlive()).toBe(0);
});
