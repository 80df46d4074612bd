/** What the log says of readiness, while an application has the process. */
import { endPrograms, start } from './support/program.js';

afterEach(endPrograms);

test('it says when it is not ready, why, and when it is again; not that it starts and stops', async () => {
  const program = start(`
    const db = service({
      id: 'db', maxRestarts: Infinity, backoff: { minMs: 200, maxMs: 200, jitter: 0 },
      start: ({ fail, attempt }) => void (attempt === 1 && setTimeout(() => fail(new Error('secret')), 50)),
    });
    const cache = service({ id: 'cache', start: () => 1 });
    await application({ id: 'shop', health: { port: 0, host: '127.0.0.1' }, children: [db, cache], drainMs: 10 }).run();
  `);
  await program.line(/ready again after/);
  program.kill('SIGTERM');
  expect(await program.exited).toBe(0);
  const told = program.lines
    .filter((line) => /ready\b/.test(line))
    .map((line) => line.replace(/after [\d,]+ ms|in [\d.]+ m?s/, 'in time'));
  expect(told).toEqual([
    'shop: ready in time',
    'shop: not ready: shop/db is required, and has failed, and is started again in time',
    'shop: ready again in time',
  ]);
});

test('of several that are not up all are named, as far as they are few', async () => {
  const program = start(`
    const db = service({
      id: 'db', backoff: { minMs: 200, maxMs: 200, jitter: 0 },
      start: ({ fail, attempt }) => void (attempt === 1 && setTimeout(() => fail(new Error('gone')), 50)),
    });
    const others = ['a', 'b', 'c', 'd', 'e'].map((id) => service({ id, bindsTo: ['db'], start: () => id }));
    await application({ id: 'shop', health: { port: 0, host: '127.0.0.1' }, children: [db, ...others] }).run();
  `);
  const line = await program.line(/not ready/);
  program.kill('SIGTERM');
  expect(await program.exited).toBe(0);
  expect(line).toMatch(
    /^shop: not ready: shop\/db is required, .*; also because of shop\/a, shop\/b, shop\/c and 2 more$/,
  );
});
