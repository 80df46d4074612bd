/** use and whenReady: references that stay valid across restarts, over several levels of the tree. */
import {
  type Context,
  type Service,
  SimulatedClock,
  type Task,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { Readiness } from '../../src/engine/readiness.js';
import { deferred, forever, rejection, scripted } from '../support/scripted.js';
import { plan, plant, watched } from './support/trees.js';

/** A task that hands out its context. */
function asker(id = 'asker'): { spec: Task; readonly context: Context } {
  const contexts: Context[] = [];
  const spec = task({ id, shutdownMs: 0, run: (context) => (contexts.push(context), forever()) });
  return {
    spec,
    get context() {
      return contexts.at(-1)!;
    },
  };
}

describe('several levels up and down the tree', () => {
  test('a sibling, an aunt, a niece, a distant cousin; from a child and from every handle', async () => {
    const db = service({ id: 'db', start: () => 'db' });
    const near = service({ id: 'near', start: () => 'near' });
    const deep = service({ id: 'deep', start: () => 'deep' });
    const me = asker();
    const left = supervisor({ id: 'left', children: [supervisor({ id: 'in', children: [near, me.spec] })] });
    const right = supervisor({
      id: 'right',
      children: [supervisor({ id: 'in', children: [supervisor({ id: 'er', children: [deep] })] })],
    });
    const { tree } = await plant({ children: [db, left, right] });
    const refs = [db, near, deep];
    expect(refs.map((ref) => me.context.use(ref))).toEqual(['db', 'near', 'deep']);
    expect(await Promise.all(refs.map((ref) => me.context.whenReady(ref)))).toEqual(['db', 'near', 'deep']);
    for (const handle of [
      tree,
      tree.supervisor(left),
      tree.supervisor('right/in'),
      tree.supervisor('left/in'),
    ]) {
      expect(refs.map((ref) => handle.use(ref))).toEqual(['db', 'near', 'deep']);
      expect(await Promise.all(refs.map((ref) => handle.whenReady(ref)))).toEqual(['db', 'near', 'deep']);
    }
    await tree.stop();
  });

  test('of a declaration that stands in several places the nearest is meant', async () => {
    let made = 0;
    const shared = service({ id: 'shared', start: () => ++made });
    const inX = asker('inX');
    const inY = asker('inY');
    const x = supervisor({ id: 'x', children: [shared, inX.spec] });
    const y = supervisor({ id: 'y', children: [shared, inY.spec] });
    const { tree } = await plant({ children: [x, y] });
    expect([inX.context.use(shared), inY.context.use(shared), tree.use(shared)]).toEqual([1, 2, 1]);
    expect([tree.supervisor(x).use(shared), tree.supervisor(y).use(shared)]).toEqual([1, 2]);
    await tree.stop();
  });

  test('a child of a dynamic supervisor has no declaration of its own, but can ask for others', async () => {
    const db = service({ id: 'db', start: () => 'db' });
    const one = asker('one');
    const dynamic = dynamicSupervisor({ id: 'dyn', child: one.spec });
    const { tree } = await plant({ children: [db, dynamic] });
    await tree.supervisor(dynamic).startChild();
    expect(one.context.use(db)).toBe('db');
    expect(() => tree.use(one.spec as unknown as Service)).toThrow(
      expect.objectContaining({ code: 'COPPICE_UNKNOWN_REF' }),
    );
    await tree.stop();
  });

  test('one that stands below a supervisor that is down is known, and not running', async () => {
    const x = service({ id: 'x', start: () => 'x' });
    const sub = supervisor({ id: 'sub', children: [supervisor({ id: 'in', children: [x] })] });
    const { tree } = await plant({ children: [sub] });
    await tree.terminateChild(sub);
    expect(() => tree.use(x)).toThrow(
      expect.objectContaining({ code: 'COPPICE_NOT_RUNNING', path: 'root/sub/in/x' }),
    );
    const waiting = watched(tree.whenReady(x));
    await tree.restartChild(sub);
    expect(await tree.whenReady(x)).toBe('x');
    await Promise.resolve();
    expect(waiting.value).toBe('x');
  });
});

describe('a reference stays valid', () => {
  test('across restarts of the service, of its supervisor, and of the tree', async () => {
    const a = scripted('a', { onStart: () => a.starts });
    const sub = supervisor({ id: 'sub', maxRestarts: 0, children: [a.spec] });
    const { tree, settle } = await plant({ children: [sub] });
    expect(tree.use(a.spec)).toBe(1);
    a.crash(); // sub gives up, and is started again
    await settle();
    expect(tree.use(a.spec)).toBe(2);
    await tree.stop();
    expect(() => tree.use(a.spec)).toThrow(expect.objectContaining({ code: 'COPPICE_NOT_RUNNING' }));
    await tree.start();
    expect(tree.use(a.spec)).toBe(3);
  });

  test('use fails at once while it is down, and says in which state it is', async () => {
    const a = scripted('a', { backoff: { minMs: 100, maxMs: 100, jitter: 0 } });
    const { tree, pass } = await plant({ children: [a.spec] });
    a.crash();
    await pass(0);
    expect(() => tree.use(a.spec)).toThrow(
      "'root/a' is not running: it has failed, and is started again in 100 ms",
    );
    // And for programs: the plain status.
    const state = 'it has failed, and is started again in 100 ms';
    const details = { path: 'root/a', status: 'backing-off', state };
    expect(() => tree.use(a.spec)).toThrow(expect.objectContaining({ details }));
    await pass(100);
    expect(tree.use(a.spec)).toBe(2);
  });

  test('a value of undefined is a value', async () => {
    const a = service({ id: 'a', start: () => undefined });
    const { tree } = await plant({ children: [a] });
    expect([tree.use(a), await tree.whenReady(a)]).toEqual([undefined, undefined]);
  });
});

describe('whenReady waits', () => {
  const late = () => {
    const gate = deferred<string>();
    const db = service({ id: 'db', start: () => gate.promise });
    return { db, gate };
  };

  test('until it is up, from a handle that was not even started', async () => {
    const { db, gate } = late();
    const { tree, settle } = plan({ children: [db] });
    const ready = watched(tree.whenReady(db));
    const started = tree.start();
    await settle();
    expect(ready.isOver).toBe(false);
    gate.resolve('pool');
    await started;
    await settle();
    expect(ready.value).toBe('pool');
  });

  test('for the new one after a crash', async () => {
    const a = scripted('a', { backoff: { minMs: 100, maxMs: 100, jitter: 0 } });
    const { tree, pass } = await plant({ children: [a.spec] });
    a.crash();
    await pass(0);
    const ready = watched(tree.whenReady(a.spec));
    await pass(99);
    expect(ready.isOver).toBe(false);
    await pass(1);
    expect(ready.value).toBe(2);
  });

  test.each([
    [500, undefined],
    [499, 'COPPICE_NOT_READY'],
  ])('at most timeoutMs: %i', async (timeoutMs, code) => {
    const a = scripted('a', { backoff: { minMs: 500, maxMs: 500, jitter: 0 } });
    const { tree, pass, clock } = await plant({ children: [a.spec] });
    a.crash();
    await pass(0);
    const ready = watched(tree.whenReady(a.spec, { timeoutMs }));
    await pass(600);
    expect([ready.isOver, ready.error?.code, clock.pendingTimers]).toEqual([true, code, 0]);
    if (code)
      expect(ready.error!.message).toBe(
        "'root/a' is not up after 499 ms: it has failed, and is started again in 1 ms",
      );
  });

  test('timeoutMs 0: now or never', async () => {
    const { db } = late();
    const up = scripted('up');
    const { tree, settle } = plan({ children: [up.spec, db] });
    void tree.start();
    await settle();
    expect(await tree.whenReady(up.spec, { timeoutMs: 0 })).toBe(1);
    const ready = watched(tree.whenReady(db, { timeoutMs: 0 }));
    await settle();
    expect(ready.error).toMatchObject({ code: 'COPPICE_NOT_READY' });
  });

  test('many at once, each with a time of its own', async () => {
    const { db, gate } = late();
    const { tree, pass, clock } = plan({ children: [db] });
    void tree.start();
    const waits = [10, 20, Infinity].map((timeoutMs) => watched(tree.whenReady(db, { timeoutMs })));
    await pass(15);
    expect(waits.map(({ isOver }) => isOver)).toEqual([true, false, false]);
    gate.resolve('pool');
    await pass(0);
    expect(waits.map(({ value }) => value)).toEqual([undefined, 'pool', 'pool']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('one that came up and fell in the same moment is waited for again, and the time goes on', async () => {
    const a = scripted('a', {
      backoff: { minMs: 100, maxMs: 100, jitter: 0 },
      onStart: (attempt, { fail }) => {
        if (attempt === 2) queueMicrotask(() => fail(new Error('at once')));
        return attempt;
      },
    });
    const { tree, pass, told } = await plant({ children: [a.spec] });
    a.crash();
    await pass(0);
    const short = watched(tree.whenReady(a.spec, { timeoutMs: 150 }));
    const long = watched(tree.whenReady(a.spec, { timeoutMs: 250 }));
    await pass(150);
    expect([short.error?.code, long.isOver]).toEqual(['COPPICE_NOT_READY', false]);
    await pass(50);
    expect(long.value).toBe(3);
    expect(told('child:started').map(({ at }) => at)).toEqual([0, 100, 200]);
  });
});

describe('whenReady ends without it', () => {
  test('when the tree ends, whoever waits, and also after that', async () => {
    const a = scripted('a', { onStart: forever, shutdownMs: 0 });
    const { tree, settle } = plan({ children: [a.spec] });
    const started = rejection(tree.start());
    const ready = rejection(tree.whenReady(a.spec));
    await settle();
    await tree.stop();
    await started;
    const ended = {
      code: 'COPPICE_NOT_READY',
      message: "'root/a' is not up and will not be: its tree has ended",
    };
    expect(await ready).toMatchObject(ended);
    expect(await rejection(tree.whenReady(a.spec))).toMatchObject(ended);
  });

  test('when the tree does not come up', async () => {
    const a = scripted('a');
    const b = scripted('b', { onStart: () => Promise.reject(new Error('no')) });
    const { tree } = plan({ children: [b.spec, a.spec] });
    const ready = rejection(tree.whenReady(a.spec));
    await rejection(tree.start());
    expect(await ready).toMatchObject({ code: 'COPPICE_NOT_READY' });
  });

  test('when the child that waits has to stop, or has failed: with the reason of its signal', async () => {
    const a = scripted('a');
    const me = asker();
    const { tree } = await plant({ children: [a.spec, me.spec] });
    await tree.terminateChild(a.spec);
    const { context } = me;
    const stopped = rejection(context.whenReady(a.spec));
    await tree.restartNow(me.spec);
    expect(await stopped).toMatchObject({ code: 'COPPICE_STOP_REQUESTED' });
    expect(await rejection(context.whenReady(a.spec))).toMatchObject({ code: 'COPPICE_STOP_REQUESTED' });
    const failed = rejection(me.context.whenReady(a.spec));
    me.context.fail(new Error('boom'));
    expect(await failed).toMatchObject({ code: 'COPPICE_ENDED' });
    await tree.stop();
  });

  test('for what is nowhere in the tree, and for options that make no sense: at once', async () => {
    const a = scripted('a');
    const { tree } = await plant({ children: [a.spec] });
    for (const ref of [{ ...a.spec }, scripted('a').spec, undefined, 'a']) {
      expect(await rejection(tree.whenReady(ref as never))).toMatchObject({ code: 'COPPICE_UNKNOWN_REF' });
    }
    for (const options of [{ timeoutMs: -1 }, { timeoutMs: NaN }, { timeoutMs: '5' }, { timeout: 5 }, 7]) {
      expect(await rejection(tree.whenReady(a.spec, options as never))).toMatchObject({
        code: 'COPPICE_INVALID_ARGUMENT',
      });
    }
  });
});

test('nothing is left behind: no timer, and no listener on a signal', async () => {
  const added = jest.spyOn(AbortSignal.prototype, 'addEventListener');
  const removed = jest.spyOn(AbortSignal.prototype, 'removeEventListener');
  const a = scripted('a', { backoff: { minMs: 100, maxMs: 100, jitter: 0 } });
  const me = asker();
  const { tree, pass, clock } = await plant({ maxRestarts: Infinity, children: [a.spec, me.spec] });
  for (let round = 0; round < 20; round++) {
    a.crash();
    await pass(0);
    const waits = [me.context.whenReady(a.spec, { timeoutMs: 5_000 }), tree.whenReady(a.spec)].map(watched);
    const short = watched(me.context.whenReady(a.spec, { timeoutMs: 50 }));
    await pass(100);
    expect([...waits.map(({ value }) => value), short.error?.code]).toEqual([
      round + 2,
      round + 2,
      'COPPICE_NOT_READY',
    ]);
    expect(clock.pendingTimers).toBe(0);
  }
  expect(added.mock.calls.length - removed.mock.calls.length).toBe(0);
  await tree.stop();
});

test('whoever has waited is not called any more when its task has to end', async () => {
  const readiness = new Readiness(new SimulatedClock());
  const calls: string[] = [];
  const quit = { quitReason: undefined, onQuit: () => (calls.push('listen'), () => calls.push('leave')) };
  const wait = readiness.wait(
    'root/a',
    () => ({ status: undefined, state: 'it is down' }),
    { timeoutMs: Infinity, leftMs: Infinity },
    quit,
  );
  expect([calls, readiness.isAwaited]).toEqual([['listen'], true]);
  readiness.up('root/a');
  await wait;
  expect([calls, readiness.isAwaited]).toEqual([['listen', 'leave'], false]);
});

test('two services that wait for each other: their start timeouts end that', async () => {
  const a: Service<string> = service({
    id: 'a',
    startTimeoutMs: 100,
    start: async ({ whenReady }) => `a of ${await whenReady(b)}`,
  });
  const b: Service<string> = service({
    id: 'b',
    startTimeoutMs: 200,
    start: async ({ whenReady }): Promise<string> => `b of ${await whenReady(a)}`,
  });
  const { tree, pass } = plan({ startOrder: 'parallel', children: [a, b] });
  const started = watched(tree.start());
  await pass(200);
  expect(started.error).toMatchObject({
    code: 'COPPICE_START_FAILED',
    path: 'root/a',
    cause: { code: 'COPPICE_START_TIMEOUT' },
  });
});

test('a task that is up has no value', async () => {
  const { spec } = asker();
  const { tree } = await plant({ children: [spec] });
  expect(tree.use(spec as never)).toBeUndefined();
  expect(await tree.whenReady(spec as never)).toBeUndefined();
  await tree.stop();
});
