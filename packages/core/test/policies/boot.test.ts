/** boot: what a failed start at boot means for the others. */
import { type Boot, supervisor } from '@coppice/core';
import { crew, deferred, drain, rejection, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plan, plant, watched } from './support/trees.js';

const backoff = { minMs: 100, maxMs: 400, jitter: 0 };

/** a and c are well; b fails at its first starts. */
const trio = (boot: Boot, fails: number, more: object = {}) =>
  crew(['a', 'b', 'c'], (id) => (id === 'b' ? { boot, backoff, onStart: failsFrom(1, fails), ...more } : {}));

describe('fail', () => {
  test('is OTP: the start is rejected at once, what had started is stopped, backoff or not', async () => {
    const { b, journal, specs } = trio('fail', 1);
    const { tree, clock } = plan({ children: specs });
    expect(await rejection(tree.start())).toMatchObject({ code: 'COPPICE_START_FAILED', path: 'root/b' });
    expect(drain(journal)).toEqual(['start a', 'start b', 'stop a']);
    expect([b.starts, clock.pendingTimers]).toEqual([1, 0]);
  });

  test('is about the boot: later its backoff is used', async () => {
    const { b, specs } = trio('fail', 0);
    const { tree, pass } = await plant({ children: specs });
    b.crash();
    await pass(99);
    expect(statuses(tree)[1]).toBe('b: backing-off');
  });
});

