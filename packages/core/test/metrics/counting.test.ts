/** What is counted when it happens: starts, exits, restarts and their reasons, durations. */
import {
  Shutdown,
  SimulatedClock,
  type SupervisorOptions,
  dynamicSupervisor,
  ignore,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { crew, deferred, forever, rejection, scripted } from '../support/scripted.js';
import { measured } from './support.js';

// Limits that are never used up: they are not what is looked at here.
beforeEach(() => void jest.spyOn(console, 'warn').mockImplementation(() => {}));

/** A tree that is measured from before its start. */
async function boot(options: Partial<SupervisorOptions>) {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'root', children: [], ...options }).handle({ clock, random: () => 0 });
  const metrics = measured(tree);
  void tree.whenStopped();
  await tree.start();
  return { tree, clock, settle: () => clock.advance(0), ...metrics };
}

describe('starts', () => {
  test('ok, with how long it took', async () => {
    const clock = new SimulatedClock();
    const slow = service({ id: 'slow', start: ({ sleep }) => sleep(1_500) });
    const tree = supervisor({ id: 'root', children: [slow] }).handle({ clock });
    const { count } = measured(tree);
    const starting = tree.start();
    await clock.advance(1_500);
    await starting;
    expect(count('supervision.child.starts')).toEqual({ '{root/slow,ok}': 1 });
    expect(count('supervision.child.start.duration')).toEqual({ '{root/slow,ok}': 1.5 });
  });

  test('failed, too late, ignored', async () => {
    const clock = new SimulatedClock();
    const often = { boot: 'degraded', maxRestarts: Infinity } as const;
    const tree = supervisor({
      id: 'root',
      children: [
        scripted('a', {
          ...often,
          backoff: { minMs: 100, maxMs: 100 },
          onStart: (attempt) => {
            if (attempt < 3) throw Object.assign(new TypeError('no'), { code: 'ECONNREFUSED' });
          },
        }).spec,
        scripted('b', {
          ...often,
          startTimeoutMs: 50,
          backoff: { minMs: 10_000, maxMs: 10_000 },
          onStart: () => forever(),
        }).spec,
        service({ id: 'c', start: () => ignore }),
      ],
    }).handle({ clock });
    const { count } = measured(tree);
    void tree.start();
    await clock.advance(5_000);
    await clock.advance(400);
    expect(count('supervision.child.starts')).toEqual({
      '{root/a,error,ECONNREFUSED}': 2,
      '{root/a,ok}': 1,
      '{root/b,timeout,COPPICE_START_TIMEOUT}': 1,
      '{root/c,ignored}': 1,
    });
  });

  test('interrupted: asked to stop before it was up; that is no exit', async () => {
    const clock = new SimulatedClock();
    const slow = service({ id: 'slow', start: ({ sleep }) => sleep(1_500) });
    const tree = supervisor({ id: 'root', children: [slow] }).handle({ clock });
    const { count } = measured(tree);
    const starting = rejection(tree.start());
    await clock.advance(100);
    const stopped = tree.stop();
    await clock.advance(0);
    await Promise.all([stopped, starting]);
    expect(count('supervision.child.starts')).toEqual({ '{root/slow,interrupted}': 1 });
    expect(count('supervision.child.exits')).toEqual({});
  });
});

