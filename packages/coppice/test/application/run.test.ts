/** `run()`, from outside: each program is a process of its own. */
import { endPrograms, start } from './support/program.js';

afterEach(endPrograms);

describe('a signal', () => {
  test('stops the children in reverse order, and the process ends with 0', async () => {
    const program = start(`
      await application({ id: 'shop', children: [told('db'), idle('outbox'), told('api')] }).run();
    `);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.lines.map((line) => line.replace(/[\d,]+ ms/g, 'n ms'))).toEqual([
      'start db',
      'start api',
      'shop: ready after n ms',
      'shop: SIGTERM: stopping within n ms',
      'stop api',
      'stop db',
      'shop: stopped after n ms',
    ]);
  });

  test('does so also during the start', async () => {
    const program = start(`
      const slow = service({ id: 'slow', start: ({ sleep }) => { say('starting'); return sleep(60_000); } });
      await application({ id: 'shop', children: [told('db'), slow, told('never')] }).run();
    `);
    await program.line(/^starting/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.output).toMatch(/stop db/);
    expect(program.output).not.toMatch(/never/);
  });

  test('that is repeated at once is the same wish: npm hands Ctrl-C on', async () => {
    const program = start(`
      const slow = told('slow', { stop: () => new Promise((resolve) => setTimeout(resolve, 100)) });
      await application({ id: 'shop', children: [slow] }).run();
    `);
    await program.line(/ready after/);
    program.kill('SIGINT');
    await program.line(/SIGINT: stopping/);
    program.kill('SIGINT');
    expect(await program.exited).toBe(0);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('that comes again ends it at once: %s with %d', async (signal, code) => {
    const program = start(`
      const slow = hung('slow', { shutdownMs: 60_000 });
      process.on('SIGUSR2', () => {});
      await application({ id: 'shop', shutdownMs: 120_000, children: [slow] }).run();
    `);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    await program.line(/stopping/);
    await new Promise((resolve) => setTimeout(resolve, 350)); // what comes sooner is an echo
    const at = performance.now();
    program.kill(signal);
    expect(await program.exited).toBe(code);
    expect(performance.now() - at).toBeLessThan(1_000);
    expect(program.output).toContain(
      `shop: ${signal} again: ended at once (exit ${code}); not down: shop/slow (stopping)`,
    );
  });

  test('is left alone if it is not one of the signals', async () => {
    const program = start(
      `await application({ id: 'shop', signals: ['SIGINT'], children: [idle('a')] }).run();`,
    );
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe('SIGTERM');
  });
});

describe('the deadline', () => {
  test('ends a hung child with 1, and says who it is, since when and in which phase', async () => {
    const program = start(`
      const leaky = service({ id: 'leaky', start: () => 1, stop: () => new Promise(() => {}) });
      const inner = supervisor({ id: 'inner', children: [hung('loop')] });
      await application({ id: 'shop', shutdownMs: 400, children: [told('db'), leaky, inner] }).run();
    `);
    await program.line(/ready after/);
    const at = performance.now();
    program.kill('SIGTERM');
    expect(await program.exited).toBe(1);
    expect(performance.now() - at).toBeLessThan(1_000);
    expect(program.output).toMatch(
      /shop\/inner\/loop did not stop: asked at 20\S+Z while running, given up after \d+ ms \(incarnation 1\)/,
    );
    expect(program.output).toMatch(/shop\/leaky did not stop: asked at 20\S+Z while running/);
    expect(program.output).toContain('stop db'); // the others are stopped in order all the same
    expect(program.output).toMatch(
      /ends with 2 still running \(exit code 1\): shop\/inner\/loop, shop\/leaky/,
    );
  });

  test('says of one that was given up long before since when it hangs', async () => {
    const program = start(`
      let attempts = 0;
      const hangs = service({
        id: 'hangs',
        start: () => { console.log('attempt', ++attempts); return new Promise(() => {}); },
        boot: 'degraded', startTimeoutMs: 20, shutdownMs: 20, maxRestarts: Infinity,
        backoff: { minMs: 200, maxMs: 200, jitter: 0 },
      });
      await application({ id: 'shop', children: [hangs] }).run();
    `);
    await program.line(/attempt 3/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(1);
    const asked = Array.from(program.output.matchAll(/asked at (\S+) while starting, .*incarnation (\d)/g));
    const since = new Map(asked.map(([, at, number]) => [number, Date.parse(at!)]));
    // Two delays lie between the first and the third.
    expect(since.get('3')! - since.get('1')!).toBeGreaterThanOrEqual(400);
  });

  test('holds for an end by itself, too', async () => {
    const program = start(`
      const stuck = hung('stuck', { shutdownMs: Infinity });
      const bad = task({ id: 'bad', run: async ({ sleep }) => { await sleep(20); throw new Error('no'); } });
      await application({ id: 'shop', shutdownMs: 200, maxRestarts: 0, children: [stuck, bad] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).toContain('shop/stuck did not stop');
  });

  test('is warned about at boot when a child cannot have its time, even if the others need none', async () => {
    const program = start(`
      const inner = supervisor({ id: 'inner', children: [idle('a'), idle('b', { shutdownMs: 1_000 })] });
      await application({ id: 'shop', shutdownMs: 6_000, children: [inner, idle('c', { shutdownMs: 3_001 })] }).run();
    `);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.output).toMatch(
      /within the 6000 ms that the deadline leaves .* at once: shop\/c 3000 ms of its 3001 ms; raise shutdownMs/,
    );
  });

  test.each([
    [
      'they may have it, one or the other',
      `shutdownMs: 6_000, children: [idle('a'), idle('b', { shutdownMs: 3_000 })]`,
    ],
    ['all is by default', `children: Array.from({ length: 20 }, (_, i) => idle('c' + i))`],
  ])('is not warned about when %s', async (_when, options) => {
    const program = start(`await application({ id: 'shop', ${options} }).run();`);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.output).not.toMatch(/shutdownMs/);
  });

  test('is no matter for a child that is not waited for', async () => {
    const program = start(`
      await application({ id: 'shop', children: [hung('loose', { shutdownMs: 0 })] }).run();
    `);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
  });
});

describe('the end by itself', () => {
  test('when the root gives up: a fatal record with the whole chain of causes, and 1', async () => {
    const program = start(`
      const poll = task({ id: 'poll', run: async () => {
        throw new Error('poll failed', { cause: Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' }) });
      } });
      const feeds = supervisor({ id: 'feeds', maxRestarts: 1, children: [poll] });
      await application({ id: 'shop', maxRestarts: 1, children: [told('db'), feeds] }).run();
    `);
    expect(await program.exited).toBe(1);
    // Which of two streams is read first is chance.
    const lines = program.lines.filter((line) => line !== 'stop db');
    const from = lines.findIndex((line) => line.includes('since a supervisor gave up'));
    expect(lines.slice(from)).toEqual([
      expect.stringMatching(
        /^shop: ends, since a supervisor gave up \(exit code 1\): 'shop' gave up: 'feeds' needed/,
      ),
      expect.stringMatching(
        /^ {2}caused by GaveUpError COPPICE_GAVE_UP: 'shop\/feeds' gave up: 'poll' needed/,
      ),
      '  caused by Error: poll failed',
      '  caused by Error ECONNREFUSED: connect refused',
      ...lines.slice(from + 4).map(() => expect.stringMatching(/^ {6}at /)),
    ]);
    expect(program.output).toContain('stop db');
  });

  test('when its significant child is done: 0', async () => {
    const program = start(`
      const job = task({ id: 'job', restart: 'transient', significant: true, run: ({ sleep }) => sleep(10) });
      await application({ id: 'shop', autoShutdown: 'any-significant', children: [told('db'), job] }).run();
    `);
    expect(await program.exited).toBe(0);
    expect(program.lines).toContain('stop db');
  });

  test('when stop() is called from inside: 0', async () => {
    const program = start(`
      const app = application({ id: 'shop', children: [told('db')] });
      app.handle().once('supervisor:started', () => app.stop().then(() => app.stop()));
      await app.run();
    `);
    expect(await program.exited).toBe(0);
    expect(program.output).toContain('stop() was called: stopping');
  });
});

describe('a start that fails', () => {
  test('says where, why, and what was undone; 1', async () => {
    const program = start(`
      const api = service({ id: 'api', start: () => { throw new Error('port 80 is taken'); } });
      await application({ id: 'shop', children: [told('db'), told('cache'), api, told('never')] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.lines.filter((line) => /^(start|stop)/.test(line))).toEqual([
      'start db',
      'start cache',
      'stop cache',
      'stop db',
    ]);
    expect(program.output).toContain('shop: did not start');
    expect(program.output).toContain(
      "'shop/api' failed to start: port 80 is taken; stopped again: cache, db",
    );
    expect(program.output).toContain('caused by Error: port 80 is taken');
  });

  test('because it takes too long is told likewise', async () => {
    const program = start(`
      const inner = supervisor({ id: 'inner', children: [service({ id: 'slow', start: () => new Promise(() => {}), shutdownMs: 50 })] });
      await application({ id: 'shop', startTimeoutMs: 100, children: [told('db'), inner] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).toContain(
      "'shop/inner/slow' was not up within 100 ms after the start of the application; stopped again: db",
    );
    expect(program.output).toContain('the start takes too long: stopping');
    expect(program.output).toMatch(/shop\/inner\/slow did not stop: asked at \S+ while starting/);
    expect(program.lines).toContain('stop db');
  });
});

describe('faults that go astray', () => {
  const stray = `const stray = (id) => task({ id, run: async ({ sleep, attempt }) => {
    if (attempt === 1) setTimeout(() => { throw new Error('stray of ' + id); }, 20);
    else say('again ' + id);
    await sleep(60_000);
  } });`;

  test('contain: are the crash of their child, and the process goes on', async () => {
    const program = start(`${stray}
      const app = application({ id: 'shop', faults: 'contain', children: [stray('a')] });
      app.run();
      process.on('SIGUSR2', () => say(JSON.stringify(app.health())));
    `);
    await program.line(/^again a/);
    program.kill('SIGUSR2');
    expect(await program.line(/tainted/)).toContain('"status":"degraded","isReady":true,"isLive":true');
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.output).toContain('shop: a fault went astray from shop/a and is its crash: stray of a');
  });

  test('contain: the record says how it was traced, and what it was', async () => {
    const program = start(`${stray}
      const write = (fields, message) => fields.event === 'application:fault' && say(JSON.stringify(fields));
      const logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
      await application({ id: 'shop', faults: 'contain', logger, children: [stray('a')] }).run();
    `);
    const fields = JSON.parse(await program.line(/application:fault/)) as object;
    expect(fields).toMatchObject({
      path: 'shop/a',
      origin: 'uncaughtException',
      attribution: 'context',
      outcome: 'crash',
    });
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
  });

  test('contain: one that is nobody’s stops all in order, and ends with 1', async () => {
    const program = start(`
      setTimeout(() => { throw new Error('nobody knows me'); }, 200);
      await application({ id: 'shop', faults: 'contain', children: [told('db')] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).toMatch(
      /a fault went astray from nobody knows where and ends the process, as no child can be restarted for it: nobody knows me/,
    );
    expect(program.output).toContain('stop db');
  });

  test('label: it is said whose it was, then Node ends the process', async () => {
    const program = start(`${stray}
      await application({ id: 'shop', faults: 'label', children: [stray('a')] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).toContain(
      "a fault went astray from shop/a and ends the process, as `faults` is 'label'",
    );
  });

  test('contain: one more than are contained ends all, and it is said how many those are', async () => {
    const program = start(`
      const faulty = task({ id: 'faulty', run: async ({ sleep }) => {
        for (let n = 1; n <= 4; n++) setTimeout(() => { throw new Error('stray ' + n); }, n);
        await sleep(60_000);
      } });
      await application({ id: 'shop', faults: 'contain', children: [faulty] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).toContain(
      'a fault went astray from shop/faulty and ends the process, as 3 within 60 s are contained, and this is one more ' +
        "(`faults: { policy: 'contain', maxContained }` says how many): stray ",
    );
  });

  test('contain: how many, and within which time, can be said', async () => {
    const program = start(`
      const faulty = task({ id: 'faulty', run: async ({ sleep }) => {
        for (let n = 1; n <= 6; n++) setTimeout(() => { throw new Error('stray ' + n); }, n);
        await sleep(60_000);
      } });
      const faults = { policy: 'contain', maxContained: 5, withinMs: 30_000 };
      await application({ id: 'shop', faults, maxRestarts: Infinity, children: [faulty] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).toContain(
      'ends the process, as 5 within 30 s are contained, and this is one more',
    );
  });
});

describe('what a first attack found', () => {
  test('a log that nobody reads any longer does not keep it from stopping in order', async () => {
    const program = start(`
      const chatty = task({ id: 'chatty', run: async ({ log, sleep }) => { for (;;) { log.info('still here'); await sleep(5); } } });
      await application({ id: 'shop', children: [told('db'), chatty] }).run();
    `);
    await program.line(/still here/);
    program.closeStdout();
    await new Promise((resolve) => setTimeout(resolve, 100)); // writes fail meanwhile
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
  });

  test('a signal during a slow start is a stop, also when the start would have been too slow', async () => {
    const program = start(`
      const db = service({ id: 'db', start: () => say('db is up'), stop: () => new Promise((r) => setTimeout(r, 400)) });
      const slow = service({ id: 'slow', start: ({ sleep }) => sleep(60_000) });
      await application({ id: 'shop', startTimeoutMs: 300, children: [db, slow] }).run();
    `);
    await program.line(/db is up/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.output).not.toContain('startTimeoutMs');
  });

  test('without a logger no child fails in silence', async () => {
    const program = start(`
      const shaky = task({ id: 'shaky', run: async ({ attempt, sleep }) => {
        if (attempt === 1) throw new Error('first crash');
        say('again');
        await sleep(60_000);
      } });
      const lossy = service({ id: 'lossy', start: () => 1, stop: () => { throw new Error('data lost'); } });
      await application({ id: 'shop', children: [shaky, lossy] }).run();
    `);
    await program.line(/again/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    const told = program.lines.filter((line) => line.includes('shop/shaky'));
    expect(told).toEqual([
      'shop: shop/shaky crashed: first crash',
      'shop: shop/shaky is started again (restart 1 of 3 within 5 s)',
      'shop: shop/shaky is up, as incarnation 2',
    ]);
    // Frames are the user's, and none of ours.
    const frames = program.lines.filter((line) => /^ +at /.test(line));
    expect(frames).not.toEqual([]);
    expect(frames.filter((line) => !line.includes('[eval1]'))).toEqual([]);
    expect(program.output).toContain('shop/lossy failed while it stopped: data lost');
  });

  test('the crash of a significant child is no success', async () => {
    const program = start(`
      const main = task({ id: 'main', restart: 'temporary', significant: true, run: async ({ sleep }) => {
        await sleep(50);
        throw new Error('the job failed');
      } });
      await application({ id: 'shop', autoShutdown: 'any-significant', children: [main] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).toContain('ends with an error (exit code 1): the job failed');
  });

  test('who was ended by force is named', async () => {
    const program = start(`
      const busy = service({ id: 'busy', shutdownMs: Infinity, start: () => 1, stop: () => new Promise((r) => (globalThis.end = r)), kill: () => end() });
      await application({ id: 'shop', shutdownMs: 200, children: [told('db'), busy] }).run();
    `);
    await program.line(/ready/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.output).toMatch(/stopped after \d+ ms; by force: shop\/busy/);
  });

  test('one that gave up at once was never ready', async () => {
    const program = start(`
      const hopeless = task({ id: 'hopeless', run: () => Promise.reject(new Error('no')) });
      await application({ id: 'shop', maxRestarts: 0, children: [hopeless] }).run();
    `);
    expect(await program.exited).toBe(1);
    expect(program.output).not.toContain('ready');
  });
});

describe('node:test', () => {
  const program = `
    const app = application({ id: 'shop', children: [told('a')] });
    await app.run().catch((error) => say(error.code + ': ' + error.message));
  `;
  const env = { NODE_TEST_CONTEXT: 'child' };

  test('its process is not taken from it', async () => {
    const { exited, lines } = start(`import 'node:test'; ${program}`, { env });
    expect(await exited).toBe(0);
    const said = lines.find((line) => line.includes('COPPICE_APP_IN_TEST'));
    expect(said).toMatch(/belongs to node:test here; in a test use start\(\) and stop\(\)/);
    expect(lines.join()).not.toContain('start a');
  });

  test('a program that a test starts runs, though it inherits its environment', async () => {
    const running = start(program, { env });
    await running.line(/shop: ready/);
    running.kill('SIGTERM');
    expect(await running.exited).toBe(0);
  });
});