describe('retry', () => {
  test('the boot waits, backing off; those behind it start when it is up', async () => {
    const { journal, specs } = trio('retry', 3);
    const { tree, pass, told } = plan({ maxRestarts: 0, children: specs });
    const started = watched(tree.start());
    await pass(699);
    expect(started.isOver).toBe(false);
    expect(statuses(tree)).toEqual(['a: running', 'b: backing-off', 'c: stopped']);
    expect(tree.snapshot()).toMatchObject({
      phase: 'starting',
      children: [{}, { nextStartAt: 700, failures: 3 }, {}],
    });
    await pass(1);
    expect(started.isOver).toBe(true);
    expect(drain(journal)).toEqual(['start a', 'start b', 'start b', 'start b', 'start b', 'start c']);
    expect(told('child:backing-off').map(({ at, delayMs }) => [at, delayMs])).toEqual([
      [0, 100],
      [100, 200],
      [300, 400],
    ]);
    expect(tree.snapshot()).toMatchObject({ phase: 'running', budget: { used: 0 } });
    expect(told('supervisor:started')).toMatchObject([{ at: 700, startMs: 700 }]);
  });

  test.each(['backing-off', 'starting', 'cleaning up'])(
    'a stop in the middle, while it is %s: nothing is left behind',
    async (when) => {
      const gate = deferred<number>();
      const cleanUp = deferred();
      const b = scripted('b', {
        boot: 'retry',
        backoff,
        onStart: (attempt, { defer, signal }) => {
          if (attempt === 1) throw new Error('first');
          if (when === 'cleaning up') {
            defer(() => cleanUp.promise);
            throw new Error('second');
          }
          signal.addEventListener('abort', () => gate.reject(signal.reason));
          return gate.promise;
        },
      });
      const a = scripted('a');
      const { tree, pass, clock, ended } = plan({ children: [a.spec, b.spec, scripted('c').spec] });
      const started = rejection(tree.start());
      await pass(when === 'backing-off' ? 50 : 150);
      const stopped = watched(tree.stop());
      await pass(10);
      cleanUp.resolve();
      await pass(0);
      expect(stopped.isOver).toBe(true);
      expect((await ended).reason).toEqual({ kind: 'shutdown' });
      expect(await started).toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
      expect([a.stops, b.starts, clock.pendingTimers]).toEqual([1, when === 'backing-off' ? 1 : 2, 0]);
      await pass(10_000);
      expect(b.starts).toBe(when === 'backing-off' ? 1 : 2);
      expect(tree.snapshot().children.map(({ status, nextStartAt }) => [status, nextStartAt])).toEqual([
        ['stopped', null],
        ['stopped', null],
        ['stopped', null],
      ]);
    },
  );

  test('a stop while one that is to give up cleans up after its failed start: it is the stop that counts', async () => {
    const cleanUp = deferred();
    const b = scripted('b', {
      boot: 'retry',
      backoff,
      classify: () => 'fatal',
      onStart: (_attempt, { defer }) => {
        defer(() => cleanUp.promise);
        throw new Error('fatal');
      },
    });
    const { tree, pass, ended, told } = plan({ children: [b.spec] });
    const started = rejection(tree.start());
    await pass(10);
    const stopped = tree.stop();
    cleanUp.resolve();
    await stopped;
    expect((await ended).reason).toEqual({ kind: 'shutdown' });
    expect(await started).toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
    expect(told('child:gave-up')).toEqual([]);
  });

  test('the supervisor is not deaf while its boot waits: it restarts, and does as it is told', async () => {
    const { a, b, specs } = trio('retry', 3);
    const { tree, pass } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(10);
    a.crash();
    await pass(0);
    expect([a.starts, statuses(tree)[0]]).toEqual([2, 'a: running']);
    const late = scripted('late');
    await tree.startChild(late.spec);
    await tree.terminateChild('a');
    await tree.restartChild('a');
    expect([a.starts, started.isOver]).toEqual([3, false]);
    await pass(10_000);
    expect([b.starts, started.isOver, late.starts]).toEqual([4, true, 1]);
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running', 'late: running']);
  });

  test('one that needs another, which crashes meanwhile: no deadlock', async () => {
    const db = scripted('db');
    const user = scripted('user', {
      boot: 'retry',
      backoff,
      onStart: (attempt, { use }) => (attempt === 1 ? Promise.reject(new Error('no')) : use(db.spec)),
    });
    const { tree, pass } = plan({ children: [db.spec, user.spec] });
    const started = watched(tree.start());
    await pass(1);
    db.crash();
    await pass(1_000);
    expect([started.isOver, statuses(tree)]).toEqual([true, ['db: running', 'user: running']]);
  });

  test.each([
    ['terminateChild', 'stopped'],
    ['pause', 'paused'],
  ] as const)('%s ends the waiting: the boot goes on without it', async (command, status) => {
    const { b, specs } = trio('retry', Infinity);
    const { tree, pass } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(50);
    await tree[command]('b');
    await pass(10_000);
    expect([b.starts, started.isOver]).toEqual([1, true]);
    expect(statuses(tree)).toEqual(['a: running', `b: ${status}`, 'c: running']);
  });

  test('one that it has not come to yet can be started by hand, and is passed over then', async () => {
    const { c, specs } = trio('retry', 1);
    const { tree, pass } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(10);
    expect(await tree.restartNow('c')).toMatchObject({ status: 'running' });
    await pass(90);
    expect([c.starts, started.isOver]).toEqual([1, true]);
  });

  test('restartNow does not wait for the delay', async () => {
    const { b, specs } = trio('retry', 1);
    const { tree, pass } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(10);
    await tree.restartNow('b');
    await pass(0);
    expect([b.starts, started.isOver]).toEqual([2, true]);
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
  });

  test.each(['one-for-all', 'rest-for-one'] as const)(
    'under %s a crash of another restarts its group, and starts nobody before its time',
    async (strategy) => {
      const { a, c, specs } = trio('retry', 4);
      const { tree, pass } = plan({ strategy, children: specs });
      const started = watched(tree.start());
      await pass(10);
      a.crash();
      await pass(50);
      expect([a.starts, c.starts, started.isOver]).toEqual([2, 0, false]);
      await pass(10_000);
      expect([started.isOver, c.starts]).toEqual([true, 1]);
      expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
    },
  );

  test('another that exceeds the limit meanwhile: the start is rejected, and says why', async () => {
    const { a, b, journal, specs } = trio('retry', Infinity);
    const { tree, pass, clock } = plan({ maxRestarts: 0, children: specs });
    const started = rejection(tree.start());
    await pass(10);
    drain(journal);
    a.crash(new Error('boom'));
    await pass(0);
    expect(await started).toMatchObject({
      code: 'COPPICE_START_FAILED',
      cause: { code: 'COPPICE_GAVE_UP', cause: { message: 'boom' } },
    });
    expect([b.starts, clock.pendingTimers, tree.snapshot().phase]).toEqual([1, 0, 'stopped']);
  });

  test('with a limit of its own the boot is given up, with the chain of causes', async () => {
    const { a, b, specs } = trio('retry', Infinity, { maxRestarts: 2, withinMs: 60_000 });
    const { tree, pass, told, clock } = plan({ children: specs });
    const started = rejection(tree.start());
    await pass(300);
    expect(await started).toMatchObject({
      code: 'COPPICE_START_FAILED',
      path: 'root/b',
      cause: {
        code: 'COPPICE_GAVE_UP',
        cause: { code: 'COPPICE_CHILD_GAVE_UP', cause: { message: 'attempt 3' } },
      },
    });
    expect([a.stops, b.starts, clock.pendingTimers]).toEqual([1, 3, 0]);
    expect(told('child:gave-up')).toMatchObject([{ because: 'limit', budget: { used: 2, max: 2 } }]);
  });

  test('with a limit of its own and park the boot goes on without it', async () => {
    const { b, specs } = trio('retry', Infinity, { maxRestarts: 2, withinMs: 60_000, giveUp: 'park' });
    const { tree, pass } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(300);
    expect([b.starts, started.isOver]).toEqual([3, true]);
    expect(statuses(tree)).toEqual(['a: running', 'b: parked', 'c: running']);
  });

  test('of a supervisor: its whole subtree is tried again', async () => {
    const x = scripted('x');
    const y = scripted('y', { onStart: () => failsFrom(1, 2)(y.starts) });
    const sub = supervisor({ id: 'sub', boot: 'retry', backoff, children: [x.spec, y.spec] });
    const { tree, pass } = plan({ children: [sub] });
    const started = watched(tree.start());
    await pass(299);
    expect([started.isOver, x.stops]).toEqual([false, 2]);
    await pass(1);
    expect([started.isOver, x.starts, y.starts]).toEqual([true, 3, 3]);
  });

  test.each(['park', 'keep-trying', 'exit'] as const)(
    'of a supervisor with giveUp %s: that is for later',
    async (giveUp) => {
      const y = scripted('y', { onStart: () => failsFrom(1, 2)(y.starts) });
      const sub = supervisor({ id: 'sub', boot: 'retry', giveUp, backoff, children: [y.spec] });
      const { tree, pass, told } = plan({ children: [sub] });
      const started = watched(tree.start());
      await pass(300);
      expect([started.isOver, y.starts, told('child:gave-up').length]).toEqual([true, 3, 0]);
    },
  );

  test('a whole below another: the one above waits as well', async () => {
    const { specs } = trio('retry', 1);
    const last = scripted('last');
    const { tree, pass } = plan({ children: [supervisor({ id: 'sub', children: specs }), last.spec] });
    const started = watched(tree.start());
    await pass(99);
    expect([started.isOver, last.starts]).toEqual([false, 0]);
    await pass(1);
    expect([started.isOver, last.starts]).toEqual([true, 1]);
  });

  test('two of them, one after the other', async () => {
    const { journal, specs } = crew(['a', 'b', 'c'], (id) =>
      id === 'c' ? {} : { boot: 'retry', backoff, onStart: failsFrom(1, 1) },
    );
    const { tree, pass } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(199);
    expect(started.isOver).toBe(false);
    await pass(1);
    expect(started.isOver).toBe(true);
    expect(drain(journal)).toEqual(['start a', 'start a', 'start b', 'start b', 'start c']);
  });
});

