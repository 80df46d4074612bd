import { service } from '@coppice/core';
import { testTree, watchLeaks } from '@coppice/testing';

const leaks = watchLeaks();
afterEach(() => leaks.check());
afterAll(leaks.stop);

const ticker = service({
  id: 'ticker',
  start: () => setInterval(() => {}, 1_000),
  stop: (timer) => clearInterval(timer),
});

test('the ticker leaves nothing behind', async () => {
  await using app = await testTree([ticker]);
  app.crash(ticker);
  await app.until('ticker#2 started');
});
