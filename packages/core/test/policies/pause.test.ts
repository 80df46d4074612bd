/** Pausing: a child whose automatic restarts are suspended. */
import { dynamicSupervisor, supervisor } from '@coppice/core';
import { crew, deferred, drain, rejection, scripted, statuses } from '../support/scripted.js';
import { failsFrom, plant } from './support/trees.js';

const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };

describe('a paused child', () => {
  test('that runs is left alone; when it ends it stays down, and nothing is counted', async () => {
    const a = scripted('a');
    const { tree, pass, clock } = await plant({ maxRestarts: 0, children: [a.spec] });
    await pass(70);
    await tree.pause('a', { reason: 'upgrade', by: 'ann' });
    expect(tree.snapshot().children[0]).toMatchObject({
      status: 'running',
      paused: { at: 70, reason: 'upgrade', by: 'ann' },
    });
    a.crash();
    await pass(60_000);
    expect([statuses(tree), a.starts, clock.pendingTimers]).toEqual([['a: paused'], 1, 0]);
    expect(tree.snapshot()).toMatchObject({
      budget: { used: 0 },
      children: [{ lastExit: { kind: 'crash' } }],
    });
  });

  test('resumed it is started at once, and nothing is counted', async () => {
    const a = scripted('a');
    const { tree, settle, told } = await plant({ maxRestarts: 0, children: [a.spec] });
    await tree.pause('a');
    a.crash();
    await settle();
    await tree.resume('a', { by: 'ben' });
    expect([statuses(tree), a.starts, tree.snapshot().budget.used]).toEqual([['a: running'], 2, 0]);
    expect(tree.snapshot().children[0]!.paused).toBeNull();
    expect(told('child:restarting')).toMatchObject([{ because: 'resume' }]);
    expect(told('child:resumed')).toMatchObject([{ reason: null, by: 'ben' }]);
  });

  test('resumed while it runs: nothing happens, and it is restarted again as ever', async () => {
    const a = scripted('a');
    const { tree, settle } = await plant({ children: [a.spec] });
    await tree.pause('a');
    await tree.resume('a');
    a.crash();
    await settle();
    expect(a.starts).toBe(2);
  });

  test('whose start fails when it is resumed: who asked is told, and it is tried again', async () => {
    const a = scripted('a', { onStart: failsFrom(2, 2) });
    const { tree, settle, pass } = await plant({ children: [a.spec] });
    await tree.pause('a');
    a.crash();
    await settle();
    expect(await rejection(tree.resume('a'))).toMatchObject({ code: 'COPPICE_START_FAILED', path: 'root/a' });
    await pass(10);
    expect([statuses(tree), a.starts]).toEqual([['a: running'], 3]);
  });

  test('can be started by hand, and stays paused', async () => {
    const a = scripted('a');
    const { tree, settle } = await plant({ children: [a.spec] });
    await tree.pause('a');
    for (const call of ['restartChild', 'restartNow'] as const) {
      a.crash();
      await settle();
      expect(statuses(tree)).toEqual(['a: paused']);
      await tree[call]('a');
      expect(tree.snapshot().children[0]).toMatchObject({ status: 'running', paused: { reason: null } });
    }
  });

  test('can be terminated, and deleted', async () => {
    const a = scripted('a');
    const { tree, settle } = await plant({ children: [a.spec] });
    await tree.pause('a');
    a.crash();
    await settle();
    await tree.deleteChild('a');
    expect(tree.whichChildren()).toEqual([]);
  });

  test('that was terminated is not started by resume: it is down because somebody wanted it', async () => {
    const a = scripted('a');
    const { tree } = await plant({ children: [a.spec] });
    await tree.pause('a');
    await tree.terminateChild('a');
    await tree.resume('a');
    expect([statuses(tree), a.starts]).toEqual([['a: stopped'], 1]);
  });

  test('that ends for good has ended for good', async () => {
    const a = scripted('a', { restart: 'transient' });
    const b = scripted('b', { restart: 'temporary' });
    const { tree, settle } = await plant({ children: [a.spec, b.spec] });
    await tree.pause('a');
    await tree.pause('b');
    a.finish();
    b.crash();
    await settle();
    expect(statuses(tree)).toEqual(['a: stopped']);
    await tree.resume('a');
    expect(a.starts).toBe(1);
  });
});

