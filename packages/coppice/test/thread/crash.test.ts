/** Each way in which a thread can crash: one reason, with its cause, fields and code. */
import { type EventOf, thread } from 'coppice';
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

/** The crash of a thread that is started once; the exit reason as its next incarnation would find it. */
async function crashOf(act: string, options: Parameters<typeof acting>[1] = {}) {
  const { event, events } = await boot(acting(act, { restart: 'temporary', ...options }));
  const crashed = await event('child:crashed');
  await event('child:removed');
  expect(threadsAlive()).toBe(0);
  expect(story(events)).toEqual([
    'child:starting',
    'child:started',
    'child:crashed',
    'child:not-restarted',
    'child:removed',
  ]);
  return crashed.error;
}

test('an error that is thrown', async () => {
  expect(await crashOf('throw')).toMatchObject({
    name: 'TypeError',
    message: 'above',
    code: 'E_ABOVE',
    stack: expect.stringContaining('act.mjs'),
    cause: { name: 'RangeError', message: 'below', code: 'E_BELOW' },
  });
});

test('the next incarnation, and whoever holds the error, finds its own fields as well', async () => {
  const { event, tree } = await boot(acting('throw'), { maxRestarts: 0 });
  await event('supervisor:gave-up');
  const { reason } = await tree.whenStopped();
  expect((reason as { cause: { cause: unknown } }).cause.cause).toMatchObject({
    message: 'above',
    status: 503,
    cause: { message: 'below', at: { line: 7 } },
  });
});

test('a throw out of a callback', async () => {
  expect(await crashOf('throw later')).toMatchObject({
    message: 'stray',
    code: 'E_STRAY',
    cause: { message: 'root' },
  });
});

test('a thrown value that is no error', async () => {
  expect(await crashOf('throw text')).toEqual({ name: 'NonError', message: 'just text' }); // and no stack
});

test('a rejection that nobody handles', async () => {
  expect(await crashOf('reject')).toMatchObject({ message: 'nobody cares', code: 'E_REJECTED' });
});

test('process.exit', async () => {
  expect(await crashOf('exit', { data: { code: 3 } })).toMatchObject({
    name: 'ThreadError',
    code: 'COPPICE_THREAD_EXITED',
    message: expect.stringContaining(`'app/worker' exited with code 3`),
  });
});

test('process.exit(0) is a normal end', async () => {
  const { event } = await boot(acting('exit', { restart: 'transient', data: { code: 0 } }));
  expect(await event('child:completed')).toMatchObject({ reason: { kind: 'normal' } });
});

test('out of memory', async () => {
  expect(await crashOf('memory', { resourceLimits: { maxOldGenerationSizeMb: 16 } })).toMatchObject({
    code: 'ERR_WORKER_OUT_OF_MEMORY',
    message: expect.stringContaining(
      "'app/worker' is out of memory: its heap has reached its limit ({ maxOldGenerationSizeMb: 16 })",
    ),
  });
});

test('ready() of a thread that was ready from its start', async () => {
  expect(await crashOf('ready unasked')).toMatchObject({ code: 'COPPICE_THREAD_READY_UNEXPECTED' });
});

test('runThread a second time', async () => {
  expect(await crashOf('run twice')).toMatchObject({ code: 'COPPICE_THREAD_TWICE' });
});

test('fail() counts once; a second call is a late fault', async () => {
  const { event, events } = await boot(acting('fail twice', { restart: 'temporary' }));
  expect(await event('child:crashed')).toMatchObject({ error: { message: 'first', code: 'E_FIRST' } });
  await event('child:removed');
  expect(events.filter(({ type }) => type === 'child:crashed')).toHaveLength(1);
  expect(await event('child:late-fault')).toMatchObject({ error: { message: 'second' } });
});

test('fail() of a function that does not end then: it has shutdownMs, and its place is taken only after', async () => {
  const { event, events } = await boot(acting('fail and hang', { shutdownMs: 100 }), { maxRestarts: 1 });
  const started = await event('child:started', ({ id }) => id === 'worker');
  const crashed = await event('child:crashed');
  expect(crashed.error).toMatchObject({ code: 'E_STUCK' });
  expect(crashed.at - started.at).toBeGreaterThanOrEqual(95);
  await event('child:starting', ({ incarnation }) => incarnation === 2);
  expect(story(events)).not.toContain('child:abandoned');
  await event('supervisor:gave-up');
});

