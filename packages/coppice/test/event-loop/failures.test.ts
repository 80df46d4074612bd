/** What the watch cannot do, or can no longer do: told, and never the end of the process. */
import { endPrograms, start } from '../application/support/program.js';
import { BLOCKS, told, workers } from './preamble.js';

afterEach(endPrograms);

const UNWATCHED = /COPPICE_EVENT_LOOP_UNWATCHED.*the event loop is not watched any longer: /;

test.each([
  ['it is ended', workers(), `await workers[0].terminate();`, /its thread ended with code 1/],
  ['it throws', workers(`throw new Error('broken');`), '', /not watched any longer: broken/],
  [
    'it cannot be made',
    `import threads from 'node:worker_threads';
     import { syncBuiltinESMExports } from 'node:module';
     threads.Worker = class { constructor() { throw new Error('no threads today'); } };
     syncBuiltinESMExports();`,
    '',
    /not watched any longer: no threads today/,
  ],
])('the thread fails, since %s: a warning, and the application goes on', async (_, before, then, why) => {
  const program = start(`${BLOCKS}${before}
    const child = task({ id: 'a', run: async ({ sleep }) => {
      await sleep(100);
      ${then}
      await sleep(300);
      say('alive');
      stop();
      await sleep(60_000);
    } });
    await application({ id: 'shop', eventLoop: { blockedAfterMs: 100 }, children: [child] }).run();
  `);
  expect(await program.exited).toBe(0);
  expect(program.lines).toContain('alive');
  expect(program.lines.filter((line) => UNWATCHED.test(line))).toEqual([expect.stringMatching(why)]);
});

test('the thread dies while it has the main thread stopped: that goes on, and the failure is told', async () => {
  const dies = `
    const { Session } = process.getBuiltinModule('node:inspector');
    Session.prototype.once = function (name) {
      return this.on(name, () => { process.getBuiltinModule('node:fs').writeSync(1, 'dies\\n'); process.exit(7); });
    };
  `;
  const program = start(`${BLOCKS}${workers(dies)}
    watchEventLoop({ blockedAfterMs: 100, onRecovered: tell });
    await wait(200);
    spin(500);
    say('went on');
    await wait(100);
  `);
  expect(await program.exited).toBe(0);
  expect(program.lines).toEqual(expect.arrayContaining(['dies', 'went on']));
  expect(program.output).toMatch(UNWATCHED);
  expect(program.output).toContain('code 7');
});

test('the main thread cannot be looked into: told without a stack', async () => {
  const refuses = `
    process.getBuiltinModule('node:inspector').Session.prototype.connectToMainThread = () => { throw new Error('no'); };
  `;
  const program = start(`${BLOCKS}${workers(refuses)}
    watchEventLoop({ blockedAfterMs: 100, onRecovered: tell });
    await wait(200);
    spin(500);
    await wait(100);
  `);
  expect(await program.exited).toBe(0);
  expect(program.output).toContain('blocked for more than 100 ms; in which call is not known here');
  expect(told(program.lines, 'BLOCK')).toEqual([{ blockedMs: expect.any(Number), sample: 'unavailable' }]);
});

// Which flags it takes, the versions do not agree on.
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

test.each([
  [['--allow-worker'], 'BLOCK'],
  [[], 'COPPICE_EVENT_LOOP_UNWATCHED'],
])(
  'under the permission model, with %j: not seen into, or warned, but never the end',
  async (flags, word) => {
    const program = start(
      `${BLOCKS}
    watchEventLoop({ blockedAfterMs: 100, onRecovered: tell });
    await wait(300);
    spin(500);
    await wait(100);
    say('alive');
  `,
      { node: [permission, '--allow-fs-read=*', ...flags] },
    );
    expect(await program.exited).toBe(0); // an attempt to look inside would abort it
    expect(program.lines).toContain('alive');
    expect(program.output).toContain(word);
    for (const { sample } of told(program.lines, 'BLOCK')) expect(sample).toBe('unavailable');
  },
);

test('in a thread, the block of that thread is told, without a stack', async () => {
  const program = start(`
    import { Worker } from 'node:worker_threads';
    const worker = new Worker('./test/event-loop/fixtures/thread.mjs', { execArgv: [] });
    await new Promise((resolve) => worker.once('exit', resolve));
  `);
  expect(await program.exited).toBe(0);
  expect(told(program.lines, 'BLOCK')).toEqual([{ blockedMs: expect.any(Number), sample: 'unavailable' }]);
});

test('a debugger is not disturbed: while the inspector is open there is no stack, and nothing is killed', async () => {
  const program = start(
    `${BLOCKS}
    watchEventLoop({ blockedAfterMs: 100, killAfterMs: 300, onRecovered: tell });
    await wait(200);
    spin(900);
    await wait(100);
  `,
    { node: ['--inspect=127.0.0.1:0'] },
  );
  expect(await program.exited).toBe(0);
  expect(program.output).toContain('the inspector is open: it may be at a breakpoint');
  expect(told(program.lines, 'BLOCK')).toEqual([{ blockedMs: expect.any(Number), sample: 'debugger' }]);
});

test('a look at the main thread does not end what else looks at it, such as a profiler', async () => {
  const program = start(`${BLOCKS}
    import { Session } from 'node:inspector/promises';
    watchEventLoop({ blockedAfterMs: 100, onRecovered: tell });
    await wait(200);
    const session = new Session(); // as a profiler in this process has it
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    spin(500);
    await wait(100);
    const { profile } = await session.post('Profiler.stop');
    say(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'spin') ? 'profiled' : 'lost');
  `);
  expect(await program.exited).toBe(0);
  expect(program.lines).toContain('profiled');
  expect(told(program.lines, 'BLOCK')).toEqual([expect.objectContaining({ stack: expect.any(String) })]);
});
