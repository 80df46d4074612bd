/** The registry of errors: each code is thrown by somebody, has the class that it should, and is in docs/errors.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CommandError,
  type Context,
  CoppiceError,
  type ErrorCode,
  GaveUpError,
  HookError,
  NotRunningError,
  SimulatedClock,
  SpecError,
  StartError,
  StopRequest,
  StuckError,
  TaskError,
  WatchdogError,
  dynamicSupervisor,
  isCoppiceError,
  pool,
  registry,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { coppiceError } from '../src/model/errors.js';
import { ERRORS, MESSAGES } from '../src/model/error-messages.js';
import { boot, forever, rejection, scripted, statuses, until } from './support/scripted.js';

const start = (): number => 1;
const a = service({ id: 'a', start });

const thrown = (call: () => unknown) => (): Promise<unknown> => {
  try {
    call();
  } catch (error) {
    return Promise.resolve(error);
  }
  throw new Error('expected it to throw');
};
const child = (more: object) => thrown(() => service({ id: 'a', start, ...more }));
const bound = service({ id: 'b', start, bindsTo: [a] });
const root = (more: object) => thrown(() => supervisor({ id: 'root', children: [], ...more }));

/** Told of in an event only: see the end. */
type OnlyTold = 'COPPICE_INVALID_CLASS';