test('a throw while it stops is the reason of its end', async () => {
  const { tree, events } = await boot(acting('throw while stopping'));
  await tree.stop();
  expect(events.filter((event) => event.path === 'app/worker').at(-1)).toMatchObject({
    reason: { kind: 'crash', error: { code: 'E_STOPPING' } },
  });
});

test('all that was posted before a crash arrives before it', async () => {
  const heard: unknown[] = [];
  const spec = acting('post last words', {
    restart: 'temporary',
    onMessage: (message) => heard.push(message),
  });
  const { event } = await boot(spec);
  await event('child:crashed');
  expect(heard).toHaveLength(100);
});

test('an uncaught error of a thread never surfaces in the parent', async () => {
  const stray: unknown[] = [];
  const note = (error: unknown): void => void stray.push(error);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  try {
    const { event } = await boot(acting('throw later'), { maxRestarts: 2 });
    await event('supervisor:gave-up');
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
  }
  expect(stray).toEqual([]);
});

describe('a file that knows nothing of Coppice', () => {
  const plain = (options: object = {}) =>
    thread({ id: 'worker', file: fixture('plain.cjs'), data: { a: 1 }, ...options });

  test('has its data as workerData, its argv and its env', async () => {
    const { current } = await boot(plain({ argv: ['--fast'], env: { LIMIT: '7' } }));
    current().post('hello');
    expect(await nextMessage(current())).toEqual({
      message: 'hello',
      workerData: { a: 1 },
      argv: [fixture('plain.cjs'), '--fast'],
      limit: '7',
    });
  });

  test('is terminated at once when it is to stop, which it cannot hear', async () => {
    const { tree, events } = await boot(plain());
    const before = performance.now();
    await tree.stop();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(events.find(({ type }) => type === 'child:stopped')).toMatchObject({
      reason: { kind: 'shutdown' },
    });
  });

  test.each<[string, Partial<EventOf<'child:crashed'>['error']>]>([
    ['crash', { message: 'plain crash', code: 'E_PLAIN' }],
    ['exit 3', { code: 'COPPICE_THREAD_EXITED' }],
  ])('crashes: %s', async (order, error) => {
    const { current, event } = await boot(plain({ restart: 'temporary' }));
    current().post(order);
    expect(await event('child:crashed')).toMatchObject({ error });
  });

  test('ends normally when it has nothing left to do', async () => {
    const { current, event } = await boot(plain({ restart: 'transient' }));
    current().post('end');
    expect(await event('child:completed')).toMatchObject({ reason: { kind: 'normal' } });
  });

  test('that never finishes loading is terminated when the start is given up', async () => {
    const { tree } = prepare(thread({ id: 'worker', file: fixture('plain-busy.mjs'), shutdownMs: 200 }));
    const starting = tree.start();
    starting.catch(() => {});
    const isRunning = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 5));
    while (threadsAlive() === 0) await isRunning();
    const report = await tree.stop();
    await expect(starting).rejects.toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
    expect(report.unstopped).toEqual([]);
    expect(threadsAlive()).toBe(0);
  });

  test('is not terminated in the middle of its loading, which would leave files open', async () => {
    const mark = new SharedArrayBuffer(4);
    const { tree } = prepare(thread({ id: 'worker', file: fixture('marks.mjs'), data: { mark } }));
    const starting = tree.start();
    starting.catch(() => {});
    await tree.stop();
    await expect(starting).rejects.toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
    expect(new Int32Array(mark)[0]).toBe(1);
    expect(threadsAlive()).toBe(0);
  });
});

test('the next incarnation finds the error of the one before', async () => {
  const { event, tree } = await boot(acting('throw later'), { maxRestarts: 1 });
  await event('child:started', ({ incarnation, id }) => incarnation === 2 && id === 'worker');
  const row = tree.snapshot().children.find(({ id }) => id === 'worker');
  expect(row?.lastExit).toMatchObject({ kind: 'crash', error: { code: 'E_STRAY' } });
  await event('supervisor:gave-up');
});