describe('in every state', () => {
  test('backing-off: its delay is over; resume starts it at once', async () => {
    const a = scripted('a', { backoff });
    const { tree, settle, clock } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    await tree.pause('a');
    expect(tree.snapshot().children[0]).toMatchObject({ status: 'paused', nextStartAt: null });
    expect(clock.pendingTimers).toBe(0);
    await tree.resume('a');
    expect([a.starts, statuses(tree)]).toEqual([2, ['a: running']]);
  });

  test('restarting: the attempt that is due is void', async () => {
    const a = scripted('a', { onStart: failsFrom(2, 2) });
    const { tree, pass } = await plant({ children: [a.spec] });
    let paused: Promise<unknown> | undefined;
    tree.once('child:start-failed', () => {
      paused = tree.pause('a');
    });
    a.crash();
    await pass(1_000);
    await paused;
    expect([statuses(tree), a.starts]).toEqual([['a: paused'], 2]);
    await tree.resume('a');
    expect(a.starts).toBe(3);
  });

  test('stopping after a crash: when that is over it stays down', async () => {
    const gate = deferred();
    const a = scripted('a', { onStop: () => gate.promise });
    const { tree, settle } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    await tree.pause('a');
    gate.resolve();
    await settle();
    expect([statuses(tree), a.starts]).toEqual([['a: paused'], 1]);
  });

  test('exited, and not decided on yet: the pause comes too late, or in time, in the order of arrival', async () => {
    const gate = deferred();
    const { a, specs } = crew(['a', 'slow'], (id) => (id === 'slow' ? { onStop: () => gate.promise } : {}));
    const { tree, settle } = await plant({ children: specs });
    const terminated = tree.terminateChild('slow');
    a.crash();
    await settle();
    expect(statuses(tree)[0]).toBe('a: exited');
    const paused = tree.pause('a');
    gate.resolve();
    await Promise.all([terminated, paused]);
    expect([statuses(tree)[0], a.starts]).toEqual(['a: running', 2]);
    a.crash();
    await settle();
    expect(statuses(tree)[0]).toBe('a: paused');
  });

  test('parked: it stays parked, and is not started by resume', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'park' });
    const { tree, settle } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    await tree.pause('a');
    await tree.resume('a');
    expect([statuses(tree), a.starts]).toEqual([['a: parked'], 1]);
  });

  test('waiting for what it is bound to: it does not come back with it, and with resume', async () => {
    const db = scripted('db');
    const api = scripted('api', { bindsTo: ['db'] });
    const { tree, settle } = await plant({ children: [db.spec, api.spec] });
    await tree.terminateChild('db');
    await tree.pause('api');
    await tree.restartChild('db');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: paused']);
    await tree.terminateChild('db');
    await tree.resume('api');
    expect(statuses(tree)).toEqual(['db: stopped', 'api: waiting']);
    await tree.restartChild('db');
    await settle();
    expect(statuses(tree)).toEqual(['db: running', 'api: running']);
  });

  test('twice: the second is what is to be seen; resumed twice is resumed', async () => {
    const a = scripted('a');
    const { tree, told } = await plant({ children: [a.spec] });
    await tree.pause('a', { reason: 'one' });
    await tree.pause('a', { reason: 'two' });
    expect(tree.snapshot().children[0]!.paused).toMatchObject({ reason: 'two' });
    await tree.resume('a');
    await tree.resume('a');
    expect(told('child:resumed')).toHaveLength(1);
  });
});

