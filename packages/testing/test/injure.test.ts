/** Faults in a running tree. */
import { dynamicSupervisor, service, supervisor, task } from '@coppice/core';
import { beats, crash, hang, hangsAtStop, scripted, simulateStray, stall, testTree } from '@coppice/testing';

const eu = scripted('eu');
const feeds = supervisor({ id: 'feeds', children: [eu] });
const conns = dynamicSupervisor({ id: 'conns', child: scripted('conn') });

describe('crash', () => {
  test('by its declaration, by its path, with an error or without', async () => {
    await using test = await testTree([feeds, conns]);
    await test.tree.supervisor(conns).startChild();
    crash(test.tree, eu, new TypeError('boom'));
    test.crash('conns/conn#1');
    await test.settle();
    test.events.expectOrder(
      { type: 'child:crashed', ref: eu, error: { name: 'TypeError', message: 'boom' } },
      { type: 'child:restarting', ref: eu },
      'eu#2 started',
    );
    test.events.expectOrder({
      type: 'child:crashed',
      id: 'conn#1',
      error: { message: 'the test has crashed test/conns/conn#1' },
    });
  });

  test('a supervisor ends with all below it, and is started again', async () => {
    await using test = await testTree([feeds]);
    test.crash(feeds, new Error('rotten'));
    await test.settle();
    test.events.expectOrder(
      'eu stopped',
      { type: 'supervisor:stopped', path: 'test/feeds', reason: { kind: 'crash' } },
      'feeds restarting',
      'feeds#2 started',
    );
    test.crash('feeds');
    await test.settle();
    test.events.expectOrder('feeds#3 started');
  });

  test('while it starts', async () => {
    const slow = task({
      id: 'slow',
      awaitReady: true,
      run: () => new Promise<never>(() => {}),
      shutdownMs: 10,
    });
    await using test = await testTree([slow], { start: false });
    const starting = test.tree.start();
    test.crash(slow, new Error('too early'));
    await expect(test.until(starting)).rejects.toMatchObject({ cause: { message: 'too early' } });
  });

  test('what is not there, or not up', async () => {
    await using test = await testTree([feeds, scripted({ id: 'job', restart: 'temporary' })]);
    expect(() => test.crash(scripted('x'))).toThrow(expect.objectContaining({ code: 'COPPICE_UNKNOWN_REF' }));
    await test.tree.supervisor(feeds).terminateChild(eu);
    expect(() => test.crash(eu)).toThrow(expect.objectContaining({ code: 'COPPICE_NOT_RUNNING' }));
  });
});

describe('hang', () => {
  test('at a stop: it is abandoned in time, and settles when it is let go', async () => {
    await using test = await testTree([eu]);
    const letGo = hang(test.tree, eu);
    const { unstopped } = await test.stop();
    expect([unstopped.length, test.now]).toEqual([1, 5_000]);
    letGo();
    await test.settle();
    test.events.expectOrder('eu stopping', 'eu abandoned', 'test stopped', 'eu settled');
  });

  test('at a crash', async () => {
    await using test = await testTree([eu]);
    test.hang(eu);
    test.crash(eu);
    await test.until('eu#2 started');
    test.events.expectOrder('eu abandoned', 'eu#2 started');
    expect(test.now).toBe(5_000);
  });
});

describe('stall', () => {
  const feed = scripted({ id: 'feed', staleAfterMs: 100 }, beats(30));

  test('its watchdog notices', async () => {
    await using test = await testTree([feed]);
    await test.advance(1_000);
    stall(test.tree, feed);
    await test.advance(99);
    test.events.expectNever('feed crashed');
    await test.advance(1);
    test.events.expectOrder('feed crashed', 'feed#2 started');
    await test.advance(1_000);
    expect(test.events.count('feed crashed')).toBe(1);
  });

  test('not if it ends in time', async () => {
    await using test = await testTree([feed]);
    const goOn = test.stall(feed);
    await test.advance(50);
    goOn();
    await test.advance(1_000);
    test.events.expectNever('feed crashed');
  });

  test('where nothing would notice it is refused', async () => {
    await using test = await testTree([eu, scripted({ id: 'short', maxRunMs: 50 })]);
    expect(() => test.stall(eu)).toThrow("nothing would notice that 'test/eu' stalls");
    expect(() => test.stall('short')).not.toThrow();
  });
});

describe('stray faults', () => {
  test('are a crash', async () => {
    await using test = await testTree([eu]);
    expect(simulateStray(test.tree, eu, new Error('in a timer'))).toBe('crash');
    await test.settle();
    test.events.expectOrder({ type: 'child:crashed', error: { message: 'in a timer' } }, 'eu#2 started');
    expect(test.simulateStray(eu)).toBe('crash');
  });

  test('are late in one that is about to end', async () => {
    const stuck = scripted({ id: 'stuck', shutdownMs: 100 }, hangsAtStop);
    await using test = await testTree([stuck]);
    const stopped = test.stop();
    await test.settle();
    expect(test.tree.child(stuck)?.status).toBe('stopping');
    expect(test.simulateStray(stuck, new Error('late'))).toBe('late');
    await stopped;
    test.events.expectOrder({ type: 'child:late-fault', error: { message: 'late' } }, 'stuck abandoned');
  });
});

test('a child that a test crashes owns what it had: its clean-up runs', async () => {
  const closed: number[] = [];
  const db = service({
    id: 'db',
    start: ({ attempt }) => attempt,
    stop: (attempt) => void closed.push(attempt),
  });
  await using test = await testTree([db]);
  test.crash(db);
  await test.settle();
  expect(closed).toEqual([1]);
});
