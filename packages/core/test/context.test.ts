/** What a child gets to work with: its signal, its ways to end, its clean-up, its references. */
/* oxlint-disable unicorn/no-thenable -- what only looks like a promise is among what is tested */
import {
  type Context,
  type Logger,
  NotRunningError,
  Shutdown,
  SimulatedClock,
  type StopRequest,
  dynamicSupervisor,
  ignore,
  service,
  supervisor,
  task,
} from '@coppice/core';
import {
  type Booted,
  boot,
  deferred,
  drain,
  forever,
  rejection,
  scripted,
  statuses,
  until,
} from './support/scripted.js';

const nextTurn = (): Promise<void> => new Promise(setImmediate);

const types = ({ events }: Booted): string[] => events.map(({ type }) => type);
const lastExit = ({ tree }: Booted, id: string): unknown =>
  tree.snapshot().children.find((child) => child.id === id)?.lastExit;

/** A task that waits for its signal, as the platform's timers do: rejected with an AbortError of its own. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(
        Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
          name: 'AbortError',
          code: 'ABORT_ERR',
        }),
      );
    });
  });

/** A tree with one task, whose context is handed out. */
async function withTask(
  run: (context: Context) => unknown,
  more: object = {},
): Promise<Booted & { contexts: Context[] }> {
  const contexts: Context[] = [];
  const booted = await boot({
    children: [
      task({
        id: 'a',
        restart: 'temporary',
        ...more,
        run: (context) => {
          contexts.push(context);
          return run(context);
        },
      }),
    ],
  });
  return { ...booted, contexts };
}

describe('signal', () => {
  test('it is made when it is asked for, and not before', async () => {
    const Original = globalThis.AbortController;
    let made = 0;
    globalThis.AbortController = class extends Original {
      constructor() {
        super();
        made++;
      }
    };
    try {
      const { contexts, tree, clock } = await withTask(({ id, attempt, fail, defer }) => {
        void [id, attempt, fail, defer];
        return forever();
      });
      expect(made).toBe(0);
      const { signal } = contexts[0]!;
      expect(made).toBe(1);
      expect(contexts[0]!.signal).toBe(signal);
      const stopped = tree.stop();
      await clock.advance(5_000);
      await stopped;
      expect(signal.aborted).toBe(true);
      expect(made).toBe(1);
    } finally {
      globalThis.AbortController = Original;
    }
  });

  test('asked to stop it is aborted with a StopRequest, whose name is AbortError', async () => {
    const { contexts, tree } = await withTask(({ signal }) => untilAborted(signal));
    const { signal } = contexts[0]!;
    expect(signal.aborted).toBe(false);
    await tree.stop();
    const reason = signal.reason as StopRequest;
    expect(reason).toMatchObject({ name: 'AbortError', code: 'COPPICE_STOP_REQUESTED', path: 'root/a' });
    expect(reason.message).toContain('root/a');
  });

  test('when the child has ended by itself it is aborted with COPPICE_ENDED', async () => {
    for (const end of [(c: Context) => c.end(), (c: Context) => c.fail(new Error('boom'))]) {
      const { contexts, settle } = await withTask(() => forever());
      const { signal } = contexts[0]!;
      end(contexts[0]!);
      await settle();
      expect(signal.reason).toMatchObject({ name: 'AbortError', code: 'COPPICE_ENDED', path: 'root/a' });
    }
  });

  test('first asked for after the end, it is aborted already', async () => {
    const gate = deferred();
    const { contexts, settle } = await withTask(() => gate.promise);
    gate.resolve();
    await settle();
    expect(contexts[0]!.signal.aborted).toBe(true);
  });

  test('each incarnation has its own', async () => {
    const { contexts, settle } = await withTask(({ signal }) => untilAborted(signal), {
      restart: 'permanent',
    });
    const first = contexts[0]!.signal;
    contexts[0]!.fail(new Error('boom'));
    await settle();
    expect(first.aborted).toBe(true);
    expect(contexts[1]!.signal.aborted).toBe(false);
  });
});

