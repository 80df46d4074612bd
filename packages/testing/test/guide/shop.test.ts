import {
  TestingError,
  crashes,
  failsToStart,
  hangsAtStop,
  misbehaving,
  onRun,
  replace,
  scripted,
  startsSlowly,
  stub,
  testTree,
} from '@coppice/testing';
import { db, outbox, sent, shop } from './shop.js';

const fakeDb = stub(db, { query: async () => [{ id: 1 }] });
const offline = replace(shop, db, fakeDb);

beforeEach(() => sent.splice(0));

test('the outbox goes down and comes back with the database', async () => {
  await using app = await testTree(offline);
  app.crash(db, new Error('connection lost'));
  await app.until('outbox#2 started');
  app.events.expectOrder('db crashed', 'outbox stopped', 'db#2 started', 'outbox#2 started');
});

test('it sends once a second', async () => {
  await using app = await testTree(offline);
  await app.advance(10_000);
  expect(sent).toHaveLength(11);
});

test('the shop gives up when the database stays away for good', async () => {
  const down = replace(shop, db, misbehaving(fakeDb, crashes('ECONNREFUSED')));
  await using app = await testTree(down);
  await app.until('shop stopped');
  expect(app.events.count('db crashed')).toBe(11);
  app.events.expectOrder('shop gave-up', 'shop stopped');
});

test('a database that is slow at first, and then refuses twice', async () => {
  const flaky = misbehaving(
    fakeDb,
    onRun(1, startsSlowly(2_000), crashes('reset by peer', { afterMs: 500 })),
    onRun(2, failsToStart('too many clients')),
    onRun(3, failsToStart('too many clients')),
  );
  await using app = await testTree(replace(shop, db, flaky));
  await app.until('outbox#2 started');
  app.events.expectOrder('db#1 crashed', 'db#2 start-failed', 'db#3 start-failed', 'db#4 started');
});

test('the stop of the shop does not wait for an outbox that hangs', async () => {
  await using app = await testTree(offline);
  app.hang(outbox);
  const { unstopped } = await app.stop();
  expect(unstopped.map(({ path }) => path)).toEqual(['shop/outbox']);
  expect(app.now).toBe(2_000); // its shutdownMs
});

test('an outbox that makes no progress is started again', async () => {
  await using app = await testTree(offline);
  app.stall(outbox);
  await app.advance(30_000); // its staleAfterMs
  app.events.expectOrder('outbox crashed', 'outbox#2 started');
});

test('what an error handler forgets is the crash of the outbox alone', async () => {
  await using app = await testTree(offline);
  expect(app.simulateStray(outbox, new TypeError('x is undefined'))).toBe('crash');
  await app.settle();
  app.events.expectOrder('outbox crashed', 'outbox#2 started');
  app.events.expectNever('db stopping');
});

test('policies can be tried with children that are nothing but their script', async () => {
  const flaky = scripted('flaky', crashes('again', { afterMs: 10 }));
  const slow = scripted({ id: 'slow', shutdownMs: 50 }, hangsAtStop);
  await using app = await testTree([flaky, slow]);
  await app.until('test gave-up');
  expect(app.events.count('flaky crashed')).toBe(4);
  await app.until('slow abandoned');
});

test('a deviation tells the story', async () => {
  await using app = await testTree([scripted('db', onRun(1, crashes('connection lost', { afterMs: 250 })))]);
  await app.runUntilIdle();
  const deviation = (): void => app.events.expectOrder('db crashed', 'db#2 started', 'db stopped');
  expect(deviation).toThrow(TestingError);
  expect(deviation).toThrow("After 'db#2 started' (number 8) the story deviates");
});
