/** Handles: starting and stopping a tree, finding supervisors in it, commands, and what does not stop in time. */
import {
  type Context,
  type GaveUpError,
  Shutdown,
  SimulatedClock,
  type SupervisorTree,
  dynamicSupervisor,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { boot, crew, deferred, drain, forever, rejection, scripted, statuses } from './support/scripted.js';
import { unhandledRejections } from './support/unhandled-rejections.js';

const SLOW = 10_000;

/** A child whose start takes SLOW ms of the given clock. */
const slow = (clock: SimulatedClock, journal: string[] = [], id = 'slow') =>
  scripted(id, {
    journal,
    onStart: () => new Promise((resolve) => clock.setTimer(() => resolve('value'), SLOW)),
  });

describe('start', () => {
  test('again while it starts, or is up: the same start', async () => {
    const clock = new SimulatedClock();
    const a = slow(clock);
    const tree = supervisor({ id: 'root', children: [a.spec] }).handle({ clock });
    const both = Promise.all([tree.start(), tree.start()]);
    expect(tree.snapshot().phase).toBe('starting');
    await clock.advance(SLOW);
    expect((await both)[0]).toBe(tree);
    await tree.start();
    expect(a.starts).toBe(1);
  });

  test('again after a stop: all anew, through the same handle', async () => {
    const { a, specs } = crew(['a']);
    const { tree } = await boot({ children: specs });
    await tree.startChild(scripted('extra').spec);
    await tree.stop();
    expect(tree.snapshot().phase).toBe('stopped');
    await tree.start();
    expect(statuses(tree)).toEqual(['a: running']); // what was added at run time is not in the declaration
    expect(a.starts).toBe(2);
    expect((await tree.stop()).reason).toEqual({ kind: 'shutdown' });
  });

  test('again after a failed start', async () => {
    let isBroken = true;
    const tree = supervisor({
      id: 'root',
      children: [
        service({
          id: 'a',
          start: () => {
            if (isBroken) throw new Error('no');
          },
        }),
      ],
    }).handle();
    expect((await rejection(tree.start())).code).toBe('COPPICE_START_FAILED');
    isBroken = false;
    await tree.start();
    expect(statuses(tree)).toEqual(['a: running']);
    await tree.stop();
  });

  test('one declaration can be started as many trees, that know nothing of each other', async () => {
    const declared = supervisor({ id: 'root', children: [service({ id: 'a', start: () => 1 })] });
    const [one, two] = await Promise.all([declared.start(), declared.start()]);
    await one.stop();
    expect([one.snapshot().phase, two.snapshot().phase]).toEqual(['stopped', 'running']);
    await two.stop();
  });
});

describe('stop', () => {
  test('again, and while it stops: the same end', async () => {
    const gate = deferred();
    const { tree, ended } = await boot({ children: [scripted('a', { onStop: () => gate.promise }).spec] });
    const reports = [tree.stop(), tree.stop({ reason: 'normal' })];
    expect(tree.snapshot().phase).toBe('stopping');
    gate.resolve();
    reports.push(tree.stop());
    const [first, ...others] = await Promise.all([...reports, ended]);
    expect(first).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
    for (const other of others) expect(other).toEqual(first);
    expect(await tree.stop()).toEqual(first);
  });

  test.each([
    ['none', undefined, { kind: 'shutdown' }],
    ['shutdown', 'shutdown', { kind: 'shutdown' }],
    ['normal', 'normal', { kind: 'normal' }],
    ['a Shutdown', new Shutdown('done'), { kind: 'shutdown', detail: 'done' }],
    ['an error', new Error('broken'), { kind: 'crash', error: new Error('broken') }],
  ] as const)('with a reason: %s', async (_what, reason, expected) => {
    const { tree } = await boot({});
    expect((await tree.stop(reason === undefined ? {} : { reason })).reason).toEqual(expected);
  });

  test('before it was ever started', async () => {
    const { a, specs } = crew(['a']);
    const tree = supervisor({ id: 'root', children: specs }).handle();
    expect(await tree.stop()).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
    expect(a.starts).toBe(0);
    await tree.start();
    expect(a.starts).toBe(1);
    await tree.stop();
  });

  test('while it starts: the slow start is not waited for to succeed, those before it are stopped', async () => {
    const clock = new SimulatedClock();
    const journal: string[] = [];
    const before = scripted('before', { journal });
    const after = scripted('after', { journal });
    const cancellable = service({
      id: 'cancellable',
      start: ({ signal }) =>
        new Promise<string>((_resolve, reject) => {
          journal.push('start cancellable');
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    const tree = supervisor({ id: 'root', children: [before.spec, cancellable, after.spec] }).handle({
      clock,
    });
    const started = rejection(tree.start());
    const stopped = tree.stop();
    await clock.advance(0);
    expect(await started).toMatchObject({ name: 'StartError', code: 'COPPICE_START_INTERRUPTED' });
    expect(await stopped).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
    expect(journal).toEqual(['start before', 'start cancellable', 'stop before']);
  });

  test('while it starts: a start that cannot be cancelled is abandoned, and what it makes later is given back', async () => {
    const clock = new SimulatedClock();
    const journal: string[] = [];
    const child = slow(clock, journal);
    const tree = supervisor({ id: 'root', children: [child.spec] }).handle({ clock });
    const started = rejection(tree.start());
    const stopped = tree.stop();
    await clock.advance(5_000);
    await started;
    expect((await stopped).unstopped).toEqual([
      { path: 'root/slow', incarnation: 1, phase: 'starting', waitedMs: 5_000 },
    ]);
    expect(drain(journal)).toEqual(['start slow']);
    await clock.advance(5_000);
    expect(drain(journal)).toEqual(['stop slow']);
    expect(tree.snapshot().children[0]!.abandoned).toEqual([]);
  });

  test('await using', async () => {
    const { journal, specs } = crew(['a']);
    {
      await using tree = await supervisor({ id: 'root', children: specs }).start();
      expect(tree.countChildren().active).toBe(1);
    }
    expect(journal).toEqual(['start a', 'stop a']);
  });

  test('await using: also when the block throws, and when the tree has ended before', async () => {
    const { journal, specs } = crew(['a']);
    const block = async (): Promise<void> => {
      await using tree = await supervisor({ id: 'root', children: specs }).start();
      await tree.stop();
      throw new Error('from the block');
    };
    expect((await rejection(block())).message).toBe('from the block');
    expect(journal).toEqual(['start a', 'stop a']);
  });
});

describe('reading answers at once, in every state', () => {
  test('snapshot, children and counts', async () => {
    const clock = new SimulatedClock(1_000);
    const gate = deferred();
    const a = slow(clock, [], 'a');
    const b = scripted('b', { onStop: () => gate.promise });
    const tree = supervisor({ id: 'root', children: [b.spec, a.spec] }).handle({ clock });
    const read = () => ({
      phase: tree.snapshot().phase,
      children: statuses(tree),
      active: tree.countChildren().active,
    });
    expect(read()).toEqual({ phase: 'idle', children: ['b: stopped', 'a: stopped'], active: 0 });
    const started = tree.start();
    expect(read()).toEqual({ phase: 'starting', children: ['b: running', 'a: starting'], active: 2 });
    await clock.advance(SLOW);
    await started;
    expect(read()).toEqual({ phase: 'running', children: ['b: running', 'a: running'], active: 2 });
    const stopped = tree.stop();
    await clock.advance(0);
    expect(read()).toEqual({ phase: 'stopping', children: ['b: stopping', 'a: stopped'], active: 1 });
    gate.resolve();
    await stopped;
    expect(read()).toEqual({ phase: 'stopped', children: ['b: stopped', 'a: stopped'], active: 0 });
  });

  test('a snapshot is JSON, of the whole subtree', async () => {
    const { a, specs } = crew(['a']);
    const sub = supervisor({ id: 'sub', maxRestarts: Infinity, children: specs });
    const dyn = dynamicSupervisor({ id: 'dyn', child: service({ id: 'c', start: () => 1 }) });
    const { tree, clock } = await boot({ children: [sub, dyn] });
    await tree.supervisor(dyn).startChild();
    await clock.advance(70);
    a.crash();
    await clock.advance(30);
    const snapshot = tree.snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toStrictEqual(snapshot);
    expect(snapshot).toMatchObject({
      id: 'root',
      path: 'root',
      kind: 'supervisor',
      strategy: 'one-for-one',
      autoShutdown: 'never',
      at: 100,
      budget: { used: 0, max: 3, withinMs: 5_000 },
      counts: { specs: 2, active: 2, supervisors: 2, workers: 0 },
      children: [
        {
          path: 'root/sub',
          shutdownMs: null,
          supervisor: {
            budget: { max: null },
            children: [
              {
                path: 'root/sub/a',
                status: 'running',
                incarnation: 2,
                startedAt: 70,
                shutdownMs: 5_000,
                lastExit: { kind: 'crash', error: { message: 'a crashed' } },
                supervisor: null,
              },
            ],
          },
        },
        {
          path: 'root/dyn',
          supervisor: { kind: 'dynamic-supervisor', children: [{ id: 'c#1', lastExit: null }] },
        },
      ],
    });
  });

  test('a long stop is not waited for', async () => {
    const gate = deferred();
    const { tree, settle } = await boot({
      children: [scripted('a', { shutdownMs: 30_000, onStop: () => gate.promise }).spec],
    });
    const terminated = tree.terminateChild('a');
    expect(statuses(tree)).toEqual(['a: stopping']);
    const started = tree.startChild(scripted('b').spec); // this waits for its turn
    await settle();
    expect(statuses(tree)).toEqual(['a: stopping']);
    gate.resolve();
    await Promise.all([terminated, started]);
    expect(statuses(tree)).toEqual(['a: stopped', 'b: running']);
  });
});

describe('nested handles', () => {
  const build = async () => {
    const a = scripted('a');
    const eu = supervisor({ id: 'eu', maxRestarts: 0, children: [a.spec] });
    const feeds = supervisor({ id: 'feeds', children: [eu] });
    const booted = await boot({ children: [feeds, scripted('web').spec] });
    return { ...booted, a, eu, feeds };
  };

  test('by declaration, by id, by path, from the root or from in between', async () => {
    const { tree, eu, feeds } = await build();
    for (const handle of [
      tree.supervisor(eu),
      tree.supervisor('feeds/eu'),
      tree.supervisor(feeds).supervisor('eu'),
      tree.supervisor('feeds').supervisor(eu),
    ]) {
      expect(handle.path).toBe('root/feeds/eu');
      expect(statuses(handle)).toEqual(['a: running']);
    }
  });

  test('it names a place: it stays valid over restarts', async () => {
    const { tree, eu, a, settle } = await build();
    const handle = tree.supervisor(eu);
    a.crash();
    await settle();
    expect(statuses(handle)).toEqual(['a: running']);
    expect(handle.snapshot().children[0]).toMatchObject({ incarnation: 1 }); // a child of a new supervisor
    expect(tree.supervisor('feeds').snapshot().children[0]!.incarnation).toBe(2);
    await handle.startChild(scripted('b').spec);
    expect(statuses(handle)).toEqual(['a: running', 'b: running']);
  });

  test('what is not there: not found, with a suggestion', async () => {
    const { tree } = await build();
    const find = (ref: string) => {
      try {
        return tree.supervisor(ref);
      } catch (error) {
        return error;
      }
    };
    expect(find('feed')).toMatchObject({
      code: 'COPPICE_NOT_FOUND',
      message: expect.stringContaining("did you mean 'feeds'?"),
    });
    expect(find('feeds/ue')).toMatchObject({ message: expect.stringContaining("did you mean 'eu'?") });
    expect(find('web')).toMatchObject({
      code: 'COPPICE_NOT_FOUND',
      message: expect.stringContaining('that is a supervisor'),
    });
    expect(find('nothing-like-it')).toMatchObject({ code: 'COPPICE_NOT_FOUND' });
    expect(() => tree.supervisor(supervisor({ id: 'feeds', children: [] }))).toThrow(/very declaration/);
    expect(() => tree.supervisor(null as never)).toThrow(
      expect.objectContaining({ code: 'COPPICE_NOT_FOUND' }),
    );
  });

  test('stopped by itself, a permanent one is started again by its parent', async () => {
    const { tree, eu, a, settle } = await build();
    const report = await tree.supervisor(eu).stop();
    expect(report.reason).toEqual({ kind: 'shutdown' });
    await settle();
    expect(statuses(tree.supervisor(eu))).toEqual(['a: running']);
    expect(a.starts).toBe(2);
  });

  test('when its supervisor was terminated, commands are refused and reading works on what was', async () => {
    const { tree, eu } = await build();
    const handle = tree.supervisor(eu);
    await tree.supervisor('feeds').terminateChild('eu');
    expect((await rejection(handle.startChild(scripted('b').spec))).code).toBe('COPPICE_NOT_RUNNING');
    expect(handle.snapshot().phase).toBe('stopped');
    expect((await handle.stop()).reason).toEqual({ kind: 'shutdown' });
    await tree.supervisor('feeds').restartChild('eu');
    expect(statuses(handle)).toEqual(['a: running']);
  });

  test('of a tree that was not started: all say so', async () => {
    const a = scripted('a');
    const jobs = taskSupervisor({ id: 'jobs' });
    const outer = supervisor({
      id: 'outer',
      children: [supervisor({ id: 'sub', children: [a.spec, jobs] })],
    });
    const tree = supervisor({ id: 'root', children: [outer] }).handle();
    const sub = tree.supervisor('outer/sub');
    const said = (path: string) => `'${path}' is not running: its tree was not started yet: call start()`;
    expect(() => sub.snapshot()).toThrow(said('root/outer/sub'));
    await expect(sub.stop()).rejects.toThrow(said('root/outer/sub'));
    await expect(sub.startChild(scripted('b').spec)).rejects.toThrow(said('root/outer/sub'));
    await expect(tree.reconcile(outer)).rejects.toThrow(said('root'));
    await expect(tree.supervisor(jobs).runTask(() => 7)).rejects.toThrow(said('root/outer/sub/jobs'));
    expect(() => tree.use(a.spec)).toThrow(said('root/outer/sub/a'));
  });

  test('of a tree that was started, but its parent is down: another reason', async () => {
    const { tree, eu } = await build();
    const handle = tree.supervisor(eu);
    await tree.terminateChild('feeds');
    await tree.deleteChild('feeds');
    expect(() => handle.snapshot()).toThrow('is not running: its parent is down, or it was removed');
    await expect(handle.reconcile(eu)).rejects.toThrow(
      'is not running: its parent is down, or it was removed',
    );
  });

  test('when its supervisor was deleted, there is nothing to read', async () => {
    const { tree, eu } = await build();
    const handle = tree.supervisor(eu);
    await tree.supervisor('feeds').terminateChild('eu');
    await tree.supervisor('feeds').deleteChild('eu');
    expect(() => handle.snapshot()).toThrow(expect.objectContaining({ code: 'COPPICE_NOT_RUNNING' }));
    expect((await rejection(handle.stop())).code).toBe('COPPICE_NOT_RUNNING');
  });
});

describe('commands', () => {
  const everyCommand = (tree: SupervisorTree): Promise<{ code?: string }>[] =>
    [
      tree.startChild(scripted('new').spec),
      tree.terminateChild('a'),
      tree.restartChild('a'),
      tree.deleteChild('a'),
    ].map(rejection);
  const codes = async (errors: Promise<{ code?: string }>[]): Promise<unknown[]> =>
    (await Promise.all(errors)).map(({ code }) => code);
  const NOT_RUNNING = Array.from({ length: 4 }, () => 'COPPICE_NOT_RUNNING');

  test('on a supervisor that was never started, is stopping, or has stopped: refused', async () => {
    const gate = deferred();
    const a = scripted('a', { onStop: () => gate.promise });
    const tree = supervisor({ id: 'root', children: [a.spec] }).handle();
    const errors = everyCommand(tree);
    expect(await codes(errors)).toEqual(NOT_RUNNING);
    expect(((await errors[0]) as Error).message).toMatch(/not started yet/);
    await tree.start();
    const stopped = tree.stop();
    expect(await codes(everyCommand(tree))).toEqual(NOT_RUNNING);
    gate.resolve();
    await stopped;
    expect(await codes(everyCommand(tree))).toEqual(NOT_RUNNING);
    expect(((await everyCommand(tree)[0]) as Error).message).toMatch(/is stopping, or has stopped/);
  });

  test('those that wait when a stop comes are refused', async () => {
    const gate = deferred();
    const { tree } = await boot({ children: [scripted('a', { onStop: () => gate.promise }).spec] });
    const terminated = tree.terminateChild('a');
    const waiting = everyCommand(tree);
    const stopped = tree.stop();
    gate.resolve();
    await terminated; // was under way, and has come to its end
    expect(await codes(waiting)).toEqual(NOT_RUNNING);
    await stopped;
  });

  test('a start_child under way when a stop comes is refused, and what it starts is stopped', async () => {
    const { tree, clock } = await boot({});
    const journal: string[] = [];
    const started = rejection(tree.startChild(slow(clock, journal).spec));
    const stopped = tree.stop();
    await clock.advance(SLOW);
    expect((await started).code).toBe('COPPICE_NOT_RUNNING');
    await stopped;
    expect(drain(journal)).toEqual(['start slow', 'stop slow']);
  });

  test('while the tree starts they wait for it; if it does not come up they are refused', async () => {
    const clock = new SimulatedClock();
    const failing = service({
      id: 'failing',
      start: () => new Promise((_resolve, reject) => clock.setTimer(() => reject(new Error('no')), SLOW)),
    });
    const tree = supervisor({ id: 'root', children: [failing] }).handle({ clock });
    const started = rejection(tree.start());
    const waiting = rejection(tree.startChild(scripted('a').spec));
    await clock.advance(SLOW);
    await started;
    expect((await waiting).code).toBe('COPPICE_NOT_RUNNING');

    const fine = supervisor({ id: 'root', children: [slow(clock).spec] }).handle({ clock });
    const both = Promise.all([fine.start(), fine.startChild(scripted('a').spec)]);
    await clock.advance(SLOW);
    expect((await both)[1]).toMatchObject({ status: 'running' });
  });

  test('not found, with a suggestion from the siblings', async () => {
    const { tree } = await boot({ children: [scripted('outbox').spec, scripted('inbox').spec] });
    for (const call of [
      () => tree.terminateChild('outbx'),
      () => tree.restartChild('outbx'),
      () => tree.deleteChild('outbx'),
    ]) {
      expect(await rejection(call())).toMatchObject({
        name: 'CommandError',
        code: 'COPPICE_NOT_FOUND',
        path: 'root/outbx',
        message: expect.stringContaining("did you mean 'outbox'?"),
      });
    }
    expect(() => tree.childSpec('inbx')).toThrow(/did you mean 'inbox'/);
    expect((await rejection(tree.terminateChild('quite-different'))).message).not.toMatch(/did you mean/);
  });

  test('arguments that make no sense', async () => {
    const { tree } = await boot({});
    for (const ref of [undefined, null, 7, {}, { id: 7 }]) {
      expect((await rejection(tree.terminateChild(ref as never))).code).toBe('COPPICE_INVALID_ARGUMENT');
    }
    const dyn = await dynamicSupervisor({ id: 'dyn', child: service({ id: 'a', start: () => 1 }) }).start();
    const wrong: [unknown, string][] = [
      [7, 'COPPICE_INVALID_ARGUMENT'],
      [[], 'COPPICE_INVALID_ARGUMENT'],
      [{ args: 'text' }, 'COPPICE_INVALID_ARGUMENT'],
      [{ argz: [] }, 'COPPICE_UNKNOWN_OPTION'],
      [{ id: 'a/b' }, 'COPPICE_INVALID_ID'],
    ];
    for (const [options, code] of wrong)
      expect((await rejection(dyn.startChild(options as never))).code).toBe(code);
    expect(dyn.whichChildren()).toEqual([]);
    await dyn.stop();
  });

  test('called from inside a child: from its start, its stop and its clean-up', async () => {
    const { tree, settle } = await boot({});
    const calls: Promise<unknown>[] = [];
    await tree.startChild(
      service({
        id: 'a',
        start: ({ defer }) => {
          calls.push(tree.startChild(scripted('from-start').spec));
          defer(() => void calls.push(tree.startChild(scripted('from-defer').spec)));
        },
        stop: () => void calls.push(tree.terminateChild('from-start')),
      }),
    );
    await tree.terminateChild('a');
    await settle();
    await Promise.all(calls);
    expect(statuses(tree)).toEqual(['a: stopped', 'from-start: stopped', 'from-defer: running']);
  });
});

describe('what does not stop in time is abandoned, and said to be', () => {
  /** A tree whose child `a` hangs when it is stopped, until the gate is opened. */
  const hanging = async (shutdownMs = 100) => {
    const gate = deferred();
    const a = scripted('a', { shutdownMs, onStop: (attempt) => (attempt === 1 ? gate.promise : undefined) });
    return { ...(await boot({ children: [a.spec] })), a, gate };
  };

  test('it is fenced off: its late end changes nothing, and it is visible until it settles', async () => {
    const { tree, clock, a, gate, events } = await hanging();
    const terminated = tree.terminateChild('a');
    await clock.advance(100);
    await terminated;
    await tree.restartChild('a');
    const left = [{ path: 'root/a', incarnation: 1, phase: 'running', waitedMs: 100 }];
    expect(tree.snapshot().children[0]).toMatchObject({ status: 'running', incarnation: 2, abandoned: left });

    a.contexts[0]!.fail(new Error('late'));
    a.contexts[0]!.end();
    await clock.advance(900);
    expect(statuses(tree)).toEqual(['a: running']);
    gate.resolve();
    await clock.advance(0);
    expect(tree.snapshot().children[0]!.abandoned).toEqual([]);
    expect(events.find(({ type }) => type === 'child:settled')).toMatchObject({
      incarnation: 1,
      afterMs: 900,
    });
    expect(a.starts).toBe(2);
  });

  test('the report of the stop names it, also when it was abandoned long before', async () => {
    const { tree, clock } = await hanging();
    const terminated = tree.terminateChild('a');
    await clock.advance(100);
    await terminated;
    await clock.advance(60_000);
    expect((await tree.stop()).unstopped).toEqual([
      { path: 'root/a', incarnation: 1, phase: 'running', waitedMs: 100 },
    ]);
  });

  test('a nested stop names only those below it', async () => {
    const inside = scripted('inside', { shutdownMs: 10, onStop: forever });
    const outside = scripted('outside', { shutdownMs: 10, onStop: forever });
    const sub = supervisor({ id: 'sub', restart: 'temporary', children: [inside.spec] });
    const { tree, clock } = await boot({ children: [outside.spec, sub] });
    const terminated = tree.terminateChild('outside');
    await clock.advance(10);
    await terminated;
    const stopped = tree.supervisor(sub).stop();
    await clock.advance(10);
    expect((await stopped).unstopped.map(({ path }) => path)).toEqual(['root/sub/inside']);
  });

  test('shutdownMs 0: not asked, not waited for; what it holds is given back all the same', async () => {
    const journal: string[] = [];
    let aborted = false;
    const { tree, clock, events } = await boot({
      children: [
        scripted('service', { journal, shutdownMs: 0 }).spec,
        task({
          id: 'task',
          shutdownMs: 0,
          run: ({ signal }) => {
            signal.addEventListener('abort', () => (aborted = true));
            return forever();
          },
        }),
      ],
    });
    drain(journal);
    const report = await tree.stop();
    expect(clock.now()).toBe(0);
    expect(aborted).toBe(true);
    // Killed both of them, also the one that was gone at once: it was not asked.
    const reasons = events.flatMap((event) => (event.type === 'child:stopped' ? [event.reason] : []));
    expect(reasons).toEqual([{ kind: 'killed' }, { kind: 'killed' }]);
    expect(drain(journal)).toEqual(['stop service']);
    expect(report.unstopped.map(({ path, waitedMs }) => [path, waitedMs])).toEqual([['root/task', 0]]);
  });

  describe('kill: the last resort', () => {
    const killable = async (kill: () => unknown) => {
      const gate = deferred();
      const a = scripted('a', {
        shutdownMs: 100,
        onStop: () => gate.promise,
        kill: () => (kill(), undefined),
      });
      return { ...(await boot({ children: [a.spec] })), gate };
    };

    test('it is called when the time is over, and what is gone within its grace was stopped', async () => {
      let killedAt: number | undefined;
      const { tree, clock, gate } = await killable(() => {
        killedAt = clock.now();
        clock.setTimer(() => gate.resolve(), 999);
      });
      const stopped = tree.stop();
      await clock.advance(100);
      expect(killedAt).toBe(100);
      expect(statuses(tree)).toEqual(['a: killing']);
      await clock.advance(999);
      expect((await stopped).unstopped).toEqual([]);
      expect(clock.pendingTimers).toBe(0);
    });

    test('what is not gone after a second is abandoned', async () => {
      const { tree, clock } = await killable(() => {});
      const stopped = tree.stop();
      await clock.advance(1_100);
      expect((await stopped).unstopped).toEqual([
        { path: 'root/a', incarnation: 1, phase: 'running', waitedMs: 1_100 },
      ]);
    });

    test('it is not called for what stops in time', async () => {
      let calls = 0;
      const { tree, gate } = await killable(() => calls++);
      gate.resolve();
      await tree.stop();
      expect(calls).toBe(0);
    });

    test.each([
      [
        'throws',
        () => {
          throw new Error('kill failed');
        },
      ],
      ['is rejected', () => Promise.reject(new Error('kill failed'))],
    ])('one that %s is told of', async (_how, kill) => {
      const a = service({ id: 'a', shutdownMs: 100, start: () => 1, stop: forever, kill });
      const { tree, clock, events } = await boot({ children: [a] });
      const stopped = tree.stop();
      await clock.advance(1_100);
      expect((await stopped).unstopped).toHaveLength(1);
      expect(
        events.filter((event) => event.type === 'child:cleanup-failed').map(({ error }) => error.message),
      ).toEqual(['kill failed']);
    });

    test('one that says when it is done is not waited for any longer', async () => {
      const a = service({
        id: 'a',
        shutdownMs: 100,
        start: () => 1,
        stop: forever,
        kill: () => Promise.resolve(),
      });
      const { tree, clock } = await boot({ children: [a] });
      const stopped = tree.stop();
      await clock.advance(100);
      expect((await stopped).unstopped).toMatchObject([{ waitedMs: 100 }]);
    });
  });

  test('a finite shutdownMs of a nested supervisor: what is below it is killed when it is over', async () => {
    const journal: string[] = [];
    const hang = scripted('hang', { journal, shutdownMs: Infinity, onStop: forever });
    const never = scripted('never', { journal, shutdownMs: 5_000 });
    const sub = supervisor({ id: 'sub', shutdownMs: 200, children: [never.spec, hang.spec] });
    const { tree, clock, events } = await boot({ children: [scripted('first', { journal }).spec, sub] });
    drain(journal);
    const stopped = tree.stop();
    await clock.advance(199);
    expect(drain(journal)).toEqual(['stop hang']);
    await clock.advance(1);
    expect(drain(journal)).toEqual(['stop never', 'stop first']);
    expect((await stopped).unstopped).toEqual([
      { path: 'root/sub/hang', incarnation: 1, phase: 'running', waitedMs: 200 },
    ]);
    expect(
      events.find(({ type, path }) => type === 'supervisor:stopped' && path === 'root/sub'),
    ).toMatchObject({
      reason: { kind: 'killed' },
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('a supervisor that is killed: the one that is waited for has its last grace, then all others together', async () => {
    const stubborn = (id: string) =>
      service({ id, shutdownMs: 60_000, start: () => 1, stop: forever, kill: () => undefined });
    const sub = supervisor({
      id: 'sub',
      shutdownMs: 500,
      children: [stubborn('a'), stubborn('b'), stubborn('c')],
    });
    const { tree, clock } = await boot({ children: [sub] });
    const stopped = tree.stop();
    await clock.advance(500 + 1_000 + 1_000);
    expect((await stopped).unstopped).toHaveLength(3);
  });

  test('a supervisor with shutdownMs 0 is killed with all that is below it', async () => {
    const journal: string[] = [];
    const a = scripted('a', { journal, shutdownMs: 60_000, onStop: forever });
    const { tree, clock } = await boot({
      children: [
        supervisor({ id: 'sub', shutdownMs: 0, children: [supervisor({ id: 'deep', children: [a.spec] })] }),
      ],
    });
    const report = await tree.stop();
    expect(clock.now()).toBe(0);
    expect(report.unstopped.map(({ path }) => path)).toEqual(['root/sub/deep/a']);
  });
});

describe('a root that gives up', () => {
  /** Gives up at once, by a failure of its only child. */
  const givingUp = () => {
    const contexts: Context[] = [];
    const declared = supervisor({
      id: 'root',
      maxRestarts: 0,
      children: [service({ id: 'a', start: (context) => void contexts.push(context) })],
    });
    return { declared, fail: () => contexts.at(-1)!.fail(new Error('boom')) };
  };

  test('unheard: its error becomes an unhandled rejection', async () => {
    const { declared, fail } = givingUp();
    const seen = await unhandledRejections(async () => {
      await declared.start();
      fail();
    });
    expect(seen).toHaveLength(1);
    expect(seen[0] as GaveUpError).toMatchObject({
      code: 'COPPICE_GAVE_UP',
      path: 'root',
      cause: { message: 'boom' },
    });
  });

  test('heard by a listener, or by one who waits for the end: it does not', async () => {
    expect(
      await unhandledRejections(async () => {
        const { declared, fail } = givingUp();
        const tree = await declared.start();
        tree.on('supervisor:gave-up', () => {});
        fail();
      }),
    ).toEqual([]);
    expect(
      await unhandledRejections(async () => {
        const { declared, fail } = givingUp();
        const tree = await declared.start();
        const ended = tree.whenStopped();
        fail();
        expect((await ended).reason).toMatchObject({ kind: 'shutdown', cause: { code: 'COPPICE_GAVE_UP' } });
      }),
    ).toEqual([]);
  });

  test('told to the one who has asked it to stop: it does not', async () => {
    const seen = await unhandledRejections(async () => {
      const tree = await supervisor({ id: 'root', children: [] }).start();
      const report = await tree.stop({ reason: new Error('on purpose') });
      expect(report.reason).toMatchObject({ kind: 'crash', error: { message: 'on purpose' } });
    });
    expect(seen).toEqual([]);
  });

  test('by the end of a tree that was started again: it does', async () => {
    const { declared, fail } = givingUp();
    const seen = await unhandledRejections(async () => {
      const tree = await declared.start();
      await tree.stop();
      await tree.start();
      fail();
    });
    expect(seen).toHaveLength(1);
  });

  test('a listener that was taken back again does not hear it', async () => {
    const { declared, fail } = givingUp();
    const seen = await unhandledRejections(async () => {
      const tree = await declared.start();
      const inner = (): void => {};
      const outer = (): void => void tree.on('child:removed', inner);
      tree.once('child:started', outer);
      await tree.startChild(service({ id: 'b', start: () => 1 }));
      tree.off('child:removed', inner);
      fail();
    });
    expect(seen).toHaveLength(1);
  });

  test('a listener that was there for one event, and has had it, does not hear it', async () => {
    const { declared, fail } = givingUp();
    const seen = await unhandledRejections(async () => {
      const tree = declared.handle();
      tree.once('supervisor:started', () => {});
      await tree.start();
      fail();
    });
    expect(seen).toHaveLength(1);
  });

  test('the message tells the whole story', async () => {
    const { declared, fail } = givingUp();
    const tree = declared.handle();
    const ended = tree.whenStopped();
    await tree.start();
    fail();
    const { reason } = await ended;
    expect((reason as { cause: Error }).cause.message).toMatch(
      /'root' gave up: 'a' .*\b0\b.* within 5000 ms.*boom/,
    );
  });
});