describe('to be cancelled is no crash', () => {
  test.each([
    ['the reason of the signal', (signal: AbortSignal): unknown => signal.reason],
    ['an AbortError of the platform', () => new DOMException('aborted', 'AbortError')],
    ['any error called AbortError', () => Object.assign(new Error('x'), { name: 'AbortError' })],
    [
      'an error whose cause is the reason',
      (signal: AbortSignal) => new Error('query cancelled', { cause: signal.reason }),
    ],
  ])('%s', async (_what, errorOf) => {
    const booted = await withTask(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(errorOf(signal)))),
      { restart: 'transient' },
    );
    await booted.tree.terminateChild('a');
    expect(lastExit(booted, 'a')).toEqual({ kind: 'shutdown' });
    expect(types(booted)).not.toContain('child:crashed');
  });

  test('to return when asked to stop is shutdown as well', async () => {
    const booted = await withTask(
      ({ signal }) => new Promise<void>((r) => signal.addEventListener('abort', () => r())),
      { restart: 'transient' },
    );
    await booted.tree.terminateChild('a');
    expect(lastExit(booted, 'a')).toEqual({ kind: 'shutdown' });
  });

  test('another error while stopping is kept as what it is, and restarts nobody', async () => {
    const booted = await withTask(
      ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('flush failed'))),
        ),
      { restart: 'permanent' },
    );
    await booted.tree.terminateChild('a');
    expect(lastExit(booted, 'a')).toMatchObject({ kind: 'crash', error: { message: 'flush failed' } });
    expect(statuses(booted.tree)).toEqual(['a: stopped']);
  });

  test('an AbortError that nobody asked for is a crash', async () => {
    const foreign = new AbortController();
    const booted = await withTask(
      async ({ signal }) => {
        await untilAborted(foreign.signal);
        return signal;
      },
      { restart: 'transient' },
    );
    foreign.abort();
    await booted.settle();
    expect(types(booted)).toContain('child:crashed');
    expect(booted.contexts).toHaveLength(2);
  });
});

describe('how a task ends', () => {
  test.each([
    ['it returns', () => 1, { kind: 'normal' }],
    ['it resolves', () => Promise.resolve(), { kind: 'normal' }],
    ['it returns a Shutdown', () => new Shutdown('empty'), { kind: 'shutdown', detail: 'empty' }],
    ['it resolves to a Shutdown', () => Promise.resolve(new Shutdown()), { kind: 'shutdown' }],
    [
      'it throws a Shutdown',
      () => Promise.reject(new Shutdown({ left: 0 })),
      { kind: 'shutdown', detail: { left: 0 } },
    ],
    [
      'it throws at once',
      () => {
        throw new Error('sync');
      },
      { kind: 'crash', error: { message: 'sync' } },
    ],
    ['it rejects', () => Promise.reject(new Error('async')), { kind: 'crash', error: { message: 'async' } }],
    [
      'it rejects with nothing',
      () => Promise.reject(),
      { kind: 'crash', error: { name: 'NonError', message: 'undefined' } },
    ],
    [
      'it throws null',
      () => {
        throw null;
      },
      { kind: 'crash', error: { name: 'NonError', message: 'null' } },
    ],
  ])('%s', async (_how, run, reason) => {
    const booted = await withTask(run);
    await booted.settle();
    const end = booted.events.find(({ type }) => type === 'child:crashed' || type === 'child:completed')!;
    expect(
      'reason' in end ? end.reason : { kind: 'crash', error: (end as { error: unknown }).error },
    ).toMatchObject(reason);
  });

  test('what only looks like a promise is waited for like one', async () => {
    const gate = deferred();
    const thenable = { then: (yes: () => void) => void gate.promise.then(yes) };
    const booted = await withTask(() => thenable);
    await booted.settle();
    expect(statuses(booted.tree)).toEqual(['a: running']);
    gate.resolve();
    await booted.settle();
    expect(statuses(booted.tree)).toEqual([]);
  });
});

