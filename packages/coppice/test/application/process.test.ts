/** What `run()` takes of the process and tells to others, and that it gives all of it back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPrograms, start } from './support/program.js';

afterEach(endPrograms);

describe('the process', () => {
  test('is as it was when run() has ended without an exit', async () => {
    const program = start(`
      import { createServer } from 'node:http';
      const state = () => JSON.stringify({
        listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]).sort(),
        // What reads and writes its output differs from one moment to the next.
        resources: process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FS/.test(name)).sort(),
        symbols: Object.getOwnPropertySymbols(process).length,
      });
      const closed = () => new Promise((resolve) => setTimeout(resolve, 50)); // handles are gone a turn later
      say('warm up'); // opens stdout
      await closed();
      const before = state();
      const app = application({ id: 'shop', faults: 'contain', health: { port: 0, host: '127.0.0.1' }, drainMs: 10, children: [
        told('db'),
        idle('poll'),
        thread({ id: 'thread', file: ${JSON.stringify(join(__dirname, 'fixtures/thread.mjs'))} }),
        subprocess({ id: 'process', file: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }),
        task({ id: 'sleeper', run: ({ sleep }) => sleep(60_000) }),
        task({ id: 'crash', restart: 'transient', run: ({ attempt }) => { if (attempt === 1) throw new Error('once'); } }),
      ] });
      for (let i = 0; i < 3; i++) {
        app.handle().once('supervisor:started', () => setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20));
        say('code ' + await app.run({ exit: false }));
      }
      // What watches over processes lingers for a moment, in case that there will be another one.
      for (let i = 0; i < 30 && before !== state(); i++) await closed();
      const after = state();
      say(before === after ? 'the same' : before + ' became ' + after);
    `);
    expect(await program.exited).toBe(0); // by itself: nothing holds it up
    expect(program.lines.filter((line) => line === 'code 0')).toHaveLength(3);
    expect(program.lines.at(-1)).toBe('the same');
    expect(program.output).not.toContain('may end the process'); // what watches over processes does not
  });

  test('is alive while all children wait for promises only', async () => {
    const program = start(`await application({ id: 'shop', children: [idle('a')] }).run();`);
    await program.line(/ready after/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0); // not 13, as of a top-level await that nothing can settle
  });

  test('has one application: a second is refused, and nothing of it is left', async () => {
    const program = start(`
      const one = application({ id: 'one', children: [idle('a')] });
      const two = application({ id: 'two', children: [told('b')] });
      one.handle().once('supervisor:started', async () => {
        for (const run of [() => two.run(), () => one.run()]) await run().catch(({ code, message }) => say(code + ' ' + message));
        say('listeners ' + process.listenerCount('SIGTERM'));
        await two.start(); // without the process it may
        await two.stop();
        one.stop();
      });
      await one.run();
    `);
    expect(await program.exited).toBe(0);
    expect(program.output).toMatch(
      /COPPICE_APP_SECOND 'two' cannot have this process: the application 'one' runs in it/,
    );
    expect(program.output).toMatch(/COPPICE_APP_ALREADY_RUNNING 'one' is \w+ already/);
    expect(program.lines).toContain('listeners 1');
    expect(program.lines.filter((line) => line === 'start b')).toHaveLength(1);
  });

  test('of a program that a test starts is its own: run() runs there', async () => {
    expect(process.env['JEST_WORKER_ID']).toBeDefined();
    const program = start(`await application({ id: 'shop', children: [idle('a')] }).run();`);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
  });

  test('may have other listeners of the signals: warned about, with the cure', async () => {
    const program = start(`
      process.on('SIGINT', () => {});
      const nest = told('nest', { start: () => { process.on('SIGTERM', () => {}); } });
      await application({ id: 'shop', children: [nest] }).run();
    `);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.lines.filter((line) => line.includes('may end the process'))).toEqual([
      expect.stringMatching(
        /another listener of SIGINT .* `signals` without 'SIGINT', and have it call stop\(\)/,
      ),
      expect.stringContaining('another listener of SIGTERM'),
    ]);
  });
});

describe('the log', () => {
  const logger = (flush: string): string => `
    const write = (level) => (fields, message) => say(level + ' ' + fields.event + ' ' + message);
    const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => logger,
      ${flush}
    };
    await application({ id: 'shop', logger, children: [idle('a')] }).run();
  `;
  test.each([
    ['with a callback, as pino', `flush(done) { setTimeout(() => { say('flushed'); done(); }, 50); }`],
    ['with a promise', `flush: () => new Promise((r) => setTimeout(r, 50)).then(() => say('flushed')),`],
    ['at once', `flush() { say('flushed'); }`],
  ])('is flushed before the exit: %s', async (_, flush) => {
    const program = start(logger(flush));
    await program.line(/info application:ready ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.lines.slice(-2)).toEqual([expect.stringMatching(/^info application:stopped/), 'flushed']);
  });

  test('that is never flushed does not hold up the exit', async () => {
    const program = start(logger('flush(done) {}'));
    await program.line(/ready after/);
    const at = performance.now();
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(performance.now() - at).toBeLessThan(2_700);
  });

  test('that throws keeps nothing from ending', async () => {
    const program = start(`
      const broken = () => { throw new Error('disk full'); };
      const logger = { debug: broken, info: broken, warn: broken, error: broken, child: () => logger };
      const app = application({ id: 'shop', logger, children: [told('db')] });
      app.handle().once('supervisor:started', () => setTimeout(() => app.stop(), 20));
      await app.run();
    `);
    expect(await program.exited).toBe(0);
    expect(program.lines).toContain('stop db');
    expect(program.output).toContain('shop: the logger failed:');
  });

  test('without a logger is the console: warnings of the tree and the log of children included', async () => {
    const program = start(`
      const talker = task({ id: 'talker', run: async ({ log, sleep }) => { log.info({ n: 1 }, 'hello %s'); await sleep(60_000); } });
      const odd = supervisor({ id: 'odd', restart: 'transient', children: [talker] });
      await application({ id: 'shop', children: [odd] }).run();
    `);
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(program.lines).toContain('shop/odd/talker: hello %s');
    expect(program.output).toContain("coppice: 'shop/odd' is a transient supervisor");
  });
});

describe('whoever started it', () => {
  test('PM2 and others with an IPC channel are told that it is ready', async () => {
    const program = start(`await application({ id: 'shop', children: [told('db')] }).run();`, { ipc: true });
    const message = await new Promise((resolve) => program.process.once('message', resolve));
    expect(message).toBe('ready');
    await program.line(/ready after/);
    program.kill('SIGTERM');
    expect(await program.exited).toBe(0);
  });

  describe('systemd', () => {
    let directory: string;
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'coppice-'))));
    afterEach(() => rmSync(directory, { recursive: true }));

    test('is told through its own tool', async () => {
      const told = join(directory, 'told');
      const tool = `#!/bin/sh\necho "$1" >> "$NOTIFY_SOCKET"\n`;
      writeFileSync(join(directory, 'systemd-notify'), tool, { mode: 0o755 });
      const env = { NOTIFY_SOCKET: told, PATH: `${directory}:${process.env['PATH']}` };
      const program = start(
        `import { existsSync, readFileSync } from 'node:fs';
         const isTold = async (state) => {
           const file = process.env.NOTIFY_SOCKET;
           while (!existsSync(file) || !readFileSync(file, 'utf8').includes(state)) await new Promise((r) => setTimeout(r, 10));
         };
         const db = service({ id: 'db', start: () => {}, stop: () => isTold('STOPPING=1') });
         const app = application({ id: 'shop', children: [db] });
         app.handle().once('supervisor:started', async () => { await isTold('READY=1'); app.stop(); });
         await app.run();`,
        { env },
      );
      expect(await program.exited).toBe(0);
      expect(readFileSync(told, 'utf8')).toBe('READY=1\nSTOPPING=1\n');
    });

    test('whose tool is not there: a warning', async () => {
      const env = { NOTIFY_SOCKET: join(directory, 'socket'), PATH: directory };
      const program = start(`await application({ id: 'shop', children: [told('db')] }).run();`, { env });
      await program.line(/systemd waits for READY=1, and systemd-notify could not tell it/);
      program.kill('SIGTERM');
      expect(await program.exited).toBe(0);
    });
  });
});
