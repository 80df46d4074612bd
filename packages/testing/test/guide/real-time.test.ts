import { task } from '@coppice/core';
import { testTree } from '@coppice/testing';

const nightly = task({
  id: 'nightly',
  restart: 'temporary',
  run: ({ signal }) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 8 * 3_600_000);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
});

test('on real time', async () => {
  await using app = await testTree([nightly], { time: 'real' });
  app.crash(nightly);
  await app.until('nightly crashed', { timeoutMs: 1_000 });
});

test('on the fake timers of the test runner', async () => {
  jest.useFakeTimers();
  {
    await using app = await testTree([nightly], { time: jest.advanceTimersByTimeAsync });
    await app.advance(8 * 3_600_000);
    app.events.expectOrder('nightly completed');
  }
  jest.useRealTimers();
});