describe('fail and end', () => {
  test('the first call counts; a failure that comes later is a late fault', async () => {
    const booted = await withTask(({ signal }) => untilAborted(signal));
    const { fail, end } = booted.contexts[0]!;
    end(new Shutdown('first'));
    end();
    fail(new Error('second'));
    await booted.settle();
    const reported = booted.events
      .filter(({ path, type }) => path === 'root/a' && type !== 'child:removed')
      .slice(2);
    expect(reported.map(({ type }) => type)).toEqual([
      'child:late-fault',
      'child:ending',
      'child:completed',
      'child:not-restarted',
    ]);
    expect(reported[2]).toMatchObject({ reason: { kind: 'shutdown', detail: 'first' } });
    fail(new Error('much later'));
    expect(types(booted).filter((type) => type === 'child:late-fault')).toHaveLength(2);
  });

  test('a fault of an incarnation that is gone does not touch the next one', async () => {
    const booted = await withTask(({ signal }) => untilAborted(signal), { restart: 'permanent' });
    booted.contexts[0]!.fail(new Error('1'));
    await booted.settle();
    booted.contexts[0]!.fail(new Error('late'));
    booted.contexts[0]!.end();
    await booted.settle();
    expect(booted.contexts).toHaveLength(2);
    expect(statuses(booted.tree)).toEqual(['a: running']);
  });

  test('fail lets the code that called it finish first', async () => {
    const order: string[] = [];
    const { contexts, tree, settle } = await withTask(({ defer, signal }) => {
      defer(() => order.push('deferred'));
      return untilAborted(signal);
    });
    contexts[0]!.fail(new Error('boom'));
    order.push('after fail');
    expect(statuses(tree)).toEqual(['a: running']);
    await settle();
    expect(order).toEqual(['after fail', 'deferred']);
  });

  test('fail in a start that returns at once is a failed start, and not the end of one that was up', async () => {
    const boom = new Error('refused');
    const { tree, events } = await boot({});
    const start = ({ fail }: Context) => fail(boom);
    const error = await rejection(tree.startChild(service({ id: 'a', start })));
    expect(error).toMatchObject({ code: 'COPPICE_START_FAILED', cause: boom });
    const types = events.flatMap(({ type }) => (type.startsWith('child:') ? type : []));
    expect(types).toEqual(['child:starting', 'child:start-failed', 'child:not-restarted', 'child:removed']);
  });

  test('fail while its start is under way is a failed start', async () => {
    const boom = new Error('refused');
    const gate = deferred<string>();
    const stopped: unknown[] = [];
    const { tree, settle } = await boot({});
    const started = rejection(
      tree.startChild(
        service({
          id: 'a',
          start: ({ fail }) => {
            fail(boom);
            return gate.promise;
          },
          stop: (value) => void stopped.push(value),
        }),
      ),
    );
    await settle();
    gate.resolve('value');
    expect(await started).toMatchObject({ code: 'COPPICE_START_FAILED', cause: boom });
    expect(stopped).toEqual(['value']); // what it had made is given back
    expect(tree.whichChildren()).toEqual([]);
  });

  test('to end while starting is a failed start, too', async () => {
    const { tree } = await boot({});
    const error = await rejection(
      tree.startChild(service({ id: 'a', start: ({ end }) => (end(), Promise.resolve(1)) })),
    );
    expect(error).toMatchObject({ code: 'COPPICE_START_FAILED', cause: { code: 'COPPICE_ENDED_AT_START' } });
    const thrown = service({ id: 'a', start: () => Promise.reject(new Shutdown('not today')) });
    expect((await rejection(tree.startChild(thrown))).cause).toMatchObject({
      code: 'COPPICE_ENDED_AT_START',
    });
  });

  test('a service that fails gives back its value before it is started again', async () => {
    const journal: string[] = [];
    const gate = deferred();
    const a = scripted('a', { journal, onStop: () => gate.promise });
    const { settle } = await boot({ children: [a.spec] });
    a.crash();
    await settle();
    expect(drain(journal)).toEqual(['start a', 'end a']);
    gate.resolve();
    await settle();
    expect(drain(journal)).toEqual(['start a']);
  });

  test('a service that fails, and then does not give back, is abandoned after shutdownMs', async () => {
    const a = scripted('a', {
      shutdownMs: 300,
      onStop: (attempt) => (attempt === 1 ? forever() : undefined),
    });
    const { tree, clock, settle } = await boot({ children: [a.spec] });
    a.crash();
    await settle();
    expect(statuses(tree)).toEqual(['a: stopping']);
    await clock.advance(300);
    expect(statuses(tree)).toEqual(['a: running']);
    expect(tree.snapshot().children[0]!.abandoned).toEqual([
      { path: 'root/a', incarnation: 1, phase: 'cleaning-up', waitedMs: 300 },
    ]);
  });
});

