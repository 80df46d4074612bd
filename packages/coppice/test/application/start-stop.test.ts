/** `start()` and `stop()`: in a test, without the process. */
import {
  type Application,
  SimulatedClock,
  application,
  healthServer,
  ignore,
  service,
  supervisor,
  task,
} from 'coppice';

const idle = (id: string) =>
  task({ id, run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) });

const listeners = (): unknown[] => process.eventNames().map((name) => [name, process.listenerCount(name)]);

describe('without the process', () => {
  test('it starts and stops, again and again, and touches nothing global', async () => {
    const before = listeners();
    const app = application({ id: 'shop', faults: 'contain', children: [idle('a')] });
    expect(await app.stop()).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] }); // never started
    for (let i = 0; i < 3; i++) {
      const [one, two] = await Promise.all([app.start(), app.start()]);
      expect([one, two, await app.start()]).toEqual([app, app, app]);
      expect(app.handle().countChildren().active).toBe(1);
      expect(listeners()).toEqual(before);
      const reports = await Promise.all([app.stop(), app.stop()]);
      expect(reports[0]).toBe(reports[1]);
      expect(await app.stop()).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
    }
    expect(app.handle().whichChildren()).toMatchObject([{ status: 'stopped', incarnation: 1 }]);
  });

  test('await using stops it', async () => {
    let tree;
    {
      await using app = await application({ id: 'shop', children: [idle('a')] }).start();
      tree = app.handle();
      expect(app.health()).toEqual({ status: 'ready', isReady: true, isLive: true, reasons: [] });
    }
    expect(tree.snapshot().phase).toBe('stopped');
    await application({ id: 'never', children: [] })[Symbol.asyncDispose]();
  });

  test('start() after stop() was called waits for the end, and starts anew', async () => {
    const app = application({ id: 'shop', children: [idle('a')] });
    await app.start();
    const stopping = app.stop();
    await app.start();
    expect(await stopping).toMatchObject({ unstopped: [] });
    expect(app.health().status).toBe('ready');
    await app.stop();
  });

  test('stop() during the start interrupts it', async () => {
    const never = service({ id: 'never', start: ({ sleep }) => sleep(60_000) });
    const app = application({ id: 'shop', children: [idle('a'), never] });
    const starting = app.start();
    await app.stop();
    await expect(starting).rejects.toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
  });

  test('a start that fails says what was undone; the next may succeed', async () => {
    let isTaken = true;
    const api = service({
      id: 'api',
      start: () => {
        if (isTaken) throw new Error('taken');
      },
    });
    const app = application({ id: 'shop', children: [idle('a'), api] });
    await expect(app.start()).rejects.toMatchObject({
      code: 'COPPICE_START_FAILED',
      path: 'shop/api',
      message: "'shop/api' failed to start: taken; stopped again: a",
    });
    expect(app.health().status).toBe('dead');
    isTaken = false;
    await app.start();
    await app.stop();
  });
});

