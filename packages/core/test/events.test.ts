/** Events: each is provoked, survives JSON, comes in causal order; listeners that fail harm nobody. */
/* oxlint-disable unicorn/no-thenable -- a listener may return what only looks like a promise */
import {
  EVENT_NAMES,
  type EventName,
  type EventOf,
  type SupervisionEvent,
  type SupervisorTree,
  Shutdown,
  SimulatedClock,
  ignore,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { boot, deferred, rejection, scripted } from './support/scripted.js';

/** A scenario for each event, in which it happens. */
const SCENARIOS: Record<EventName, () => Promise<SupervisionEvent[]>> = {
  'child:starting': () => ended(),
  'child:started': () => ended(),
  'child:stopping': () => ended(),
  'child:stopped': () => ended(),
  'supervisor:starting': () => ended(),
  'supervisor:started': () => ended(),
  'supervisor:stopping': () => ended(),
  'supervisor:stopped': () => ended(),
  'child:start-failed': () => failedStart(),
  'supervisor:start-failed': () => failedStart(),
  'child:ignored': async () => (await boot({ children: [service({ id: 'a', start: () => ignore })] })).events,
  'child:ending': async () => {
    const a = service({
      id: 'a',
      start: ({ fail }) => setTimeout(() => fail(new Error('boom')), 0),
      stop: () => new Promise((resolve) => setTimeout(resolve, 0)),
    });
    const { tree, events } = await boot({ children: [a] });
    await new Promise((resolve) => tree.once('child:crashed', resolve));
    await tree.stop();
    return events;
  },
  'child:crashed': () => afterwards((a) => a.crash()),
  'child:restarting': () => afterwards((a) => a.crash()),
  'child:completed': () => afterwards((a) => a.finish(new Shutdown({ left: 0, big: 10n, self: undefined }))),
  'child:late-fault': () =>
    afterwards((a) => {
      a.finish();
      a.crash({ strange: true });
    }),
  'child:removed': () => afterwards((a) => a.finish(), { restart: 'temporary' }),
  'child:not-restarted': () => afterwards((a) => a.finish(), { restart: 'transient' }),
  'child:timed-out': async () => {
    const a = scripted('a', { maxRunMs: 100 });
    const { events, clock } = await boot({ children: [a.spec] });
    await clock.advance(100);
    return events;
  },
  'child:killing': async () => {
    const a = scripted('a', { shutdownMs: 100, onStop: () => deferred().promise, kill: () => {} });
    const { tree, events, clock } = await boot({ children: [a.spec] });
    const stopped = tree.stop();
    await clock.advance(1_100);
    await stopped;
    return events;
  },
  'child:cleanup-failed': () =>
    afterwards((a) => a.crash(), { onStop: () => Promise.reject(new Error('cleanup')) }),
  'child:backing-off': () => afterwards((a) => a.crash(), { backoff: { minMs: 100, maxMs: 1_000 } }),
  'child:gave-up': () =>
    afterwards((a) => a.crash(), { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 1_000 }),
  'child:classify-failed': () => afterwards((a) => a.crash(), { classify: () => 7 as never }),
  'child:waiting': async () => {
    const a = scripted('a');
    const b = scripted('b', { bindsTo: [a.spec] });
    const { tree, events } = await boot({ children: [a.spec, b.spec] });
    await tree.terminateChild(a.spec);
    return events;
  },
  'child:paused': () => paused(),
  'child:resumed': () => paused(),
  'child:stuck': async () => {
    const gate = deferred();
    const a = scripted('a', { shutdownMs: 100, onStuck: 'wait', onStop: () => gate.promise });
    const { tree, events, clock } = await boot({ children: [a.spec] });
    const stopped = tree.stop();
    await clock.advance(100);
    gate.resolve();
    await stopped;
    return events;
  },
  'child:abandoned': () => abandoned(),
  'child:settled': () => abandoned(),
  'supervisor:gave-up': () => afterwards((a) => a.crash(), {}, { maxRestarts: 0 }),
  'supervisor:auto-shutdown': () =>
    afterwards(
      (a) => a.finish(),
      { restart: 'transient', significant: true },
      { autoShutdown: 'any-significant' },
    ),
  'supervisor:reconciled': async () => {
    const { tree, events } = await boot({ children: [scripted('a').spec] });
    await tree.reconcile([scripted('b').spec]);
    return events;
  },
  'supervisor:warning': async () =>
    (await boot({ children: [supervisor({ id: 'sub', restart: 'transient', children: [] })] })).events,
  'listener:failed': async () => {
    const { tree, events, settle } = await boot({});
    tree.on('child:started', () => {
      throw new Error('listener');
    });
    await tree.startChild(scripted('a').spec);
    await settle();
    return events;
  },
};

async function ended(): Promise<SupervisionEvent[]> {
  const { tree, events } = await boot({
    children: [scripted('a', { shutdownMs: Infinity }).spec],
    maxRestarts: Infinity,
  });
  await tree.stop();
  return events;
}

async function failedStart(): Promise<SupervisionEvent[]> {
  const tree = supervisor({
    id: 'root',
    children: [
      scripted('a').spec,
      service({ id: 'b', start: () => Promise.reject(new Error('no', { cause: 7 })) }),
    ],
  }).handle({ clock: new SimulatedClock() });
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => void events.push(event));
  await rejection(tree.start());
  return events;
}