describe('degraded', () => {
  test('the boot goes on without it, and it is tried again', async () => {
    const { journal, specs } = trio('degraded', 2);
    const { tree, pass } = await plant({ maxRestarts: 0, children: specs });
    expect(drain(journal)).toEqual(['start a', 'start b', 'start c']);
    expect(statuses(tree)).toEqual(['a: running', 'b: backing-off', 'c: running']);
    await pass(300);
    expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
    expect(tree.snapshot().budget.used).toBe(0);
  });

  test('until it is up for the first time its attempts are for itself; after that it counts like any', async () => {
    const { a, b, specs } = trio('degraded', 2);
    const { tree, pass } = await plant({ strategy: 'one-for-all', maxRestarts: 5, children: specs });
    await pass(300);
    expect([a.starts, b.starts]).toEqual([1, 3]);
    b.crash();
    await pass(400);
    expect([a.starts, b.starts, tree.snapshot().budget.used]).toEqual([2, 4, 1]);
  });

  test.each(['one-for-all', 'rest-for-one'] as const)(
    'under %s its attempts stop nobody; and a restart of the group goes on behind it',
    async (strategy) => {
      const { a, b, c, specs } = trio('degraded', 6);
      const { tree, pass } = await plant({ strategy, children: specs });
      await pass(350);
      expect([a.starts, b.starts, c.starts]).toEqual([1, 3, 1]);
      a.crash();
      await pass(0);
      expect(statuses(tree)).toEqual(['a: running', 'b: backing-off', 'c: running']);
      await pass(10_000);
      expect(statuses(tree)).toEqual(['a: running', 'b: running', 'c: running']);
      expect([a.starts, c.starts]).toEqual([2, 2]);
    },
  );

  test('a stop does not wait for it', async () => {
    const { b, specs } = trio('degraded', Infinity);
    const { tree, clock } = await plant({ children: specs });
    await tree.stop();
    expect([b.starts, clock.pendingTimers]).toEqual([1, 0]);
  });

  test('one that is in the middle of its later start when a stop comes', async () => {
    const gate = deferred<number>();
    const b = scripted('b', {
      boot: 'degraded',
      backoff,
      shutdownMs: 0,
      onStart: (attempt) => (attempt === 1 ? failsFrom(1)(1) : gate.promise),
    });
    const { tree, pass, clock } = await plant({ children: [b.spec] });
    await pass(100);
    await tree.stop();
    gate.resolve(7);
    await pass(0);
    expect([b.stops, clock.pendingTimers]).toEqual([1, 0]);
  });
});

