import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_NAMES, type EventBodies, type EventName, type EventOf } from '@coppice/core';
import { EVENT_LOG, type EventLog } from './index.js';
import { LEVELS } from './logger.js';

const child = {
  path: 'shop/db',
  supervisor: 'shop',
  id: 'db',
  kind: 'service',
  incarnation: 2,
  restart: 'permanent',
} as const;
const up = { uptimeMs: 312.4 } as const;
const shop = { path: 'shop' };
const error = { name: 'TypeError', message: 'boom' };
const nobody = { with: null, by: null };
const NOON = Date.UTC(2026, 10, 22, 12);
const budget = { used: 2, max: 3, withinMs: 5_000 };

/** One event of each name. */
const SAMPLES: { [N in EventName]: EventBodies[N] } = {
  'child:starting': { ...child, because: 'restart', ...nobody },
  'child:started': { ...child, startMs: 12.3 },
  'child:start-failed': { ...child, error, startMs: 12 },
  'child:ignored': child,
  'child:ending': { ...child, phase: 'running', reason: { kind: 'crash', error }, shutdownMs: 5_000 },
  'child:crashed': { ...child, ...up, error },
  'child:completed': { ...child, ...up, reason: { kind: 'normal' } },
  'child:restarting': {
    ...child,
    strategy: 'rest-for-one',
    because: 'exit',
    reason: { kind: 'crash', error },
    budget,
    delayMs: 0,
    by: null,
  },
  'child:not-restarted': { ...child, because: 'completed', reason: { kind: 'normal' }, by: null },
  'child:backing-off': { ...child, delayMs: 1_640, nextStartAt: NOON + 1_640, failures: 3, budget },
  'child:gave-up': {
    ...child,
    giveUp: 'park',
    because: 'limit',
    error: { name: 'GaveUpError', message: 'long', code: 'COPPICE_CHILD_GAVE_UP', cause: error },
    budget: { used: 3, max: 3, withinMs: 5_000 },
    reviveAt: null,
  },
  'child:waiting': { ...child, because: 'bond', waitsFor: 'shop/net' },
  'child:paused': { ...child, reason: 'maintenance', by: 'ada' },
  'child:resumed': { ...child, reason: null, by: null },
  'child:classify-failed': { ...child, error },
  'child:stopping': { ...child, because: 'shutdown', ...nobody, shutdownMs: 5_000 },
  'child:timed-out': { ...child, error },
  'child:killing': { ...child, because: 'overdue' },
  'child:stopped': { ...child, ...up, reason: { kind: 'shutdown' } },
  'child:stuck': { ...child, phase: 'running' },
  'child:abandoned': { ...child, phase: 'running', waitedMs: 5_000 },
  'child:settled': { ...child, afterMs: 90_000 },
  'child:cleanup-failed': { ...child, error },
  'child:late-fault': { ...child, error },
  'child:removed': { ...child, because: 'ended', ...nobody },
  'supervisor:starting': { ...shop, strategy: 'one-for-one', children: 1 },
  'supervisor:started': { ...shop, startMs: 130_000, lost: 0 },
  'supervisor:start-failed': { ...shop, child: 'shop/api', error, undone: ['db'] },
  'supervisor:stopping': {
    ...shop,
    because: 'request',
    by: null,
    reason: { kind: 'shutdown', detail: 'done for today' },
  },
  'supervisor:stopped': { ...shop, reason: { kind: 'shutdown', cause: error } },
  'supervisor:gave-up': { ...shop, offender: child, error: { ...error, cause: error }, budget },
  'supervisor:auto-shutdown': { ...shop, child: 'shop/db', autoShutdown: 'any-significant' },
  'supervisor:reconciled': {
    ...shop,
    updated: ['shop'],
    removed: [],
    replaced: ['shop/db'],
    added: [],
    failed: ['shop/api'],
    by: null,
  },
  'supervisor:warning': { ...shop, code: 'COPPICE_TRANSIENT_SUPERVISOR', message: 'think twice' },
  'listener:failed': { ...shop, event: 'child:crashed', error },
};