describe('defer', () => {
  test.each([
    ['on a stop', ({ tree }: Booted) => void tree.stop()],
    ['on a crash', (_b: Booted, c: Context) => c.fail(new Error('boom'))],
    ['on a normal end', (_b: Booted, c: Context) => c.end()],
  ])('%s: the last one first, each when the one before it is done', async (_when, end) => {
    const order: string[] = [];
    const booted = await withTask(({ defer, signal }) => {
      defer(() => order.push('1'));
      defer(async () => {
        order.push('2 begins');
        await Promise.resolve();
        order.push('2 ends');
      });
      defer(() => order.push('3'));
      return untilAborted(signal);
    });
    end(booted, booted.contexts[0]!);
    await booted.settle();
    expect(order).toEqual(['3', '2 begins', '2 ends', '1']);
  });

  test('on a failed start', async () => {
    const order: string[] = [];
    const { tree } = await boot({});
    await rejection(
      tree.startChild(
        service({
          id: 'a',
          start: async ({ defer }) => {
            defer(() => order.push('1'));
            defer(() => order.push('2'));
            await Promise.resolve();
            throw new Error('boom');
          },
          stop: () => order.push('never'),
        }),
      ),
    );
    expect(order).toEqual(['2', '1']);
  });

  test('on ignore', async () => {
    const order: string[] = [];
    await boot({
      children: [service({ id: 'a', start: ({ defer }) => (defer(() => order.push('1')), ignore) })],
    });
    expect(order).toEqual(['1']);
  });

  test('after the stop of the value, and the next incarnation waits for it', async () => {
    const order: string[] = [];
    const gate = deferred();
    let context!: Context;
    const { settle } = await boot({
      children: [
        service({
          id: 'a',
          start: (given) => {
            context = given;
            order.push(`start ${given.attempt}`);
            if (given.attempt === 1) given.defer(() => gate.promise.then(() => order.push('deferred')));
          },
          stop: () => order.push('stop'),
        }),
      ],
    });
    context.fail(new Error('boom'));
    await settle();
    expect(order).toEqual(['start 1', 'stop']);
    gate.resolve();
    await settle();
    expect(order).toEqual(['start 1', 'stop', 'deferred', 'start 2']);
  });

  test('one that throws is told of, and the others run', async () => {
    const order: string[] = [];
    const booted = await withTask(({ defer, signal }) => {
      defer(() => order.push('1'));
      defer(() => Promise.reject(new Error('async')));
      defer(() => {
        throw new Error('sync');
      });
      return untilAborted(signal);
    });
    await booted.tree.stop();
    expect(order).toEqual(['1']);
    expect(
      booted.events.filter((e) => e.type === 'child:cleanup-failed').map((e) => e.error.message),
    ).toEqual(['sync', 'async']);
  });

  test('one that is handed in after the end is run at once; during the clean-up it is run with it', async () => {
    const order: string[] = [];
    const booted = await withTask(({ defer, signal }) => {
      defer(() => {
        order.push('1');
        defer(() => order.push('nested'));
      });
      return untilAborted(signal);
    });
    await booted.tree.stop();
    expect(order).toEqual(['1', 'nested']);
    booted.contexts[0]!.defer(() => order.push('late'));
    expect(order).toEqual(['1', 'nested', 'late']);
    booted.contexts[0]!.defer(() => {
      throw new Error('late');
    });
    expect(types(booted).at(-1)).toBe('child:cleanup-failed');
  });
});