/** Who throws it; complete by construction: a code without a row does not compile. */
const THROWN: Record<Exclude<ErrorCode, OnlyTold>, () => Promise<unknown>> = {
  COPPICE_NOT_A_SPEC: root({ children: [7] }),
  COPPICE_MISSING_ID: child({ id: undefined }),
  COPPICE_INVALID_ID: child({ id: 'a/b' }),
  COPPICE_MISSING_START: child({ start: undefined }),
  COPPICE_INVALID_START: child({ start: new Map() }),
  COPPICE_INVALID_FUNCTION: child({ stop: 7 }),
  COPPICE_INVALID_RESTART: child({ restart: 'x' }),
  COPPICE_INVALID_SHUTDOWN: child({ shutdownMs: NaN }),
  COPPICE_INVALID_ON_STUCK: child({ onStuck: 'x' }),
  COPPICE_INVALID_REQUIRED: child({ required: 1 }),
  COPPICE_INVALID_KIND: root({ children: [{ kind: 'x' }] }),
  COPPICE_INVALID_SIGNIFICANT: child({ significant: 1 }),
  COPPICE_BAD_COMBINATION: child({ significant: true }),
  COPPICE_DUPLICATE_ID: root({ children: [a, a] }),
  COPPICE_CHILDREN_NOT_A_LIST: root({ children: null }),
  COPPICE_INVALID_STRATEGY: root({ strategy: 'x' }),
  COPPICE_INVALID_MAX_RESTARTS: root({ maxRestarts: -1 }),
  COPPICE_INVALID_WITHIN: root({ withinMs: 0 }),
  COPPICE_INVALID_AUTO_SHUTDOWN: root({ autoShutdown: 'x' }),
  COPPICE_UNKNOWN_OPTION: root({ maxRestart: 1 }),
  COPPICE_INVALID_NUMBER: child({ startTimeoutMs: 0 }),
  COPPICE_INVALID_BACKOFF: child({ backoff: { minMs: 1 } }),
  COPPICE_INVALID_CHOICE: child({ giveUp: 'x' }),
  COPPICE_INVALID_BINDS_TO: child({ bindsTo: 'x' }),
  COPPICE_BOUND_TO_NO_SIBLING: root({ children: [service({ id: 'a', start, bindsTo: ['b'] })] }),
  COPPICE_LIMIT_NEVER_TRIPS: child({ maxRestarts: 5, withinMs: 100, backoff: { minMs: 100, maxMs: 1_000 } }),
  COPPICE_BOUND_IN_A_RING: root({ children: [service({ id: 'a', start, bindsTo: ['a'] })] }),

  COPPICE_START_FAILED: async () =>
    rejection(
      (await boot({})).tree.startChild(service({ id: 'a', start: () => Promise.reject(new Error('no')) })),
    ),
  COPPICE_ENDED_AT_START: async () =>
    (
      await rejection(
        (
          await boot({})
        ).tree.startChild(service({ id: 'a', start: ({ end }) => (end(), Promise.resolve()) })),
      )
    ).cause,
  COPPICE_START_TIMEOUT: async () => {
    const { tree, clock } = await boot({});
    const started = rejection(
      tree.startChild(task({ id: 'a', startTimeoutMs: 50, shutdownMs: 0, awaitReady: true, run: forever })),
    );
    await clock.advance(50);
    return (await started).cause;
  },
  COPPICE_START_INTERRUPTED: async () => {
    const hang = service({ id: 'a', shutdownMs: 0, start: forever });
    const tree = supervisor({ id: 'root', children: [hang] }).handle();
    const started = rejection(tree.start());
    await tree.stop();
    return started;
  },

  COPPICE_INVALID_ARGUMENT: async () => rejection((await boot({})).tree.deleteChild(7 as never)),
  COPPICE_ALREADY_STARTED: async () => rejection((await boot({ children: [a] })).tree.startChild(a)),
  COPPICE_ALREADY_PRESENT: async () => {
    const { tree } = await boot({ children: [a] });
    await tree.terminateChild(a);
    return rejection(tree.startChild(a));
  },
  COPPICE_RUNNING: async () => rejection((await boot({ children: [a] })).tree.deleteChild(a)),
  COPPICE_RESTARTING: async () => {
    const bad = scripted('a', {
      onStart: (attempt) => (attempt === 1 ? 1 : Promise.reject(new Error('no'))),
    });
    const { tree } = await boot({ children: [bad.spec], maxRestarts: Infinity });
    bad.crash();
    await until(() => statuses(tree)[0] === 'a: restarting');
    return rejection(tree.deleteChild('a'));
  },
  COPPICE_BOUND: async () => {
    const { tree } = await boot({ children: [a, bound] });
    await tree.terminateChild(a);
    return rejection(tree.restartChild(bound));
  },
  COPPICE_HAS_DEPENDANTS: async () => {
    const { tree } = await boot({ children: [a, bound] });
    await tree.terminateChild(a);
    return rejection(tree.deleteChild(a));
  },
  COPPICE_NOT_FOUND: async () => rejection((await boot({})).tree.deleteChild('a')),
  COPPICE_PAGE_LOST: async () => {
    const { tree } = await boot({ children: [a] });
    return thrown(() => tree.childPage({ after: 'b' }))();
  },
  COPPICE_RECONCILE_FAILED: async () => {
    const { tree } = await boot({});
    return rejection(
      tree.reconcile([service({ id: 'broken', start: () => Promise.reject(new Error('no')) })]),
    );
  },
  COPPICE_TOO_MANY_CHILDREN: async () => {
    const tree = await dynamicSupervisor({ id: 'dyn', maxChildren: 1, child: a }).start();
    await tree.startChild();
    return rejection(tree.startChild());
  },
  COPPICE_KEY_TAKEN: async () => {
    const names = registry({ id: 'names', keys: 'unique' });
    const start = ({ use }: Context): void => use(names).register('x');
    const { tree } = await boot({ children: [names, service({ id: 'a', start })] });
    return (await rejection(tree.startChild(service({ id: 'b', start })))).cause;
  },
  COPPICE_POOL_EXHAUSTED: async () => {
    const db = pool({ id: 'db', size: 1, child: a });
    const { tree, clock } = await boot({ children: [db] });
    await tree.use(db).checkout();
    const late = rejection(tree.use(db).checkout({ timeoutMs: 50 }));
    await clock.advance(50);
    return late;
  },
  COPPICE_DYNAMIC_SUPERVISOR: async () => {
    const tree = await dynamicSupervisor({ id: 'dyn', child: a }).start();
    return rejection((tree as unknown as { deleteChild(id: string): Promise<void> }).deleteChild('a#1'));
  },

  COPPICE_NOT_RUNNING: () => rejection(supervisor({ id: 'root', children: [] }).handle().startChild(a)),
  COPPICE_NOT_READY: async () => {
    const { tree, clock } = await boot({ children: [a] });
    await tree.terminateChild(a);
    const waited = rejection(tree.whenReady(a, { timeoutMs: 50 }));
    await clock.advance(50);
    return waited;
  },
  COPPICE_NOT_REGISTERED: async () => {
    const names = registry({ id: 'names', keys: 'unique' });
    const { tree } = await boot({ children: [names] });
    return thrown(() => tree.use(names).use('x'))();
  },
  COPPICE_UNKNOWN_REF: async () => {
    const asker = service({ id: 'asker', start: ({ use }) => use(a) });
    return (await rejection((await boot({})).tree.startChild(asker))).cause;
  },

  COPPICE_GAVE_UP: async () => {
    const bad = scripted('a');
    const { ended } = await boot({ children: [bad.spec], maxRestarts: 0 });
    bad.crash();
    const { reason } = await ended;
    return (reason as { cause: unknown }).cause;
  },
  COPPICE_CHILD_GAVE_UP: async () => {
    const bad = scripted('a', { maxRestarts: 0, giveUp: 'exit' });
    const { ended } = await boot({ children: [bad.spec] });
    bad.crash();
    const { reason } = await ended;
    return (reason as { error: unknown }).error;
  },

  COPPICE_STUCK: async () => {
    const stuck = task({ id: 'a', shutdownMs: 0, onStuck: 'exit', run: forever });
    const { tree, ended } = await boot({ children: [stuck] });
    await tree.terminateChild(stuck);
    const { reason } = await ended;
    return (reason as { error: unknown }).error;
  },

  COPPICE_STALE: () => watched({ staleAfterMs: 50 }),
  COPPICE_RAN_TOO_LONG: () => watched({ maxRunMs: 50 }),

  COPPICE_TASK_STOPPED: async () => {
    const tree = await taskSupervisor({ id: 'tasks' }).start();
    const result = rejection(tree.runTask(forever));
    await tree.stop({ shutdownMs: 0 });
    return result;
  },
  COPPICE_TASK_TIMEOUT: async () => {
    const clock = new SimulatedClock();
    const tree = await taskSupervisor({ id: 'tasks' }).start({ clock });
    const result = rejection(tree.runTask(forever, { timeoutMs: 50 }));
    await clock.advance(50);
    return result;
  },

  COPPICE_STOP_REQUESTED: async () => {
    let signal!: AbortSignal;
    const { tree } = await boot({
      children: [task({ id: 'a', shutdownMs: 0, run: (context) => ((signal = context.signal), forever()) })],
    });
    await tree.stop();
    return signal.reason;
  },
  COPPICE_ENDED: async () => {
    let signal!: AbortSignal;
    await boot({
      children: [task({ id: 'a', restart: 'temporary', run: (context) => void (signal = context.signal) })],
    });
    return signal.reason;
  },
};

