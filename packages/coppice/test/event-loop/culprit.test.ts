/** Who blocks the event loop, and where: said on stderr while it lasts, and in the log when it is over. */
import { type Program, endPrograms, start } from '../application/support/program.js';
import { BLOCKS, told } from './preamble.js';

afterEach(endPrograms);

const shop = (options: string, children: string): Program =>
  start(`${BLOCKS}
    await application({ id: 'shop', logger, eventLoop: { blockedAfterMs: 100 }, ${options}, children: [${children}] }).run();
  `);

const blocked = (program: Program): readonly string[] =>
  program.lines.filter((line) => line.includes('has been blocked for more than'));

describe('with faults traced to children', () => {
  test('a child that never comes back is named while it blocks', async () => {
    const program = shop(
      `faults: 'label'`,
      `idle('db'), task({ id: 'outbox', run: async ({ sleep }) => {
        await sleep(1);
        (function churn() { for (;;); })();
      } })`,
    );
    const line = await program.line(/has been blocked/);
    expect(line).toMatch(
      /^shop: the event loop has been blocked for more than 100 ms by shop\/outbox \(incarnation 1\), in churn \(.+:\d+:\d+\)$/,
    );
    expect(await program.line(/^ {4}at churn/)).toBeDefined();
    expect(await program.line(/^ {4}at run/)).toBeDefined();
    expect(program.process.exitCode).toBeNull(); // still at it: nothing ends it unasked
  });

  test.each(['label', 'contain'])(
    'a timer that a child left is its own, and so is its incarnation: %s',
    async (faults) => {
      const program = shop(
        `faults: '${faults}'`,
        `idle('db'), task({ id: 'outbox', run: async ({ attempt, sleep }) => {
          if (attempt === 1) throw new Error('once');
          setTimeout(function late() { spin(500); setTimeout(stop, 200); }, 1);
          await sleep(60_000);
        } })`,
      );
      expect(await program.exited).toBe(0);
      expect(blocked(program)).toEqual([expect.stringContaining(' by shop/outbox (incarnation 2), in ')]);
      const [record, ...more] = told(program.lines, 'RECORD');
      expect(more).toEqual([]);
      expect(record).toMatchObject({
        event: 'application:event-loop-blocked',
        application: 'shop',
        path: 'shop/outbox',
        incarnation: 2,
        at: expect.stringMatching(/^(spin|late) \(/),
        stack: expect.stringMatching(/^ {4}at .*\n {4}at late \([^\n]*\n {4}at listOnTimeout \(node:/s),
        message: expect.stringMatching(
          /^the event loop was blocked for \d+ ms by shop\/outbox \(incarnation 2\), in (spin|late) \(/,
        ),
      });
      expect(record!['sample']).toBe('exact');
      expect(record!['blockedMs']).toBeGreaterThan(400);
      expect(record!['blockedMs']).toBeLessThan(3_000);
    },
  );

  test('what belongs to no child is said to be nobody’s, with the call', async () => {
    const program = start(`${BLOCKS}
      setTimeout(function stranger() { spin(500); setTimeout(stop, 200); }, 300);
      await application({ id: 'shop', logger, eventLoop: { blockedAfterMs: 100 }, faults: 'contain', children: [idle('db')] }).run();
    `);
    expect(await program.exited).toBe(0);
    expect(blocked(program)).toEqual([expect.stringMatching(/more than 100 ms, in (spin|stranger) \(/)]);
    const [record] = told(program.lines, 'RECORD');
    expect(record).not.toHaveProperty('path');
    expect(record!['stack']).toContain('at stranger (');
  });

  test('a call that is no JavaScript: said without a stack while it lasts, and named when it comes back', async () => {
    const program = shop(
      `faults: 'label'`,
      `task({ id: 'outbox', run: async ({ sleep }) => {
        const { execFileSync } = await import('node:child_process');
        await sleep(100);
        (function shell() { execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 1_500)']); })();
        await sleep(200);
        stop();
        await sleep(60_000);
      } })`,
    );
    expect(await program.exited).toBe(0);
    expect(blocked(program)).toContainEqual(
      expect.stringMatching(/for more than 100 ms, not by JavaScript$/),
    );
    const [record] = told(program.lines, 'RECORD');
    expect(record).toMatchObject({
      path: 'shop/outbox',
      at: expect.stringMatching(/^shell \(/),
      sample: 'late',
      message: expect.stringMatching(
        /ms, not by JavaScript; then ran shop\/outbox \(incarnation 1\), in shell \(/,
      ),
    });
  });

  test('what ran next is not said to have blocked: it may be another child', async () => {
    const program = start(`${BLOCKS}
      let parse, next;
      const given = (take) => new Promise(take);
      await application({ id: 'shop', logger, faults: 'label', eventLoop: { blockedAfterMs: 100 }, children: [
        task({ id: 'culprit', restart: 'temporary', run: () => given((resolve) => (parse = resolve)).then(JSON.parse) }),
        task({ id: 'next', restart: 'temporary', run: () => given((resolve) => (next = resolve)).then(() => spin(1)) }),
        task({ id: 'main', run: async ({ sleep }) => {
          const text = '[' + '{"a":[1,2,3,"xxxxxx"]},'.repeat(2e6) + '1]';
          await sleep(300);
          parse(text);
          next();
          await sleep(1); // until it is over
          await sleep(300);
          stop();
          await sleep(60_000);
        } }),
      ] }).run();
    `);
    expect(await program.exited).toBe(0);
    const record = told(program.lines, 'RECORD').at(-1)!;
    expect(record['path']).toMatch(/^shop\/(culprit|next)$/);
    expect(record).toMatchObject({ sample: 'late', message: expect.stringContaining('; then ran shop/') });
    expect(program.output).not.toContain(' by shop/');
  });
});

test('with faults off no child is named, but the call is', async () => {
  const program = shop(
    `faults: 'off'`,
    `task({ id: 'outbox', run: async ({ sleep }) => {
      await sleep(100);
      spin(500);
      await sleep(200);
      stop();
      await sleep(60_000);
    } })`,
  );
  expect(await program.exited).toBe(0);
  expect(blocked(program)).toEqual([expect.stringMatching(/more than 100 ms, in spin \(/)]);
  const [record] = told(program.lines, 'RECORD');
  expect(record).toMatchObject({ at: expect.stringMatching(/^spin \(/), sample: 'exact' });
  expect(record).not.toHaveProperty('path');
  expect(record).not.toHaveProperty('incarnation');
});

test('two blocks are two: each is told', async () => {
  const program = start(`${BLOCKS}
    watchEventLoop({ blockedAfterMs: 100, onRecovered: tell });
    for (const ms of [500, 900]) { await wait(200); spin(ms); }
    await wait(200);
  `);
  expect(await program.exited).toBe(0);
  expect(blocked(program)).toHaveLength(2);
  const [first, second, ...more] = told(program.lines, 'BLOCK').map(({ blockedMs }) => Number(blockedMs));
  expect(more).toEqual([]);
  expect(first).toBeGreaterThan(400);
  expect(second).toBeGreaterThan(800);
});

describe('killAfterMs', () => {
  test('ends a process that does not come back, and says so', async () => {
    const program = start(`${BLOCKS}
      process.on('exit', () => say('never: no code of the process can run'));
      await application({ id: 'shop', faults: 'label', eventLoop: { blockedAfterMs: 100, killAfterMs: 400 }, children: [
        task({ id: 'outbox', run: async ({ sleep }) => { await sleep(50); for (;;); } }),
      ] }).run();
    `);
    expect(await program.exited).toBe('SIGKILL');
    expect(blocked(program)).toEqual([
      expect.stringContaining('for more than 100 ms by shop/outbox (incarnation 1), in run ('),
      'shop: the event loop has been blocked for more than 400 ms: ended with SIGKILL',
    ]);
    expect(program.output).not.toContain('never');
  });

  test('does not end one that comes back', async () => {
    const program = start(`${BLOCKS}
      watchEventLoop({ blockedAfterMs: 100, killAfterMs: 5_000, onRecovered: tell });
      await wait(100);
      for (let i = 0; i < 3; i++) { spin(300); await wait(50); }
    `);
    expect(await program.exited).toBe(0);
    expect(told(program.lines, 'BLOCK')).toHaveLength(3);
  });
});

test('the CommonJS build finds its thread as well', async () => {
  const program = start(`${BLOCKS}
    import { createRequire } from 'node:module';
    const cjs = createRequire(process.cwd() + '/x.js')('./dist/cjs/index.js');
    if (cjs.watchEventLoop === watchEventLoop) throw new Error('not another build');
    cjs.watchEventLoop({ blockedAfterMs: 100, onRecovered: tell });
    await wait(100);
    spin(500);
    await wait(100);
  `);
  expect(await program.exited).toBe(0);
  expect(told(program.lines, 'BLOCK')).toEqual([expect.objectContaining({ stack: expect.any(String) })]);
});