describe('restarts, by what they are for', () => {
  test('a crash, an exit, and nothing for the first start', async () => {
    const a = scripted('a');
    const { count, settle } = await boot({ maxRestarts: 9, children: [a.spec] });
    expect(count('supervision.child.restarts')).toEqual({});
    a.crash(new RangeError('x'));
    await settle();
    a.finish();
    await settle();
    a.finish(new Shutdown());
    await settle();
    expect(count('supervision.child.restarts')).toEqual({
      '{root/a,crash,RangeError}': 1,
      '{root/a,exit}': 2,
    });
    expect(count('supervision.child.exits')).toEqual({
      '{root/a,crash,RangeError}': 1,
      '{root/a,normal}': 1,
      '{root/a,shutdown}': 1,
    });
  });

  test('siblings that go with it, at once and after a delay', async () => {
    const { a, b, specs } = crew(['a', 'b', 'c']);
    const { count, settle } = await boot({ strategy: 'rest-for-one', maxRestarts: 9, children: specs });
    b.crash();
    await settle();
    expect(count('supervision.child.restarts')).toEqual({ '{root/b,crash,Error}': 1, '{root/c,sibling}': 1 });
    a.crash();
    await settle();
    expect(count('supervision.child.restarts')).toEqual({
      '{root/a,crash,Error}': 1,
      '{root/b,crash,Error}': 1,
      '{root/b,sibling}': 1,
      '{root/c,sibling}': 2,
    });
  });

  test('with a delay, those that wait for it are siblings still', async () => {
    const { a, specs } = crew(['a', 'b'], () => ({ backoff: { minMs: 1_000, maxMs: 1_000, jitter: 0 } }));
    const { count, clock } = await boot({ strategy: 'one-for-all', maxRestarts: 9, children: specs });
    a.crash();
    await clock.advance(999);
    expect(count('supervision.child.restarts')).toEqual({});
    await clock.advance(1);
    expect(count('supervision.child.restarts')).toEqual({ '{root/a,crash,Error}': 1, '{root/b,sibling}': 1 });
  });

  test('those that are bound to it', async () => {
    const a = scripted('a');
    const b = scripted('b', { bindsTo: ['a'] });
    const { count, settle } = await boot({ maxRestarts: 9, children: [a.spec, b.spec] });
    a.crash();
    await settle();
    expect(count('supervision.child.restarts')).toEqual({ '{root/a,crash,Error}': 1, '{root/b,sibling}': 1 });
  });

  test('a watchdog', async () => {
    const { count, clock } = await boot({
      children: [scripted('stale', { staleAfterMs: 100 }).spec, scripted('long', { maxRunMs: 150 }).spec],
    });
    await clock.advance(160);
    expect(count('supervision.child.restarts')).toEqual({
      '{root/stale,health,COPPICE_STALE}': 1,
      '{root/long,health,COPPICE_RAN_TOO_LONG}': 1,
    });
  });

  test('by hand', async () => {
    const { tree, count } = await boot({ children: [scripted('a').spec] });
    await tree.restartNow('a');
    await tree.terminateChild('a');
    await tree.restartChild('a');
    expect(count('supervision.child.restarts')).toEqual({ '{root/a,manual}': 2 });
  });

  test('by hand, though it was due to be started again after a crash', async () => {
    const a = scripted('a', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
    const { tree, count, settle } = await boot({ children: [a.spec] });
    a.crash();
    await settle();
    await tree.terminateChild('a');
    await tree.restartChild('a');
    expect(count('supervision.child.restarts')).toEqual({ '{root/a,manual}': 1 });
  });

  test('of a supervisor: its children begin anew, and are not restarted', async () => {
    const a = scripted('a');
    const { count, settle } = await boot({
      children: [supervisor({ id: 'sub', maxRestarts: 0, children: [a.spec] })],
    });
    a.crash();
    await settle();
    expect(count('supervision.child.restarts')).toEqual({ '{root/sub,exit,COPPICE_GAVE_UP}': 1 });
    expect(count('supervision.child.starts')).toEqual({ '{root/sub,ok}': 2, '{root/sub/a,ok}': 2 });
    expect(count('supervision.escalations')).toEqual({ '{root/sub}': 1 });
  });

  test('one that was due and is called off is not counted when its place starts anew', async () => {
    const a = scripted('a', { backoff: { minMs: 1_000, maxMs: 1_000 } });
    const b = scripted('b');
    const { count, clock, settle } = await boot({
      maxRestarts: 9,
      children: [supervisor({ id: 'sub', maxRestarts: 0, children: [a.spec, b.spec] })],
    });
    a.crash();
    await settle(); // one too many at once: there is no delay to wait for
    await clock.advance(5_000);
    expect(count('supervision.child.restarts')).toEqual({ '{root/sub,exit,COPPICE_GAVE_UP}': 1 });
  });
});

describe('stops', () => {
  test('graceful, forced, abandoned, with how long they took', async () => {
    const hook = deferred();
    const { tree, clock, count } = await boot({
      children: [
        scripted('stuck', { shutdownMs: 300, onStop: () => forever() }).spec,
        scripted('killed', { shutdownMs: 200, onStop: () => hook.promise, kill: () => hook.resolve() }).spec,
        service({
          id: 'slow',
          start: () => 1,
          stop: () => new Promise<void>((ok) => void clock.setTimer(ok, 100)),
        }),
        task({ id: 'quick', run: ({ signal }) => new Promise((ok) => signal.addEventListener('abort', ok)) }),
      ],
    });
    const stopped = tree.stop();
    await clock.advance(100);
    await clock.advance(200);
    await clock.advance(300);
    await stopped;
    expect(count('supervision.child.stop.duration')).toEqual({
      '{root/slow,graceful}': 0.1,
      '{root/killed,forced}': 0.2,
      '{root/stuck,abandoned}': 0.3,
    });
    expect(count('supervision.child.exits')).toEqual({
      '{root/quick,stopped}': 1,
      '{root/slow,stopped}': 1,
      '{root/killed,killed}': 1,
      '{root/stuck,killed}': 1,
    });
  });
});

test('who gives up, and what becomes of it', async () => {
  const a = scripted('a', { maxRestarts: 0, giveUp: 'park' });
  const { count, settle, of } = await boot({ children: [a.spec] });
  a.crash();
  await settle();
  expect(count('supervision.child.give_ups')).toEqual({ '{root/a,park,Error}': 1 });
  expect(of('supervision.child.status.state')).toEqual({ '{root/a,failed}': 1 });
});

describe('children that come and go are told together', () => {
  const session = service({ id: 'session', start: ({ attempt }) => attempt });

  test('whatever they are called, and what is below them', async () => {
    const { tree, count, of, reading } = await boot({
      children: [
        dynamicSupervisor({ id: 'sessions', child: session }),
        dynamicSupervisor({ id: 'rooms', child: supervisor({ id: 'room', children: [session] }) }),
      ],
    });
    for (const id of ['ada', 'bob', 'cy']) {
      await tree.supervisor('sessions').startChild({ id } as never);
      await tree.supervisor('rooms').startChild({ id } as never);
    }
    await tree.supervisor('sessions').terminateChild('bob');
    expect(count('supervision.child.starts')).toEqual({
      '{root/sessions,ok}': 1,
      '{root/rooms,ok}': 1,
      '{root/sessions/*,ok}': 3,
      '{root/rooms/*,ok}': 3,
      '{root/rooms/*/session,ok}': 3,
    });
    expect(of('supervision.child.status.state')).toEqual({
      '{root/sessions,running}': 1,
      '{root/sessions/*,running}': 2,
      '{root/rooms,running}': 1,
      '{root/rooms/*,running}': 3,
    });
    expect(Object.keys(reading()).join()).not.toMatch(/ada|bob|cy/);
  });

  test('also when counting begins later', async () => {
    const clock = new SimulatedClock();
    const tree = dynamicSupervisor({ id: 'crowd', child: session }).handle({ clock });
    await tree.start();
    await tree.startChild({ id: 'ada' });
    const { count, of } = measured(tree);
    await tree.startChild({ id: 'bob' });
    await tree.terminateChild('ada');
    expect(count('supervision.child.starts')).toEqual({ '{crowd/*,ok}': 1 });
    expect(count('supervision.child.exits')).toEqual({ '{crowd/*,stopped}': 1 });
    expect(of('supervision.child.status.state')).toEqual({ '{crowd/*,running}': 1 });
  });

  test('a start that is under way when counting begins can still be interrupted', async () => {
    const clock = new SimulatedClock();
    const slow = service({ id: 'slow', start: ({ sleep }) => sleep(1_500) });
    const tree = supervisor({ id: 'root', children: [slow] }).handle({ clock });
    const starting = rejection(tree.start());
    const { count } = measured(tree);
    const stopped = tree.stop();
    await clock.advance(0);
    await Promise.all([stopped, starting]);
    expect(count('supervision.child.starts')).toEqual({ '{root/slow,interrupted}': 1 });
  });

  test('a stop that is under way when counting begins took nobody knows how long', async () => {
    const clock = new SimulatedClock();
    const hook = deferred();
    const tree = supervisor({
      id: 'root',
      children: [scripted('a', { onStop: () => hook.promise }).spec],
    }).handle({ clock });
    await tree.start();
    const stopped = tree.stop();
    await clock.advance(100);
    const { counted } = measured(tree);
    hook.resolve();
    await clock.advance(0);
    await stopped;
    expect(counted).toEqual({ 'supervision.child.exits{root/a,stopped}': 1 });
  });

  test('of other paths there is an end as well', async () => {
    const clock = new SimulatedClock();
    const tree = supervisor({ id: 'root', children: [scripted('a').spec] }).handle({ clock });
    const { count } = measured(tree, { maxPaths: 2 });
    await tree.start();
    for (const id of ['b', 'c', 'd']) await tree.startChild(scripted(id).spec);
    await tree.terminateChild('a');
    expect(count('supervision.child.starts')).toEqual({ '{root/a,ok}': 1, '{root/b,ok}': 1, '{*,ok}': 2 });
    expect(count('supervision.child.exits')).toEqual({ '{root/a,stopped}': 1 });
  });
});

test('the type of an error is bounded as well', async () => {
  const a = scripted('a');
  const { count, settle } = await boot({ maxRestarts: 99, children: [a.spec] });
  for (const error of [
    Object.assign(new Error('x'), { name: 'Error 4711 of user ada' }),
    Object.assign(new Error('x'), { code: 7 }),
    null,
  ]) {
    a.crash(error);
    await settle();
  }
  const types = Object.keys(count('supervision.child.exits')).map((key) => key.replace(/.*,(.*)}/, '$1'));
  expect(types.toSorted()).toEqual(['Error', 'NonError', '_OTHER']);
});

test('whoever no longer listens counts nothing', async () => {
  const a = scripted('a');
  const { count, settle, off } = await boot({ children: [a.spec] });
  off();
  off();
  a.crash();
  await settle();
  expect(count('supervision.child.exits')).toEqual({});
});

test('stray faults: of this tree, and nobody’s', async () => {
  const { fault, count } = await boot({});
  const facts = { origin: 'uncaughtException', attribution: 'context', outcome: 'crash' };
  fault({ ...facts, owner: { path: 'root/a' } });
  fault({ ...facts, owner: { path: 'rooted/a' } });
  fault({ ...facts, outcome: 'fatal', attribution: 'none', owner: undefined });
  expect(count('supervision.faults')).toEqual({
    '{root/a,context,uncaughtException,true}': 1,
    '{none,uncaughtException,false}': 1,
  });
});