describe('of a child that is added later', () => {
  test.each(['retry', 'degraded'] as const)(
    '%s: startChild answers with a child that backs off',
    async (mode) => {
      const b = scripted('b', { boot: mode, backoff, onStart: failsFrom(1, 1) });
      const { tree, pass } = await plant({});
      expect(await tree.startChild(b.spec)).toMatchObject({ status: 'backing-off', incarnation: 1 });
      await pass(100);
      expect(statuses(tree)).toEqual(['b: running']);
    },
  );

  test('restartChild by hand is answered as it goes, and changes nothing if it fails', async () => {
    const b = scripted('b', { boot: 'degraded', backoff, onStart: failsFrom(2, 2) });
    const { tree, clock } = await plant({ children: [b.spec] });
    await tree.terminateChild('b');
    expect(await rejection(tree.restartChild('b'))).toMatchObject({ code: 'COPPICE_START_FAILED' });
    expect([statuses(tree)[0], clock.pendingTimers]).toEqual(['b: stopped', 0]);
  });
});

test('a tree that is started again boots anew', async () => {
  const { b, specs } = trio('retry', 1);
  const { tree, pass } = plan({ children: specs });
  const first = tree.start();
  await pass(100);
  await first;
  await tree.stop();
  const again = watched(tree.start());
  await pass(99);
  expect([again.isOver, b.starts]).toEqual([false, 3]);
  await pass(1);
  expect([again.isOver, b.starts]).toEqual([true, 4]);
});

describe('a significant child that ends while the boot waits for another', () => {
  const significant = { restart: 'transient', significant: true } as const;
  const down = { boot: 'retry', backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity } as const;
  const never = () => Promise.reject(new Error('no'));

  test.each([
    ['no other is significant', {}, true],
    ['one that has not been started yet is', significant, false],
  ])('%s', async (_, last, isOver) => {
    const a = scripted('a', significant);
    const b = scripted('b', { ...down, onStart: never });
    const { tree, settle } = plan({
      autoShutdown: 'all-significant',
      children: [a.spec, b.spec, scripted('c', last).spec],
    });
    const started = watched(tree.start());
    await settle();
    a.finish();
    await settle();
    expect([started.isOver, tree.snapshot().phase]).toEqual([isOver, isOver ? 'stopped' : 'starting']);
    await tree.stop();
  });
});
