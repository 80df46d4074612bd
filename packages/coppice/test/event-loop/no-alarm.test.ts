/** What is no block, and that a watch costs a process nothing that it would notice. */
import { setTimeout as wait } from 'node:timers/promises';
import { endPrograms, start } from '../application/support/program.js';
import { BLOCKS, told } from './preamble.js';

afterEach(endPrograms);

const posix = process.platform === 'win32' ? test.skip : test;
const linux = process.platform === 'linux' ? test : test.skip;

/** Whatever it says of blocks. */
const blocked = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => /blocked|BLOCK|RECORD/.test(line));

test('a process that has nothing to do is idle, not blocked; and it ends by itself', async () => {
  const program = start(`${BLOCKS}
    watchEventLoop({ blockedAfterMs: 50, onRecovered: tell });
    await wait(1_000);
    say('done');
  `);
  expect(await program.exited).toBe(0);
  expect(program.lines).toEqual(['done']);
});

test('timers that a test fakes are not those that beat', async () => {
  const program = start(`${BLOCKS}
    globalThis.setInterval = globalThis.setTimeout = () => ({ unref() {} });
    globalThis.performance = { now: () => 0 };
    watchEventLoop({ blockedAfterMs: 50, onRecovered: tell });
    await wait(1_000);
    say('done');
  `);
  expect(await program.exited).toBe(0);
  expect(program.lines).toEqual(['done']);
});

test('a loop that is busy, but turns, is not blocked', async () => {
  const program = start(`${BLOCKS}
    watchEventLoop({ blockedAfterMs: 400, onRecovered: tell });
    await wait(100);
    for (let i = 0; i < 10; i++) { spin(100); await wait(0); }
    say('done');
  `);
  expect(await program.exited).toBe(0);
  expect(program.lines).toEqual(['done']);
});

// How long it is stopped is the subject, so this waits for real.
posix('a process that is stopped, and goes on (SIGSTOP, SIGCONT), was not blocked', async () => {
  const program = start(`${BLOCKS}
    watchEventLoop({ blockedAfterMs: 50, onRecovered: tell });
    await wait(200);
    say('ready');
    await wait(1_800);
  `);
  await program.line(/ready/);
  for (let i = 0; i < 5; i++) {
    program.kill('SIGSTOP');
    await wait(200);
    program.kill('SIGCONT');
    await wait(60);
  }
  expect(await program.exited).toBe(0);
  expect(blocked(program.lines)).toEqual([]);
});

posix('of a block, the time in which the process was stopped does not count', async () => {
  const program = start(`${BLOCKS}
    watchEventLoop({ blockedAfterMs: 100, killAfterMs: 1_900, onRecovered: tell });
    await wait(200);
    spin(2_500);
    await wait(100);
  `);
  await program.line(/has been blocked/);
  program.kill('SIGSTOP');
  await wait(1_500);
  program.kill('SIGCONT');
  expect(await program.exited).toBe(0); // not killed
  const [{ blockedMs }] = told(program.lines, 'BLOCK') as [{ blockedMs: number }];
  expect(blockedMs).toBeGreaterThan(500);
  expect(blockedMs).toBeLessThan(1_500);
});

test('an orderly stop is none, however long it takes', async () => {
  const program = start(`${BLOCKS}
    const slow = service({ id: 'slow', start: () => {}, stop: () => wait(600) });
    await application({ id: 'shop', logger, eventLoop: { blockedAfterMs: 50 }, children: [slow] })
      .run({ exit: setTimeout(stop, 200) && false });
    say('down');
    spin(300); // not watched any more
    await wait(50);
  `);
  expect(await program.exited).toBe(0);
  expect(blocked(program.lines)).toEqual([]);
  expect(program.lines).toContain('down');
});

test('start() without the process does not watch it', async () => {
  const program = start(`${BLOCKS}
    const app = application({ id: 'shop', logger, eventLoop: { blockedAfterMs: 50 }, children: [idle('a')] });
    await app.start();
    await wait(200);
    spin(300);
    await wait(50);
    await app.stop();
  `);
  expect(await program.exited).toBe(0);
  expect(blocked(program.lines)).toEqual([]);
});

linux('nothing is left of a watch that was stopped, once or twice', async () => {
  const program = start(`${BLOCKS}
    import { readdirSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    import timers from 'node:timers';
    const beating = new Set();
    const { setInterval, clearInterval } = timers;
    timers.setInterval = (...args) => { const timer = setInterval(...args); beating.add(timer); return timer; };
    timers.clearInterval = (timer) => { beating.delete(timer); clearInterval(timer); };
    syncBuiltinESMExports();
    const threads = () => readdirSync('/proc/self/task').length;
    const watched = (watch) => { const during = [threads(), beating.size]; watch.stop(); watch.stop(); return during; };
    await wait(10);
    const before = threads();
    const [during, beats] = watched(watchEventLoop({ blockedAfterMs: 50, onRecovered: tell }));
    {
      const [watch] = [watchEventLoop({ onRecovered: tell })];
      watch[Symbol.dispose]();
    }
    spin(300); // a last word would come now
    for (let i = 0; i < 100 && threads() > before; i++) await wait(20);
    say([during - before, beats, threads() - before, beating.size].join(' '));
  `);
  expect(await program.exited).toBe(0);
  expect(program.lines).toEqual(['1 1 0 0']);
});

test('what runs in every thread of the user’s (NODE_OPTIONS, --import) does not run in this one', async () => {
  const code = `import { isMainThread } from 'node:worker_threads'; console.log('loaded in ' + (isMainThread ? 'main' : 'a thread'))`;
  const preload = `data:text/javascript,${encodeURIComponent(code)}`;
  const program = start(
    `${BLOCKS}
    watchEventLoop({ blockedAfterMs: 100, onRecovered: tell });
    await wait(100);
    spin(400);
    await wait(100);
    new (await import('node:worker_threads')).Worker('', { eval: true }); // one that does
  `,
    { node: ['--import', preload] },
  );
  expect(await program.exited).toBe(0);
  expect(told(program.lines, 'BLOCK')).toHaveLength(1);
  expect(program.lines.filter((line) => line.startsWith('loaded'))).toEqual([
    'loaded in main',
    'loaded in a thread',
  ]);
});