describe('use', () => {
  test('a sibling, and a child of a supervisor further up; again after a restart it is the new one', async () => {
    let context!: Context;
    let crashDb!: (error: unknown) => void;
    const db = service({
      id: 'db',
      start: ({ attempt, fail }) => {
        crashDb = fail;
        return { connection: attempt };
      },
    });
    const asker = service({ id: 'asker', start: (given) => void (context = given) });
    const { settle } = await boot({
      children: [db, supervisor({ id: 'x', children: [supervisor({ id: 'y', children: [asker] })] })],
    });
    expect(context.use(db)).toEqual({ connection: 1 });
    crashDb(new Error('boom'));
    await settle();
    expect(context.use(db)).toEqual({ connection: 2 });
  });

  test('in every state of what is asked for', async () => {
    const start = deferred<string>();
    const stop = deferred();
    const clock = new SimulatedClock();
    const db = service({ id: 'db', start: () => start.promise, stop: () => stop.promise });
    let context!: Context;
    const asker = service({ id: 'asker', start: (given) => void (context = given) });
    const tree = supervisor({ id: 'root', children: [asker, db] }).handle({ clock });
    const started = tree.start();
    const ask = (): unknown => {
      try {
        return context.use(db);
      } catch (error) {
        expect(error).toBeInstanceOf(NotRunningError);
        return (error as Error).message;
      }
    };
    expect(ask()).toMatch(/'root\/db' is not running: it is starting/);
    start.resolve('pool');
    await started;
    expect(ask()).toBe('pool');
    const terminated = tree.terminateChild('db');
    expect(ask()).toMatch(/it is stopping/);
    stop.resolve();
    await terminated;
    expect(ask()).toMatch(/: it is down$/);
    await tree.deleteChild('db');
    expect(() => context.use(db)).toThrow(expect.objectContaining({ code: 'COPPICE_UNKNOWN_REF' }));
  });

  test('while it waits for its next attempt', async () => {
    const db = scripted('db', {
      onStart: (attempt) => (attempt === 1 ? 'pool' : Promise.reject(new Error('no'))),
    });
    let context!: Context;
    const asker = service({ id: 'asker', start: (given) => void (context = given) });
    const { tree } = await boot({ children: [asker, db.spec], maxRestarts: 100 });
    db.crash();
    await until(() => statuses(tree)[1] === 'db: restarting');
    expect(() => context.use(db.spec)).toThrow(/it did not start again; the next attempt is due/);
  });

  test('what is further down the tree: a niece, a cousin and its child', async () => {
    let context!: Context;
    const niece = service({ id: 'niece', start: () => 'niece' });
    const deep = service({ id: 'deep', start: () => 'deep' });
    const asker = service({ id: 'asker', start: (given) => void (context = given) });
    await boot({
      children: [
        supervisor({ id: 'own', children: [asker, supervisor({ id: 'sub', children: [niece] })] }),
        supervisor({ id: 'other', children: [supervisor({ id: 'sub', children: [deep] })] }),
      ],
    });
    expect([context.use(niece), context.use(deep)]).toEqual(['niece', 'deep']);
  });

  test('what is not in reach: a copy, a stranger', async () => {
    let context!: Context;
    const db = service({ id: 'db', start: () => 1 });
    const asker = service({ id: 'asker', start: (given) => void (context = given) });
    await boot({ children: [db, asker] });
    for (const ref of [{ ...db }, service({ id: 'other', start: () => 3 })]) {
      expect(() => context.use(ref)).toThrow(
        expect.objectContaining({
          code: 'COPPICE_UNKNOWN_REF',
          name: 'NotRunningError',
          message: expect.stringContaining('root/asker'),
        }),
      );
    }
  });
});