async function afterwards(
  act: (a: ReturnType<typeof scripted>) => void,
  script: Parameters<typeof scripted>[1] = {},
  options: Parameters<typeof boot>[0] = {},
): Promise<SupervisionEvent[]> {
  const a = scripted('a', script);
  const { events, settle } = await boot({ ...options, children: [a.spec] });
  act(a);
  await settle();
  return events;
}

async function paused(): Promise<SupervisionEvent[]> {
  const a = scripted('a');
  const { tree, events } = await boot({ children: [a.spec] });
  await tree.pause(a.spec, { reason: 'upgrade', by: 'ann' });
  await tree.resume(a.spec);
  return events;
}

async function abandoned(): Promise<SupervisionEvent[]> {
  const gate = deferred();
  const a = scripted('a', { shutdownMs: 100, onStop: () => gate.promise });
  const { tree, events, clock } = await boot({ children: [a.spec] });
  const stopped = tree.stop();
  await clock.advance(100);
  await stopped;
  gate.resolve();
  await clock.advance(50);
  return events;
}

test.each(EVENT_NAMES)('%s happens, and survives JSON', async (name) => {
  const events = await SCENARIOS[name]();
  const found = events.filter(({ type }) => type === name);
  expect(found.length).toBeGreaterThan(0);
  for (const event of events) {
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
    expect(event.path).toMatch(/^root(\/|$)/);
    expect(typeof event.at).toBe('number');
  }
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, i) => i + 1));
});

test('the list of names is complete and has no name twice', () => {
  expect(Object.keys(SCENARIOS).toSorted()).toEqual([...EVENT_NAMES].toSorted());
  expect(new Set(EVENT_NAMES).size).toBe(EVENT_NAMES.length);
});

describe('what they say', () => {
  const pick = async (name: EventName): Promise<SupervisionEvent> =>
    (await SCENARIOS[name]()).find(({ type }) => type === name)!;

  test('about a child: where, who, which incarnation', async () => {
    expect(await pick('child:crashed')).toMatchObject({
      path: 'root/a',
      supervisor: 'root',
      id: 'a',
      kind: 'service',
      incarnation: 1,
      error: { name: 'Error', message: 'a crashed' },
      restart: 'permanent',
      uptimeMs: 0,
    });
  });

  test('a restart: why, with whom, and how much of the budget is used', async () => {
    expect(await pick('child:restarting')).toMatchObject({
      because: 'exit',
      strategy: 'one-for-one',
      reason: { kind: 'crash' },
      budget: { used: 1, max: 3, withinMs: 5_000 },
      delayMs: 0,
    });
  });

  test('a delay: how long, until when, after how many failures', async () => {
    const delay = await pick('child:backing-off');
    expect(delay).toMatchObject({ path: 'root/a', incarnation: 1, failures: 1 });
    const { delayMs, nextStartAt } = delay as EventOf<'child:backing-off'>;
    expect(delayMs).toBeGreaterThanOrEqual(50);
    expect(delayMs).toBeLessThanOrEqual(100);
    expect(nextStartAt).toBe(delay.at + delayMs);
    const decided = (await SCENARIOS['child:backing-off']()).filter(
      ({ type }) => type === 'child:restarting',
    );
    expect(decided).toMatchObject([{ because: 'exit', delayMs: expect.any(Number) }]);
    expect(decided).not.toMatchObject([{ delayMs: 0 }]);
  });

  test('a child that gives up: why, what becomes of it, and when it comes back', async () => {
    expect(await pick('child:gave-up')).toMatchObject({
      path: 'root/a',
      giveUp: 'park',
      because: 'limit',
      error: { name: 'GaveUpError', code: 'COPPICE_CHILD_GAVE_UP', cause: { message: 'a crashed' } },
      budget: { used: 0, max: 0, withinMs: 5_000 },
      reviveAt: 1_000,
    });
  });

  test('one that waits: for whom; a pause: why, and who wants it', async () => {
    expect(await pick('child:waiting')).toMatchObject({ path: 'root/b', waitsFor: 'root/a' });
    expect(await pick('child:paused')).toMatchObject({ path: 'root/a', reason: 'upgrade', by: 'ann' });
    expect(await pick('child:resumed')).toMatchObject({ path: 'root/a', reason: null, by: null });
  });

  test('giving up: who was one too many, with the chain of causes', async () => {
    expect(await pick('supervisor:gave-up')).toMatchObject({
      path: 'root',
      offender: { path: 'root/a', kind: 'service', incarnation: 1 },
      error: { code: 'COPPICE_GAVE_UP', cause: { message: 'a crashed' } },
      budget: { used: 0, max: 0, withinMs: 5_000 },
    });
  });

  test('an unlimited wait is null', async () => {
    expect(await pick('child:stopping')).toMatchObject({ shutdownMs: null });
  });

  test('a failed start: what was undone', async () => {
    expect(await pick('supervisor:start-failed')).toMatchObject({
      undone: ['a'],
      error: { code: 'COPPICE_START_FAILED' },
    });
  });

  test('how long a start took, and how long it was up, wherever the clock stands', async () => {
    const gates = [deferred(), deferred()];
    const a = scripted('a', { onStart: (attempt) => gates[attempt - 1]!.promise });
    const { tree, clock, events, settle } = await boot({});
    await clock.advance(1_000);
    const started = tree.startChild(a.spec);
    await clock.advance(30);
    gates[0]!.resolve();
    await started;
    await clock.advance(200);
    a.crash();
    await clock.advance(7);
    gates[1]!.reject(new Error('no'));
    await settle();
    const find = (type: EventName) => events.find((event) => event.type === type && event.path === 'root/a');
    expect(find('child:started')).toMatchObject({ startMs: 30 });
    expect(find('child:crashed')).toMatchObject({ uptimeMs: 200 });
    expect(find('child:start-failed')).toMatchObject({ startMs: 7, incarnation: 2 });
  });

  test('abandoned and settled: how long', async () => {
    expect(await pick('child:abandoned')).toMatchObject({ phase: 'running', waitedMs: 100, incarnation: 1 });
    expect(await pick('child:settled')).toMatchObject({ afterMs: 0, incarnation: 1 });
  });
});