describe('time', () => {
  const elapsed = async (clock: SimulatedClock, ms: number, promise: Promise<unknown>): Promise<boolean> => {
    let isOver = false;
    void promise.finally(() => (isOver = true)).catch(() => {});
    await clock.advance(ms);
    return isOver;
  };

  test('startTimeoutMs counts for the whole start', async () => {
    const clock = new SimulatedClock();
    const slow = (id: string) => service({ id, start: ({ sleep }) => sleep(600) });
    const app = application({
      id: 'shop',
      startTimeoutMs: 1_000,
      clock,
      children: [idle('a'), slow('b'), supervisor({ id: 'inner', children: [slow('c')] })],
    });
    const starting = app.start();
    expect(await elapsed(clock, 999, starting)).toBe(false);
    expect(await elapsed(clock, 1, starting)).toBe(true);
    await expect(starting).rejects.toMatchObject({
      name: 'ApplicationError',
      code: 'COPPICE_APP_START_TIMEOUT',
      path: 'shop/inner/c',
      message: expect.stringContaining(
        'within 1000 ms after the start of the application; stopped again: b, a',
      ),
    });
    expect([app.health().status, clock.pendingTimers]).toEqual(['dead', 0]);
  });

  test('drainMs: unready at once, and still serving; the deadline counts from the beginning', async () => {
    const clock = new SimulatedClock();
    const hung = task({ id: 'hung', run: () => new Promise(() => {}) });
    const app = application({ id: 'shop', drainMs: 300, shutdownMs: 1_000, clock, children: [hung] });
    await app.start();
    const stopping = app.stop();
    expect(await elapsed(clock, 299, stopping)).toBe(false);
    expect(app.health()).toMatchObject({
      isReady: false,
      isLive: true,
      reasons: [{ path: 'shop', status: 'draining' }],
    });
    expect(app.handle().countChildren().active).toBe(1);
    await clock.advance(1);
    expect(app.health().reasons).toMatchObject([{ status: 'stopping' }, { path: 'shop/hung' }]);
    expect(await elapsed(clock, 699, stopping)).toBe(false);
    expect(await elapsed(clock, 1, stopping)).toBe(true);
    expect(await stopping).toMatchObject({
      unstopped: [{ path: 'shop/hung', phase: 'running', waitedMs: 700 }],
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('in Kubernetes there is more of it, and it drains', async () => {
    const before = process.env['KUBERNETES_SERVICE_HOST'];
    process.env['KUBERNETES_SERVICE_HOST'] = '10.0.0.1';
    try {
      const clock = new SimulatedClock();
      const app = application({ id: 'shop', clock, children: [idle('a')] });
      expect(app.shutdownMs).toBe(25_000);
      await app.start();
      const stopping = app.stop();
      expect(await elapsed(clock, 4_999, stopping)).toBe(false);
      expect(await elapsed(clock, 1, stopping)).toBe(true);
    } finally {
      if (before === undefined) delete process.env['KUBERNETES_SERVICE_HOST'];
      else process.env['KUBERNETES_SERVICE_HOST'] = before;
    }
  });
});

describe('the declaration', () => {
  const declare = (): Application =>
    application({ id: 'shop', strategy: 'rest-for-one', shutdownMs: 7_000, children: [idle('a')] });

  test('is frozen data of a supervisor; what it can do is not enumerable', () => {
    const app = declare();
    expect(Object.isFrozen(app)).toBe(true);
    expect({ ...app }).toMatchObject({
      kind: 'supervisor',
      id: 'shop',
      strategy: 'rest-for-one',
      shutdownMs: 7_000,
    });
    expect(Object.keys({ ...app })).not.toContain('run');
    expect(JSON.parse(JSON.stringify(app))).toMatchObject({ id: 'shop', children: [{ id: 'a' }] });
  });

  test('can be a child: a part of another application', async () => {
    const app = application({ id: 'all', children: [declare(), { ...declare(), id: 'shop2' }] });
    await app.start();
    expect(app.handle().supervisor('shop').whichChildren()).toMatchObject([
      { path: 'all/shop/a', status: 'running' },
    ]);
    await app.stop();
  });

  test('has one tree: what was subscribed before is told', async () => {
    const app = declare();
    const told: string[] = [];
    app.handle().on('event', ({ type }) => told.push(type));
    await app.start();
    await app.stop();
    expect([told[0], told.at(-1)]).toEqual(['supervisor:starting', 'supervisor:stopped']);
    expect(app.handle()).toBe(app.handle());
  });

  test('with health has a first child for it', async () => {
    const none = service({ id: 'none', start: () => ignore });
    const app = application({
      id: 'shop',
      health: { port: 0, host: '127.0.0.1' },
      children: [idle('a'), none],
    });
    expect(app.children.map(({ id }) => id)).toEqual(['health', 'a', 'none']);
    await app.start();
    expect(app.health().status).toBe('ready');
    await app.stop();
  });
});

test('a health server of its own can ask the application that it is in', async () => {
  const probes = healthServer({ port: 0, host: '127.0.0.1', health: () => app.health() });
  const app = application({ id: 'shop', children: [supervisor({ id: 'probes', children: [probes] })] });
  await app.start();
  expect(app.health().isReady).toBe(true);
  await app.stop();
});

test('run() inside a test is refused, and nothing is left of it', async () => {
  const before = listeners();
  const app = application({ id: 'shop', children: [idle('a')] });
  await expect(app.run()).rejects.toMatchObject({
    code: 'COPPICE_APP_IN_TEST',
    message: expect.stringContaining('belongs to Jest here; in a test use start() and stop()'),
  });
  expect(listeners()).toEqual(before);
  expect(app.handle().snapshot().phase).toBe('idle');
});

test('run() after start() is refused', async () => {
  const app = application({ id: 'shop', children: [idle('a')] });
  await app.start();
  await expect(app.run()).rejects.toMatchObject({ code: 'COPPICE_APP_ALREADY_RUNNING' });
  await app.stop();
});