describe('sleep', () => {
  test('as long as it says, by the clock of the tree', async () => {
    let wokenAt: number | undefined;
    const { clock } = await withTask(async ({ sleep }) => {
      await sleep(1_000);
      wokenAt = clock.now();
    });
    await clock.advance(999);
    expect(wokenAt).toBeUndefined();
    await clock.advance(1);
    expect(wokenAt).toBe(1_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a loop that sleeps stops at once, and that is no crash', async () => {
    const booted = await withTask(
      async ({ sleep }) => {
        for (;;) await sleep(60_000);
      },
      { restart: 'transient' },
    );
    await booted.tree.terminateChild('a');
    expect(booted.clock.now()).toBe(0);
    expect(booted.clock.pendingTimers).toBe(0);
    expect(lastExit(booted, 'a')).toEqual({ kind: 'shutdown' });
  });

  test('a loop that swallows its abort and sleeps again starves nobody, and is given up in time', async () => {
    let turns = 0;
    let isOver = false;
    const { clock, tree } = await withTask(
      async ({ sleep }) => {
        // It is to end one day, also where it has the event loop to itself.
        while (!isOver && ++turns < 100_000) await sleep(60_000).catch(() => {});
      },
      { shutdownMs: 100 },
    );
    const stopped = tree.stop();
    await clock.advance(100);
    expect((await stopped).unstopped).toMatchObject([{ phase: 'running', waitedMs: 100 }]);
    expect(turns).toBeLessThan(1_000);
    isOver = true;
    await nextTurn();
  });

  test('when the signal is aborted already, it does not sleep at all', async () => {
    const { contexts, tree, clock } = await withTask(({ signal }) => untilAborted(signal));
    await tree.stop();
    expect(await rejection(contexts[0]!.sleep(1_000))).toBe(contexts[0]!.signal.reason);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('what it knows of itself', () => {
  test('id, path, attempt and lastExit', async () => {
    const { contexts, settle } = await withTask(({ signal }) => untilAborted(signal), {
      restart: 'permanent',
    });
    expect(contexts[0]).toMatchObject({ id: 'a', path: 'root/a', attempt: 1, lastExit: undefined });
    const boom = new Error('boom');
    contexts[0]!.fail(boom);
    await settle();
    expect(contexts[1]).toMatchObject({ attempt: 2, lastExit: { kind: 'crash', error: boom } });
    contexts[1]!.end(new Shutdown('tired'));
    await settle();
    expect(contexts[2]).toMatchObject({ attempt: 3, lastExit: { kind: 'shutdown', detail: 'tired' } });
    expect(contexts[0]!.attempt).toBe(1); // each one keeps its own
  });

  test('attempt and lastExit count failed starts', async () => {
    const a = scripted('a', {
      onStart: (attempt) => (attempt === 2 ? Promise.reject(new Error('no')) : attempt),
    });
    const { settle } = await boot({ children: [a.spec] });
    a.crash();
    await settle();
    expect(a.contexts[2]).toMatchObject({
      attempt: 3,
      lastExit: { kind: 'crash', error: { message: 'no' } },
    });
  });

  test('attempt of a dynamic child is its own', async () => {
    const clock = new SimulatedClock();
    const attempts: string[] = [];
    const tree = await dynamicSupervisor({
      id: 'dyn',
      child: service({
        id: 'a',
        start: ({ id, path, attempt }) => void attempts.push(`${id} ${path} ${attempt}`),
      }),
    }).start({ clock });
    await tree.startChild();
    await tree.startChild({ id: 'x' });
    expect(attempts).toEqual(['a#1 dyn/a#1 1', 'x dyn/x 1']);
  });

  test('log: with path and incarnation, to the logger of the tree', async () => {
    const lines: unknown[] = [];
    const make = (bindings: object): Logger => {
      const write = (level: string) => (first: unknown, second?: unknown) =>
        void lines.push([level, bindings, first, second]);
      return {
        debug: write('debug'),
        info: write('info'),
        warn: write('warn'),
        error: write('error'),
        child: (more) => make({ ...bindings, ...more }),
      };
    };
    const a = service({
      id: 'a',
      start: ({ log }) => {
        log.info('up');
        log.warn({ port: 80 }, 'taken');
      },
    });
    await supervisor({ id: 'root', children: [a] }).start({ logger: make({ app: 'test' }) });
    const bindings = { app: 'test', path: 'root/a', incarnation: 1 };
    expect(lines).toEqual([
      ['info', bindings, 'up', undefined],
      ['warn', bindings, { port: 80 }, 'taken'],
    ]);
  });

  test('log: its logger is made once, and only if it is asked for', async () => {
    const child = jest.fn(() => logger);
    const logger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child };
    const quiet = service({ id: 'quiet', start: () => {} });
    const loud = service({
      id: 'loud',
      start: (context) => {
        for (let n = 0; n < 3; n++) context.log.info('again');
      },
    });
    await supervisor({ id: 'root', children: [quiet, loud] }).start({ logger });
    expect(child.mock.calls).toEqual([[{ path: 'root/loud', incarnation: 1 }]]);
  });

  test('log: also to a logger that makes no children, such as console', async () => {
    const lines: unknown[][] = [];
    const write = (...line: unknown[]): void => void lines.push(line);
    const simple = service({
      id: 'simple',
      start: ({ log }) => {
        log.debug('a');
        log.error({ err: 1, path: 'mine' }, 'b');
        log.child({ of: 'simple' }).warn({ port: 80 }, 'c');
        log.child({ of: 'simple' }).info('d');
      },
    });
    const logger = { debug: write, info: write, warn: write, error: write };
    await supervisor({ id: 'root', children: [simple] }).start({ logger });
    const about = { path: 'root/simple', incarnation: 1 };
    expect(lines).toEqual([
      [about, 'a'],
      [{ ...about, err: 1, path: 'mine' }, 'b'],
      [{ ...about, of: 'simple', port: 80 }, 'c'],
      [{ ...about, of: 'simple' }, 'd'],
    ]);
  });

  test('log: without a logger it says nothing, at any level', async () => {
    const a = service({
      id: 'a',
      start: ({ log }) => {
        for (const level of ['debug', 'info', 'warn', 'error'] as const)
          log.child({ a: 1 })[level]('nothing');
      },
    });
    await expect(boot({ children: [a] })).resolves.toBeDefined();
  });
});

describe('values and errors that nobody expects', () => {
  const mine = new Error('then is not to be asked for');
  const noThen = {
    get then(): never {
      throw mine;
    },
  };
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  test.each([
    ['a value with a `then` that throws', () => noThen],
    ['a revoked Proxy', revoked],
    [
      'a promise-like that throws',
      () => ({
        then: () => {
          throw mine;
        },
      }),
    ],
  ])('a service whose start returns %s has failed to start, and the tree goes on', async (_what, start) => {
    const { tree } = await boot({ children: [scripted('other').spec] });
    expect(await rejection(tree.startChild(service({ id: 'a', start })))).toMatchObject({
      code: 'COPPICE_START_FAILED',
    });
    expect(statuses(tree)).toEqual(['other: running']);
    await tree.terminateChild('other');
    expect((await tree.stop()).unstopped).toEqual([]);
  });

  test.each([
    [
      'throws a revoked Proxy',
      () => {
        throw revoked();
      },
    ],
    ['rejects with a revoked Proxy', () => Promise.reject(revoked())],
    [
      'rejects with a thing whose name throws',
      () =>
        Promise.reject({
          get name(): never {
            throw mine;
          },
        }),
    ],
    ['returns a value with a `then` that throws', () => noThen],
    [
      'returns a promise-like that throws',
      () => ({
        then: () => {
          throw mine;
        },
      }),
    ],
  ])('a task that %s has crashed, and the tree goes on', async (_what, run) => {
    const booted = await withTask(run);
    await booted.settle();
    expect(types(booted)).toContain('child:crashed');
    expect(statuses(booted.tree)).toEqual([]);
    expect((await booted.tree.stop()).unstopped).toEqual([]);
  });

  test('rejected with such a thing while it stops', async () => {
    for (const error of [
      revoked(),
      {
        get name(): never {
          throw mine;
        },
      },
      null,
    ]) {
      const booted = await withTask(
        ({ signal }) => new Promise((_yes, no) => signal.addEventListener('abort', () => no(error))),
        {
          restart: 'transient',
        },
      );
      const terminated = booted.tree.terminateChild('a');
      await booted.settle();
      await terminated;
      expect(lastExit(booted, 'a')).toMatchObject({ kind: 'crash' });
    }
  });

  test('fail with such a thing', async () => {
    const booted = await withTask(({ signal }) => untilAborted(signal));
    booted.contexts[0]!.fail(revoked());
    await booted.settle();
    expect(types(booted)).toContain('child:crashed');
  });

  test('a stop or a deferred function that returns one', async () => {
    for (const bad of [
      noThen,
      revoked(),
      {
        then: () => {
          throw mine;
        },
      },
    ]) {
      const clock = new SimulatedClock();
      const tree = await supervisor({
        id: 'root',
        children: [service({ id: 'a', start: ({ defer }) => defer(() => bad), stop: () => bad })],
      }).start({ clock });
      const stopped = tree.stop();
      await clock.advance(0);
      expect((await stopped).unstopped).toEqual([]);
    }
  });

  test('a stop that returns what only looks like a promise is waited for', async () => {
    const gate = deferred();
    const journal: string[] = [];
    const a = scripted('a', { journal });
    const b = scripted('b', {
      journal,
      onStop: () => ({ then: (yes: () => void) => void gate.promise.then(yes) }),
    });
    const { tree, settle } = await boot({ children: [a.spec, b.spec] });
    drain(journal);
    const stopped = tree.stop();
    await settle();
    expect(drain(journal)).toEqual(['stop b']);
    gate.resolve();
    await stopped;
    expect(drain(journal)).toEqual(['stop a']);
  });

  test('a promise-like that answers twice is heard once', async () => {
    const value = { then: (yes: (value: unknown) => void) => (yes('first'), yes('second')) };
    let context!: Context;
    const a = service({ id: 'a', start: () => value as unknown as Promise<string> });
    const { events, settle } = await boot({
      children: [a, service({ id: 'b', start: (given) => void (context = given) })],
    });
    await settle();
    expect(context.use(a)).toBe('first');
    expect(events.filter(({ type, path }) => type === 'child:started' && path === 'root/a')).toHaveLength(1);
  });
});