test('the order is causal: the end, the decision, what follows from it', async () => {
  const events = await afterwards((a) => a.crash());
  expect(events.slice(4).map(({ type }) => type)).toEqual([
    'child:crashed',
    'child:restarting',
    'child:starting',
    'child:started',
  ]);
});

describe('listeners', () => {
  test('of the subtree, of one supervisor only, and of one name', async () => {
    const heard: string[] = [];
    const note = (who: string) => (event: SupervisionEvent) =>
      void heard.push(`${who} ${event.type} ${event.path}`);
    const a = scripted('a');
    const sub = supervisor({ id: 'sub', children: [a.spec] });
    const { tree, settle } = await boot({ children: [sub, scripted('b').spec] });
    tree.on('child:crashed', note('root'));
    tree.own.on('child:crashed', note('root.own'));
    tree.supervisor(sub).on('child:crashed', note('sub'));
    tree.supervisor(sub).own.on('child:crashed', note('sub.own'));
    a.crash();
    await settle();
    expect(heard).toEqual([
      'sub.own child:crashed root/sub/a',
      'sub child:crashed root/sub/a',
      'root child:crashed root/sub/a',
    ]);
  });

  test('on, once, off', async () => {
    const heard: string[] = [];
    const a = scripted('a');
    const { tree, settle } = await boot({ maxRestarts: Infinity, children: [a.spec] });
    const on = (): void => void heard.push('on');
    const once = (): void => void heard.push('once');
    const gone = (): void => void heard.push('gone');
    tree
      .on('child:crashed', on)
      .once('child:crashed', once)
      .on('child:crashed', gone)
      .once('child:crashed', gone);
    tree.off('child:crashed', gone).off('child:crashed', () => {});
    const crash = async (): Promise<string[]> => {
      a.crash();
      await settle();
      return heard.splice(0);
    };
    expect(await crash()).toEqual(['on', 'once']);
    expect(await crash()).toEqual(['on']);
    tree.off('child:crashed', on);
    expect(await crash()).toEqual([]);
    tree.on('child:crashed', once);
    expect(await crash()).toEqual(['once']);
  });

  test('they stay over a restart of the supervisor they listen to, and over a new start of the tree', async () => {
    const a = scripted('a');
    const sub = supervisor({ id: 'sub', maxRestarts: 0, children: [a.spec] });
    const { tree, settle } = await boot({ children: [sub] });
    let starts = 0;
    tree.supervisor('sub').on('child:started', () => starts++);
    a.crash();
    await settle();
    expect(starts).toBe(1);
    await tree.stop();
    await tree.start();
    expect(starts).toBe(2);
  });

  const failing: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['is rejected', () => Promise.reject(new Error('listener'))],
    [
      'returns a promise-like that throws',
      () => ({
        then: () => {
          throw new Error('listener');
        },
      }),
    ],
  ];
  test.each(failing)('one that %s harms nobody and is reported once', async (_how, fail) => {
    const a = scripted('a');
    const { tree, settle, events } = await boot({ maxRestarts: Infinity, children: [a.spec] });
    let calls = 0;
    tree.on('child:crashed', () => {
      calls++;
      return fail();
    });
    let others = 0;
    tree.on('child:crashed', () => others++);
    for (let i = 0; i < 3; i++) {
      a.crash();
      await settle();
    }
    expect([calls, others, a.starts]).toEqual([3, 3, 4]); // it stays subscribed, and the others hear all
    expect(events.filter(({ type }) => type === 'listener:failed')).toEqual([
      expect.objectContaining({
        path: 'root',
        event: 'child:crashed',
        error: expect.objectContaining({ message: 'listener' }),
      }),
    ]);
  });

  test('if nobody else would hear of it, it is told on the console', async () => {
    const told = jest.spyOn(console, 'error').mockImplementation(() => {});
    const a = scripted('a');
    const tree = supervisor({ id: 'root', maxRestarts: Infinity, children: [a.spec] }).handle({
      clock: new SimulatedClock(),
    });
    tree.on('child:crashed', () => {
      throw new Error('alone');
    });
    tree.on('child:completed', () => {}); // hears neither this event nor that of the failure
    await tree.start();
    a.crash();
    await new Promise(setImmediate);
    a.crash();
    await new Promise(setImmediate);
    expect(told.mock.calls).toEqual([
      [expect.stringContaining("'child:crashed' at 'root'"), expect.objectContaining({ message: 'alone' })],
    ]);
  });

  test('a failing listener for listener:failed does not loop', async () => {
    const told = jest.spyOn(console, 'error').mockImplementation(() => {});
    const { tree } = await boot({});
    const fail = (): never => {
      throw new Error('again');
    };
    tree.on('listener:failed', fail);
    tree.on('event', fail);
    await tree.startChild(scripted('a').spec);
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('all hear an event before they hear what one of them has caused', async () => {
    const heard: string[] = [];
    const { tree } = await boot({});
    tree.on('event', ({ type }) => {
      heard.push(`1 ${type}`);
      if (type === 'child:starting') throw new Error('boom');
    });
    tree.on('event', ({ type }) => void heard.push(`2 ${type}`));
    await tree.startChild(scripted('a').spec);
    expect(heard).toEqual([
      '1 child:starting',
      '2 child:starting',
      '1 listener:failed',
      '2 listener:failed',
      '1 child:started',
      '2 child:started',
    ]);
  });

  test('one that was subscribed with once is called once, whatever the others do', async () => {
    const { tree } = await boot({});
    let calls = 0;
    tree.once('event', () => {
      throw new Error('boom');
    });
    tree.once('event', () => calls++);
    await tree.startChild(scripted('a').spec);
    expect(calls).toBe(1);
  });

  test('one may call in again: commands, subscriptions, a stop', async () => {
    const a = scripted('a');
    const { tree, settle, ended: end, events } = await boot({ children: [a.spec] });
    const calls: Promise<unknown>[] = [];
    tree.once('child:crashed', () => {
      tree.once('child:restarting', () => void calls.push(tree.stop()));
      calls.push(rejection(tree.startChild(a.spec)));
    });
    a.crash();
    await settle();
    await Promise.all(calls);
    expect((await end).reason).toEqual({ kind: 'shutdown' });
    expect(events.at(-1)!.type).toBe('supervisor:stopped');
  });

  test('nobody listens any more: no event is made, and none is counted', async () => {
    const a = scripted('a');
    const clock = new SimulatedClock();
    const tree: SupervisorTree = supervisor({ id: 'root', maxRestarts: Infinity, children: [a.spec] }).handle(
      { clock },
    );
    const seqs: number[] = [];
    const note = ({ seq }: SupervisionEvent): void => void seqs.push(seq);
    tree.on('event', note);
    await tree.start();
    tree.off('event', note);
    a.crash();
    await clock.advance(0);
    tree.on('event', note);
    await tree.stop();
    expect(seqs).toEqual(seqs.map((_seq, i) => i + 1));
  });
});

test('a task that starts and ends at once is told of in order', async () => {
  const { events } = await boot({ children: [task({ id: 'a', restart: 'temporary', run: () => {} })] });
  expect(events.filter(({ path }) => path === 'root/a').map(({ type }) => type)).toEqual([
    'child:starting',
    'child:started',
    'child:completed',
    'child:not-restarted',
    'child:removed',
  ]);
});