function sample<N extends EventName>(type: N, changes: Partial<EventBodies[N]> = {}): EventOf<N> {
  return { type, seq: 1, at: 0, ...SAMPLES[type], ...changes } as unknown as EventOf<N>;
}

function row<N extends EventName>(event: EventOf<N>): { level: string; message: string; context?: string } {
  const entry = EVENT_LOG[event.type];
  const context = entry.report?.(event)?.context;
  return {
    level: typeof entry.level === 'function' ? entry.level(event) : entry.level,
    message: entry.message(event),
    ...(context && { context }),
  };
}

test('every event has a row, and a missing or a made-up one does not compile', () => {
  expect(Object.keys(EVENT_LOG)).toEqual(EVENT_NAMES);
  const { 'child:crashed': _, ...incomplete } = EVENT_LOG;
  // @ts-expect-error -- 'child:crashed' is missing
  const missing: EventLog = incomplete;
  // @ts-expect-error -- there is no such event
  const made: EventLog = { ...EVENT_LOG, 'child:vanished': EVENT_LOG['child:removed'] };
  expect(missing).not.toBe(made);
});

test('every event is in the table of the README', () => {
  const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
  const first = Array.from(readme.matchAll(/^\| `(\w+):.*?\|/gm), ([row, of]) =>
    Array.from(row.matchAll(/`(\w*):([\w-]+)`/g), ([, own, name]) => `${own === '' ? of : own}:${name}`),
  );
  expect(first.flat().toSorted()).toEqual(EVENT_NAMES.toSorted());
});

test('the table, read aloud', () => {
  const table = EVENT_NAMES.map((name) => {
    const { level, message, context = '-' } = row(sample(name));
    return `${name} | ${level} | ${context} | ${message}`;
  });
  expect(table).toEqual([
    'child:starting | debug | - | starting shop/db, incarnation 2',
    'child:started | info | - | shop/db is up after 12 ms',
    'child:start-failed | error | start-error | shop/db failed to start after 12 ms: boom',
    'child:ignored | info | - | shop/db stays down: its start said ignore',
    'child:ending | info | - | shop/db has failed, and cleans up within 5 s: boom',
    'child:crashed | error | child-terminated | shop/db crashed after 312 ms: boom',
    'child:completed | error | child-terminated | shop/db completed after 312 ms, though it is permanent',
    'child:restarting | warn | - | restarting shop/db and those after it (2 of 3 restarts within 5 s used)',
    'child:not-restarted | info | - | shop/db is not started again: it is transient, and has done its work',
    'child:backing-off | info | - | shop/db is down, and starts again in 1.6 s, at 2026-11-22T12:00:01.640Z ' +
      '(3 failures in a row)',
    'child:gave-up | error | gave-up | shop/db gave up: it failed again after 3 restarts within 5 s, which is the limit; ' +
      'it is parked until somebody starts it: boom',
    'child:waiting | info | - | shop/db is down as long as shop/net is, to which it is bound',
    'child:paused | warn | - | shop/db is paused by ada (maintenance): it is not started again by itself any more',
    'child:resumed | info | - | shop/db is resumed: it is started again by itself again',
    'child:classify-failed | warn | - | the classify of shop/db failed, so the error counts as transient: boom',
    'child:stopping | debug | - | stopping shop/db within 5 s: shop is stopped',
    'child:timed-out | warn | - | shop/db is broken off: boom',
    'child:killing | warn | - | shop/db is ended by force: its time is over',
    'child:stopped | debug | - | shop/db stopped',
    'child:stuck | warn | - | shop/db did not end in time: its stop goes on; it cannot be killed, and is waited for',
    'child:abandoned | error | - | shop/db did not end within 5 s: its stop goes on; it is waited for no longer, and may ' +
      'still be running',
    'child:settled | warn | - | shop/db, incarnation 2, has ended after all, 90 s after it was abandoned',
    'child:cleanup-failed | warn | - | cleaning up after shop/db failed: boom',
    'child:late-fault | warn | - | shop/db, incarnation 2, failed once more at its end: boom',
    'child:removed | debug | - | shop/db is no longer a child of shop: it has ended, and is not started again',
    'supervisor:starting | debug | - | starting shop: one-for-one, 1 child',
    'supervisor:started | info | - | shop is up after 2.2 min, with all its children',
    'supervisor:start-failed | error | - | shop failed to start, since shop/api did not: boom',
    'supervisor:stopping | debug | - | stopping shop: done for today',
    'supervisor:stopped | info | - | shop stopped after giving up',
    'supervisor:gave-up | fatal | gave-up | shop gave up: shop/db failed again after 3 restarts within 5 s, which is the limit: boom',
    'supervisor:auto-shutdown | info | - | shop shuts itself down: significant child shop/db has ended ' +
      '(any-significant)',
    'supervisor:reconciled | error | - | shop is reconciled: updated shop; replaced shop/db; failed shop/api',
    'supervisor:warning | warn | - | think twice',
    "listener:failed | error | - | a listener for 'child:crashed' at shop failed: boom",
  ]);
});

test('all fields survive JSON, and no level is made up', () => {
  for (const name of EVENT_NAMES) {
    const event = sample(name) as EventOf<'child:starting'>;
    const fields = EVENT_LOG[name as 'child:starting'].fields(event);
    expect(JSON.parse(JSON.stringify(fields))).toEqual(fields);
    expect(LEVELS).toContain(row(event).level);
  }
});

describe("a supervisor below the root is its parent's child", () => {
  const feeds = { path: 'shop/feeds' };

  test.each([
    [row(sample('supervisor:started', feeds)).level, 'debug'],
    [row(sample('supervisor:started', { ...feeds, lost: 3 })).level, 'warn'],
    [row(sample('supervisor:stopped', feeds)).level, 'debug'],
    [row(sample('supervisor:gave-up', feeds)).level, 'error'],
  ])('%s', (level, expected) => expect(level).toBe(expected));
});

describe("OTP's do_restart: which ends are reported", () => {
  const gaveUp = { kind: 'shutdown', cause: { ...error, code: 'COPPICE_GAVE_UP', cause: error } } as const;

  test.each([
    ['permanent', { kind: 'normal' }, 'error'],
    ['permanent', { kind: 'shutdown' }, 'error'],
    ['permanent', gaveUp, 'error'],
    ['transient', { kind: 'normal' }, 'info'],
    ['transient', { kind: 'shutdown', detail: 1 }, 'info'],
    ['transient', { kind: 'killed' }, 'error'],
    ['temporary', { kind: 'normal' }, 'info'],
    ['temporary', gaveUp, 'info'],
    ['temporary', { kind: 'killed' }, 'error'],
  ] as const)('%s, %j: %s', (restart, reason, level) => {
    const { level: got, context } = row(sample('child:completed', { restart, reason }));
    expect([got, context]).toEqual([level, level === 'error' ? 'child-terminated' : undefined]);
  });

  test('what it did in a sentence', () => {
    const says = (change: Partial<EventBodies['child:completed']>) =>
      row(sample('child:completed', { restart: 'transient', ...change })).message;
    expect(says({ reason: { kind: 'normal' } })).toBe('shop/db completed after 312 ms');
    expect(says({ reason: { kind: 'shutdown', detail: { left: 3 } } })).toBe(
      'shop/db shut itself down after 312 ms: {"left":3}',
    );
    const isPermanent = { restart: 'permanent', reason: { kind: 'normal' } } as const;
    const hint = ": was an await forgotten in its run? If it may end, give it restart: 'transient'";
    expect(says({ ...isPermanent, kind: 'task' })).toBe(
      `shop/db completed after 312 ms, though it is permanent${hint}`,
    );
    // It has done something, or has no run.
    expect(says({ ...isPermanent, kind: 'task', uptimeMs: 5_000 })).not.toContain(hint);
    expect(says({ ...isPermanent, kind: 'service' })).not.toContain(hint);
    expect(says({ reason: gaveUp })).toBe('shop/db gave up after 312 ms: boom');
    expect(says({ reason: { kind: 'killed' }, uptimeMs: 10_800_000 })).toBe('shop/db was killed after 3 h');
  });
});

describe("OTP's do_terminate: which stops are reported", () => {
  test.each([
    ['permanent', { kind: 'shutdown' }, 'debug', 'shop/db stopped'],
    ['permanent', { kind: 'normal' }, 'warn', 'shop/db stopped with reason normal, though it is permanent'],
    [
      'permanent',
      { kind: 'shutdown', detail: 'bye' },
      'warn',
      'shop/db stopped with reason shutdown, though it is permanent: bye',
    ],
    ['transient', { kind: 'normal' }, 'debug', 'shop/db stopped'],
    ['transient', { kind: 'shutdown', detail: 'bye' }, 'debug', 'shop/db stopped: bye'],
    ['temporary', { kind: 'killed' }, 'warn', 'shop/db did not stop in time and counts as killed'],
    ['temporary', { kind: 'crash', error }, 'error', 'shop/db failed when it was stopped: boom'],
  ] as const)('%s, %j: %s', (restart, reason, level, message) => {
    const context = level === 'debug' ? {} : { context: 'shutdown-error' };
    expect(row(sample('child:stopped', { restart, reason }))).toEqual({ level, message, ...context });
  });
});

describe('why a child is started, stopped or removed, and on whose account', () => {
  const other = { with: 'shop/net', by: null };
  const ada = { with: null, by: 'ada' };
  const why = <N extends 'child:starting' | 'child:stopping' | 'child:removed'>(
    name: N,
    change: Partial<EventBodies[N]>,
  ): string => row(sample(name, change)).message.replace(/^(starting shop\/db, incarnation 2|[^:]*: )/, '');

  test.each([
    ['boot', nobody, ''],
    ['restart', nobody, ''],
    ['sibling', other, ', together with shop/net'],
    ['bond', other, ', being bound to shop/net'],
    ['unblocked', nobody, ', since it need not wait any longer'],
    ['request', ada, ', as was asked for by ada'],
    ['reconcile', nobody, ', as is declared now'],
  ] as const)('started: %s', (because, who, said) => {
    expect(why('child:starting', { because, ...who })).toBe(said);
  });

  test.each([
    ['request', ada, 'that was asked for by ada'],
    ['reconcile', ada, 'it is declared differently, or no more by ada'],
    ['dismissed', nobody, 'nobody wants its result any more'],
    ['sibling', other, 'it is restarted together with shop/net'],
    ['bond', other, 'it is bound to shop/net'],
    ['shutdown', ada, 'shop is stopped by ada'],
    ['gave-up', nobody, 'shop has given up'],
    ['auto-shutdown', nobody, 'shop shuts itself down'],
    ['start-failed', other, 'shop/net did not start'],
  ] as const)('stopped: %s', (because, who, said) => {
    expect(why('child:stopping', { because, ...who })).toBe(said);
    if (because !== 'gave-up') expect(why('child:removed', { because, ...who })).toBe(said);
    const fields = EVENT_LOG['child:stopping'].fields(sample('child:stopping', { because, ...who }));
    expect(fields).toMatchObject({
      because,
      ...Object.fromEntries(Object.entries(who).filter(([, v]) => v)),
    });
  });

  test.each([
    ['ended', nobody, 'it has ended, and is not started again'],
    ['ignored', nobody, 'its start said ignore'],
    ['gave-up', nobody, 'it has given up, or its supervisor has'],
    ['start-failed', nobody, 'it did not start'],
    ['deleted', ada, 'it was deleted by ada'],
  ] as const)('removed: %s', (because, who, said) => {
    expect(why('child:removed', { because, ...who })).toBe(said);
  });

  test('who stops or reconciles a supervisor', () => {
    const reason = { kind: 'shutdown' } as const;
    expect(row(sample('supervisor:stopping', { by: 'ada', reason })).message).toBe(
      'stopping shop on behalf of ada',
    );
    expect(row(sample('supervisor:reconciled', { by: 'ada' })).message).toMatch(
      /^shop is reconciled by ada: /,
    );
  });
});

test.each([
  ['service', 'starting', 'its start goes on'],
  ['task', 'running', 'its run goes on'],
  ['task', 'cleaning-up', 'its clean-up goes on'],
  ['supervisor', 'running', 'it goes on'],
] as const)('what hangs: a %s that is %s', (kind, phase, said) => {
  expect(row(sample('child:abandoned', { kind, phase })).message).toContain(` within 5 s: ${said};`);
});

test('the other turns of phrase', () => {
  const first = { incarnation: 1 };
  expect(row(sample('child:starting', first)).message).toBe('starting shop/db');
  expect(row(sample('child:stopping', { shutdownMs: null })).message).toBe(
    'stopping shop/db, for as long as it takes: shop is stopped',
  );
  expect(row(sample('child:stopping', { shutdownMs: 0 })).message).toBe(
    'stopping shop/db without waiting for it: shop is stopped',
  );
  const again = {
    because: 'start-failed',
    strategy: 'one-for-all',
    budget: { ...budget, max: null },
  } as const;
  expect(row(sample('child:restarting', again)).message).toBe(
    'trying again to start shop/db and all its siblings (restarts without limit)',
  );
  expect(row(sample('child:crashed', { error: { name: 'RangeError', message: '' } })).message).toBe(
    'shop/db crashed after 312 ms: RangeError',
  );
  expect(row(sample('supervisor:stopped', { reason: { kind: 'crash', error } }))).toEqual({
    level: 'error',
    message: 'shop stopped: boom',
  });
  expect(row(sample('supervisor:starting', { children: 3 })).message).toBe(
    'starting shop: one-for-one, 3 children',
  );
});

describe('a restart says why, when and on whose account', () => {
  test.each([
    ['exit', 'warn', 'restarting shop/db in 1.6 s (2 of 3 restarts within 5 s used)'],
    ['start-failed', 'warn', 'trying again to start shop/db in 1.6 s (2 of 3 restarts within 5 s used)'],
    ['revive', 'warn', 'reviving shop/db in 1.6 s'],
  ] as const)('%s', (because, level, message) => {
    const event = sample('child:restarting', { because, strategy: 'one-for-one', delayMs: 1_640.4 });
    expect(row(event)).toEqual({ level, message });
    expect(EVENT_LOG['child:restarting'].fields(event)).toMatchObject({ because, delayMs: 1_640, budget });
  });
});

test.each([
  ['resume', 'starting shop/db, whose pause is over'],
  ['request', 'restarting shop/db on request'],
] as const)('a restart for a %s is at once, and no trouble', (because, message) => {
  const event = sample('child:restarting', { because, strategy: 'one-for-one' });
  expect(row(event)).toEqual({ level: 'info', message });
});

describe('who gives up', () => {
  test.each([
    [
      'limit',
      'escalate',
      null,
      'error',
      'it failed again after 3 restarts within 5 s, which is the limit; so its supervisor gives up too',
    ],
    [
      'permanent',
      'park',
      NOON,
      'error',
      'its error is permanent; it is parked until 2026-11-22T12:00:00.000Z',
    ],
    [
      'permanent',
      'keep-trying',
      null,
      'error',
      'its error is permanent; it is tried again at its longest delay',
    ],
    ['fatal', 'exit', null, 'fatal', 'its error is fatal; all ends'],
  ] as const)('%s, %s', (because, giveUp, reviveAt, level, says) => {
    const event = sample('child:gave-up', { because, giveUp, reviveAt });
    expect(row(event)).toEqual({ level, message: `shop/db gave up: ${says}: boom`, context: 'gave-up' });
    expect(EVENT_LOG['child:gave-up'].report?.(event)?.reason).toBe(
      { limit: 'reached-max-restarts', permanent: 'permanent-error', fatal: 'fatal-error' }[because],
    );
  });

  test('a supervisor says its limit itself; what is counted above it is another matter', () => {
    const event = sample('child:gave-up', { kind: 'supervisor' });
    expect(row(event).message).toBe('shop/db gave up; it is parked until somebody starts it: boom');
    expect(EVENT_LOG['child:gave-up'].fields(event)).not.toHaveProperty('budget');
  });

  test('and a supervisor because its child does', () => {
    const cause = { name: 'GaveUpError', message: 'long', code: 'COPPICE_CHILD_GAVE_UP', cause: error };
    expect(row(sample('supervisor:gave-up', { error: { ...error, cause } })).message).toBe(
      'shop gave up: so did shop/db: boom',
    );
  });
});