describe('with others', () => {
  test('group restarts pass over one that is paused and down', async () => {
    const { a, b, c, journal, specs } = crew(['a', 'b', 'c']);
    const { tree, settle } = await plant({ strategy: 'one-for-all', children: specs });
    await tree.pause('b');
    b.crash();
    await settle();
    drain(journal);
    a.crash();
    await settle();
    expect(drain(journal)).toEqual(['end a', 'stop c', 'start a', 'start c']);
    expect([statuses(tree), c.starts]).toEqual([['a: running', 'b: paused', 'c: running'], 2]);
  });

  test('one that is paused and runs falls with its group, and stays down', async () => {
    const { a, specs } = crew(['a', 'b']);
    const { tree, settle } = await plant({ strategy: 'one-for-all', children: specs });
    await tree.pause('b');
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['a: running', 'b: paused']);
    await tree.resume('b');
    expect([statuses(tree), a.starts]).toEqual([['a: running', 'b: running'], 2]);
  });

  test('under one-for-all its own end concerns nobody', async () => {
    const { a, b, specs } = crew(['a', 'b']);
    const { tree, settle } = await plant({ strategy: 'one-for-all', children: specs });
    await tree.pause('a');
    a.crash();
    await settle();
    expect([statuses(tree), b.starts]).toEqual([['a: paused', 'b: running'], 1]);
  });
});

test('a restart of the supervisor ends the pause', async () => {
  const a = scripted('a');
  const sub = supervisor({ id: 'sub', children: [a.spec] });
  const { tree, settle } = await plant({ children: [sub] });
  await tree.supervisor(sub).pause('a');
  await tree.restartNow('sub');
  a.crash();
  await settle();
  expect(a.starts).toBe(3);
  expect(tree.supervisor(sub).snapshot().children[0]!.paused).toBeNull();
});

test('a supervisor can be paused, too', async () => {
  const a = scripted('a');
  const sub = supervisor({ id: 'sub', maxRestarts: 0, children: [a.spec] });
  const { tree, settle } = await plant({ maxRestarts: 0, children: [sub] });
  await tree.pause('sub');
  a.crash();
  await settle();
  expect(statuses(tree)).toEqual(['sub: paused']);
  await tree.resume('sub');
  expect(statuses(tree)).toEqual(['sub: running']);
});

test('a child of a dynamic supervisor stays there while it is paused', async () => {
  const one = scripted('one');
  const dynamic = dynamicSupervisor({ id: 'dyn', child: one.spec });
  const { tree, settle } = await plant({ children: [dynamic] });
  const handle = tree.supervisor(dynamic);
  const { id } = await handle.startChild();
  await handle.pause(id);
  one.crash();
  await settle();
  expect(statuses(handle)).toEqual(['one#1: paused']);
  await handle.resume(id);
  expect(statuses(handle)).toEqual(['one#1: running']);
});

test('what makes no sense is refused, and nothing is paused', async () => {
  const { tree } = await plant({ children: [scripted('a').spec] });
  for (const call of ['pause', 'resume'] as const) {
    expect(await rejection(tree[call]('b'))).toMatchObject({ code: 'COPPICE_NOT_FOUND' });
    expect(await rejection(tree[call]('a', { why: 'x' } as never))).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
      message: `${call} expects no other options than reason, by; got 'why'`,
    });
    expect(await rejection(tree[call]('a', { by: 7 } as never))).toMatchObject({
      message: `${call} expects by: a string; got 7`,
    });
  }
  expect(tree.snapshot().children[0]!.paused).toBeNull();
});

test('the end of the tree does not care', async () => {
  const a = scripted('a');
  const { tree, settle } = await plant({ children: [a.spec, scripted('b').spec] });
  await tree.pause('a');
  await tree.pause('b');
  a.crash();
  await settle();
  await tree.stop();
  expect(statuses(tree)).toEqual(['a: stopped', 'b: stopped']);
});