/** What a child that hangs has crashed with, as its next incarnation sees it. */
async function watched(more: object): Promise<unknown> {
  const exits: unknown[] = [];
  const run = ({ lastExit, sleep }: Context): Promise<void> => (exits.push(lastExit), sleep(1_000));
  const { clock } = await boot({ children: [task({ id: 'a', run, ...more })] });
  await clock.advance(50);
  return (exits[1] as { error: unknown }).error;
}

const CLASSES = {
  SpecError,
  StartError,
  CommandError,
  NotRunningError,
  HookError,
  GaveUpError,
  StuckError,
  WatchdogError,
  TaskError,
  StopRequest,
};

test.each(Object.entries(THROWN))(
  '%s is thrown, with its class, its path, and a message that is complete',
  async (code, provoke) => {
    const error = (await provoke()) as CoppiceError;
    const { className } = ERRORS.get(code as ErrorCode)!;
    expect(error.code).toBe(code);
    expect(error).toBeInstanceOf(CLASSES[className]);
    expect(error).toBeInstanceOf(CoppiceError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(className === 'StopRequest' ? 'AbortError' : className);
    expect(isCoppiceError(error, code as ErrorCode)).toBe(true);
    expect(error.message).not.toMatch(/undefined|\[object|''|^\s|\s$| {2}/);
    expect(error.toWire()).toMatchObject({ name: error.name, code, message: error.message });
    if (error.path !== undefined) expect(error.message).toContain(error.path.split('/')[0]);
  },
);

describe('docs/errors.md', () => {
  // Its second part belongs to the coppice package, whose tests look at it.
  const [, ours] = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8').split(/^# /m);
  const sections = ours!.split(/^## /m).slice(1);
  const rows = sections.flatMap((section) => {
    const className = section.slice(0, section.indexOf('\n')).trim();
    return [...section.matchAll(/^\| `(\w+)` \|(.*)\|(.*)\|$/gm)].map(([, code, when, cure]) => ({
      className,
      code,
      when,
      cure,
    }));
  });

  test('has each code of the registry, and no other, under its class', () => {
    const documented = rows.map(({ className, code }) => `${className} ${code}`);
    const registered = Object.entries(MESSAGES).flatMap(([className, group]) =>
      Object.keys(group).map((code) => `${className} ${code}`),
    );
    expect(documented.toSorted()).toEqual(registered.toSorted());
  });

  test('says for each when it comes, and how to mend it', () => {
    for (const { when, cure } of rows) {
      expect(when!.trim().length).toBeGreaterThan(10);
      expect(cure!.trim().length).toBeGreaterThan(3);
    }
  });
});

test('COPPICE_INVALID_CLASS is told of, with its class, its path, and a message that is complete', async () => {
  const bad = scripted('a', { classify: () => 'x' as never });
  const { events, settle } = await boot({ children: [bad.spec] });
  bad.crash();
  await settle();
  const told = events.find((event) => event.type === 'child:classify-failed');
  const message =
    "the classify of 'root/a' has to say 'transient', 'permanent' or 'fatal'; it said 'x', and the error counts as transient";
  expect(told).toMatchObject({ error: { name: 'HookError', code: 'COPPICE_INVALID_CLASS', message } });
  expect(coppiceError('COPPICE_INVALID_CLASS', { path: 'root/a', got: "'x'" })).toBeInstanceOf(HookError);
});

test('the details stay readable on the error', () => {
  let error: unknown;
  try {
    supervisor({ id: 'root', strategy: 'one-for-al' as never, children: [] });
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ path: 'root', details: { got: "'one-for-al'", path: 'root' } });
});
