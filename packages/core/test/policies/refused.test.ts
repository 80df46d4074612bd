/** Options that exclude each other, or need each other, and values that make no sense: refused, with how to mend it. */
import { type CoppiceError, SpecError, dynamicSupervisor, service, supervisor, task } from '@coppice/core';
import { boot, rejection, scripted } from '../support/scripted.js';
import { watched } from './support/trees.js';

const backoff = { minMs: 100, maxMs: 1_000 };

function refusal(build: () => unknown): CoppiceError {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return error as CoppiceError;
  }
  throw new Error('it was taken');
}

const worker = (more: object) => () => service({ id: 'a', start: () => 1, ...more });
const sub = (more: object) => () => supervisor({ id: 'sub', children: [], ...more });
const of =
  (more: object, ...children: object[]) =>
  () =>
    supervisor({
      id: 'root',
      children: children.map((child) => service({ start: () => 1, ...child } as never)),
      ...more,
    });
const template = (more: object) => () => dynamicSupervisor({ id: 'dyn', child: worker(more)() });
const childOf = (child: object) => () => supervisor({ id: 'root', children: [worker(child)()] });
const root = (more: object) => () => supervisor({ id: 'root', children: [], ...more }).handle();

test('delays may come from the supervisor', () => {
  const trying = worker({ giveUp: 'keep-trying', maxRestarts: 3, withinMs: 60_000, boot: 'retry' })();
  expect(supervisor({ id: 'root', childBackoff: backoff, children: [trying] }).children).toEqual([trying]);
});

describe('values', () => {
  const durations = ['reviveAfterMs', 'startTimeoutMs', 'staleAfterMs', 'maxRunMs'];
  const backoffs = ['minMs', 'maxMs', 'resetAfterMs'];
  const senseless: [unknown, string][] = [
    [0, '0'],
    [-1, '-1'],
    [0.5, '0.5'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
    ['5s', "'5s'"],
    [null, 'null'],
    [10n, '10'],
    [new Date(0), 'an instance of Date'],
  ];

  test.each(durations.flatMap((key) => senseless.map(([value, shown]) => [key, value, shown] as const)))(
    '%s: %p',
    (key, value, shown) => {
      const park = key === 'reviveAfterMs' ? { giveUp: 'park', maxRestarts: 1 } : {};
      const error = refusal(worker({ ...park, [key]: value }));
      expect([error.code, error.message]).toEqual([
        'COPPICE_INVALID_NUMBER',
        `${key} has to be a number (milliseconds), 1 or more, and finite; got ${shown} (at a)`,
      ]);
    },
  );

  test.each(backoffs.flatMap((key) => senseless.map(([value, shown]) => [key, value, shown] as const)))(
    'backoff.%s: %p',
    (key, value, shown) => {
      for (const name of ['backoff', 'childBackoff']) {
        const error = refusal(sub({ [name]: { ...backoff, [key]: value } }));
        expect([error.code, error.message]).toEqual([
          'COPPICE_INVALID_NUMBER',
          `${name}.${key} has to be a number (milliseconds), 1 or more, and finite; got ${shown} (at sub)`,
        ]);
      }
    },
  );

  test.each([
    [
      { ...backoff, factor: 0.9 },
      'COPPICE_INVALID_NUMBER',
      'backoff.factor has to be a number (times), 1 or more, and finite; got 0.9 (at a)',
    ],
    [
      { ...backoff, factor: NaN },
      'COPPICE_INVALID_NUMBER',
      'backoff.factor has to be a number (times), 1 or more, and finite; got NaN (at a)',
    ],
    [
      { ...backoff, jitter: -0.1 },
      'COPPICE_INVALID_NUMBER',
      'backoff.jitter has to be a number (a share), 0 to 1; got -0.1 (at a)',
    ],
    [
      { ...backoff, jitter: 1.1 },
      'COPPICE_INVALID_NUMBER',
      'backoff.jitter has to be a number (a share), 0 to 1; got 1.1 (at a)',
    ],
    [
      { ...backoff, jitter: NaN },
      'COPPICE_INVALID_NUMBER',
      'backoff.jitter has to be a number (a share), 0 to 1; got NaN (at a)',
    ],
    [{ minMs: 100 }, 'COPPICE_INVALID_BACKOFF', 'backoff expects maxMs, in milliseconds; got none (at a)'],
    [{ maxMs: 100 }, 'COPPICE_INVALID_BACKOFF', 'backoff expects minMs, in milliseconds; got none (at a)'],
    [
      { minMs: 100, maxMs: 99 },
      'COPPICE_INVALID_BACKOFF',
      'backoff expects a maxMs that is not below its minMs of 100; got 99 (at a)',
    ],
    [
      { ...backoff, max: 5 },
      'COPPICE_INVALID_BACKOFF',
      "backoff expects no other options than minMs, maxMs, factor, jitter, resetAfterMs; got 'max' (at a)",
    ],
    [
      100,
      'COPPICE_INVALID_BACKOFF',
      'backoff expects an object, like { minMs: 100, maxMs: 10_000 }; got 100 (at a)',
    ],
    [
      null,
      'COPPICE_INVALID_BACKOFF',
      'backoff expects an object, like { minMs: 100, maxMs: 10_000 }; got null (at a)',
    ],
    [
      [100],
      'COPPICE_INVALID_BACKOFF',
      'backoff expects an object, like { minMs: 100, maxMs: 10_000 }; got an array of 1 (at a)',
    ],
  ] as const)('backoff: %j', (given, code, message) => {
    const error = refusal(worker({ backoff: given }));
    expect([error.code, error.message, error.path]).toEqual([code, message, 'a']);
  });

  test.each([
    [
      { giveUp: 'parked' },
      "giveUp has to be 'escalate' or 'park' or 'keep-trying' or 'exit' or 'remove'; got 'parked'; did you mean 'park'? (at a)",
    ],
    [
      { boot: 'retrie' },
      "boot has to be 'fail' or 'retry' or 'degraded'; got 'retrie'; did you mean 'retry'? (at a)",
    ],
    [{ boot: true }, "boot has to be 'fail' or 'retry' or 'degraded'; got true (at a)"],
    [
      { replace: 'start-then' },
      "replace has to be 'stop-then-start' or 'start-then-stop'; got 'start-then' (at a)",
    ],
    [{ awaitReady: 'yes' }, "awaitReady has to be true or false; got 'yes' (at a)"],
    [{ awaitReady: 1 }, 'awaitReady has to be true or false; got 1 (at a)'],
    [{ revision: {} }, 'revision has to be a string or a number; got an object (at a)'],
  ])('a choice: %j', (more, message) => {
    const error = refusal(worker(more));
    expect([error.code, error.message]).toEqual(['COPPICE_INVALID_CHOICE', message]);
  });

  test('startOrder of a supervisor', () => {
    expect(refusal(sub({ startOrder: 'paralel' })).message).toBe(
      "startOrder has to be 'sequential' or 'parallel'; got 'paralel'; did you mean 'parallel'? (at sub)",
    );
  });

  test.each(['transient', {}, true, null])('classify: %p', (classify) => {
    expect(refusal(worker({ classify }))).toMatchObject({
      code: 'COPPICE_INVALID_FUNCTION',
      message: expect.stringMatching(/^classify has to be a function; got .* \(at a\)$/),
    });
  });

  test.each([-1, 0.5, NaN, '3', null])('a limit of its own: maxRestarts %p', (maxRestarts) => {
    expect(refusal(worker({ maxRestarts })).code).toBe('COPPICE_INVALID_MAX_RESTARTS');
  });
  test.each([-1, 0, NaN, Infinity, '3', null])('a limit of its own: withinMs %p', (withinMs) => {
    expect(refusal(worker({ withinMs })).code).toBe('COPPICE_INVALID_WITHIN');
  });
});

describe('combinations: problem, and cure', () => {
  const temporary = { restart: 'temporary' };
  const cases: [string, () => unknown, string][] = [
    [
      'temporary and backoff',
      worker({ ...temporary, backoff }),
      'backoff has no meaning for a temporary child, which is never started again; leave backoff out, or make it transient (at a)',
    ],
    [
      'temporary and classify',
      worker({ ...temporary, classify: () => 'fatal' }),
      'classify has no meaning for a temporary child, which is never started again; leave classify out, or make it transient (at a)',
    ],
    [
      'temporary and reviveAfterMs',
      worker({ ...temporary, reviveAfterMs: 5 }),
      'reviveAfterMs has no meaning for a temporary child, which is never started again; leave reviveAfterMs out, or make it transient (at a)',
    ],
    [
      'temporary and maxRestarts',
      worker({ ...temporary, maxRestarts: 5 }),
      'maxRestarts has no meaning for a temporary child, which is never started again; leave maxRestarts out, or make it transient (at a)',
    ],
    [
      'temporary and withinMs',
      worker({ ...temporary, withinMs: 5 }),
      'maxRestarts has no meaning for a temporary child, which is never started again; leave maxRestarts out, or make it transient (at a)',
    ],
    [
      'temporary and giveUp',
      worker({ ...temporary, giveUp: 'park' }),
      'giveUp has no meaning for a temporary child, which is never started again; leave it out, or make it transient (at a)',
    ],
    [
      'temporary and boot',
      worker({ ...temporary, boot: 'degraded' }),
      'boot has no meaning for a temporary child, which is never started again; leave it out, or make it transient (at a)',
    ],
    [
      'a temporary supervisor and giveUp',
      sub({ ...temporary, giveUp: 'exit' }),
      'giveUp has no meaning for a temporary child, which is never started again; leave it out, or make it transient (at sub)',
    ],
    [
      'reviveAfterMs without giveUp',
      worker({ reviveAfterMs: 5 }),
      "reviveAfterMs is for a child that is parked, but its giveUp is 'escalate'; say giveUp: 'park', or leave reviveAfterMs out (at a)",
    ],
    [
      'reviveAfterMs and exit',
      sub({ reviveAfterMs: 5, giveUp: 'exit' }),
      "reviveAfterMs is for a child that is parked, but its giveUp is 'exit'; say giveUp: 'park', or leave reviveAfterMs out (at sub)",
    ],
    [
      'keep-trying without backoff',
      childOf({ giveUp: 'keep-trying', maxRestarts: 3 }),
      "giveUp 'keep-trying' needs the delays to keep trying with; give it a backoff, like { minMs: 100, maxMs: 30_000 }, or its supervisor a childBackoff (at root/a)",
    ],
    [
      'keep-trying of a supervisor without backoff',
      () => supervisor({ id: 'root', children: [sub({ giveUp: 'keep-trying', childBackoff: backoff })()] }),
      "giveUp 'keep-trying' needs the delays to keep trying with; give it a backoff, like { minMs: 100, maxMs: 30_000 }, or its supervisor a childBackoff (at root/sub)",
    ],
    [
      'park without a limit',
      worker({ giveUp: 'park' }),
      "giveUp 'park' without a limit of its own, or a classify: there is nothing at which it could give up; give it maxRestarts and withinMs (at a)",
    ],
    [
      'exit without a limit',
      worker({ giveUp: 'exit' }),
      "giveUp 'exit' without a limit of its own, or a classify: there is nothing at which it could give up; give it maxRestarts and withinMs (at a)",
    ],
    [
      'park and no limit at all',
      worker({ giveUp: 'park', maxRestarts: Infinity }),
      "with maxRestarts Infinity it never gives up, but its giveUp is 'park'; give it a finite maxRestarts, or leave giveUp out (at a)",
    ],
    [
      'boot retry without backoff',
      childOf({ boot: 'retry' }),
      "boot 'retry' needs the delays to try again with; give it a backoff, like { minMs: 100, maxMs: 30_000 }, or its supervisor a childBackoff (at root/a)",
    ],
    [
      'boot degraded without backoff',
      () => supervisor({ id: 'root', children: [sub({ boot: 'degraded' })()] }),
      "boot 'degraded' needs the delays to try again with; give it a backoff, like { minMs: 100, maxMs: 30_000 }, or its supervisor a childBackoff (at root/sub)",
    ],
    [
      'maxRestarts 0 and backoff',
      worker({ maxRestarts: 0, backoff }),
      'with maxRestarts 0 it gives up at its first failure, before the first delay of its backoff; allow some restarts, or leave backoff out (at a)',
    ],
    [
      'rest-for-one and parallel',
      sub({ strategy: 'rest-for-one', startOrder: 'parallel' }),
      "rest-for-one says that each child needs those before it, but startOrder 'parallel' does not wait for them; use bindsTo to say who needs whom, with strategy 'one-for-one'; or start them in sequence (at sub)",
    ],
    [
      'remove, under a supervisor whose children stay',
      childOf({ giveUp: 'remove', maxRestarts: 1 }),
      "giveUp 'remove' is for children that come and go, but 'root' is no dynamic supervisor; say giveUp: 'park' to keep it, down and visible (at root/a)",
    ],
    [
      'bound to a temporary one',
      of({}, { id: 'a', bindsTo: ['b'] }, { id: 'b', ...temporary }),
      "it is bound to 'b', which is temporary: gone for good when it ends; make 'b' transient or permanent (at root/a)",
    ],
    [
      'a template and boot',
      template({ boot: 'retry', backoff }),
      'boot has no meaning for the template of a dynamic supervisor: its children come at run time, each with an answer of its own; leave boot out (at dyn/a)',
    ],
    [
      'a template and bindsTo',
      template({ bindsTo: ['b'] }),
      'bindsTo has no meaning for the template of a dynamic supervisor: its children come and go; leave bindsTo out (at dyn/a)',
    ],
    [
      'a template and replace',
      template({ replace: 'start-then-stop' }),
      'replace has no meaning for the template of a dynamic supervisor: its children are all made from it; leave replace out (at dyn/a)',
    ],
    [
      'a template and revision',
      template({ revision: 1 }),
      'revision has no meaning for the template of a dynamic supervisor: its children are all made from it; leave revision out (at dyn/a)',
    ],
  ];
  test.each(cases)('%s', (_what, build, message) => {
    const error = refusal(build);
    expect([error.code, error.message]).toEqual(['COPPICE_BAD_COMBINATION', message]);
  });

  const above: [string, object][] = [
    ['backoff', { backoff }],
    ['giveUp', { giveUp: 'exit' }],
    ['giveUp', { giveUp: 'park', reviveAfterMs: 5 }],
    ['backoff', { boot: 'retry', backoff }],
    ['startTimeoutMs', { startTimeoutMs: 5 }],
    ['bindsTo', { bindsTo: ['x'] }],
    ['replace', { replace: 'start-then-stop' }],
  ];
  test.each(above)('a root and %s: refused when it is to be a root, and taken as a child', (key, more) => {
    expect(refusal(root(more)).message).toBe(
      `${key} says how a supervisor is dealt with by the one above it, and the root of a tree has none above it; ` +
        `leave ${key} out, or make it the child of another supervisor (at root)`,
    );
    if (key !== 'bindsTo')
      expect(supervisor({ id: 'top', children: [sub(more)()] }).children).toHaveLength(1);
  });

  test.each(['classify', 'awaitReady', 'staleAfterMs', 'maxRunMs'])('%s is for services and tasks', (key) => {
    expect(refusal(sub({ [key]: key === 'classify' ? () => 'fatal' : 5 }))).toMatchObject({
      code: 'COPPICE_UNKNOWN_OPTION',
      message: expect.stringContaining(`a supervisor has no option '${key}'`),
    });
  });

  test.each(['startOrder', 'childBackoff', 'autoShutdown', 'strategy'])('%s is for supervisors', (key) => {
    expect(refusal(() => task({ id: 'a', run: () => {}, [key]: 'x' })).code).toBe('COPPICE_UNKNOWN_OPTION');
  });

  test.each([
    { backoff },
    { backoff: { ...backoff, factor: 1, jitter: 0, resetAfterMs: 1 } },
    { backoff: { ...backoff, jitter: 1 } },
    { maxRestarts: 5, giveUp: 'park', reviveAfterMs: 1 },
    { giveUp: 'park', classify: () => 'permanent' },
    { giveUp: 'exit', maxRestarts: Infinity, classify: () => 'permanent' },
    { giveUp: 'keep-trying', maxRestarts: 0, backoff },
    { boot: 'degraded', backoff },
    { restart: 'temporary', startTimeoutMs: 1, staleAfterMs: 1, maxRunMs: 1, awaitReady: true },
    { backoff: undefined, giveUp: undefined, boot: undefined, bindsTo: undefined, classify: undefined },
    { revision: 'v1' },
    { revision: 0 },
    { bindsTo: [] },
  ])('allowed: %j', (more) => {
    expect(worker(more)()).toMatchObject({ id: 'a', kind: 'service' });
  });
});

describe('bonds', () => {
  test.each([
    ['db', "'db'"],
    [{ id: 'db' }, 'an object'],
    [[7], 'a list with 7'],
    [[undefined], 'a list with undefined'],
    [[{ name: 'db' }], 'a list with an object'],
    [['db', 'db'], "'db' twice"],
    [['db', { id: 'db' }], "'db' twice"],
  ])('bindsTo: %j', (bindsTo, got) => {
    const error = refusal(worker({ bindsTo }));
    expect([error.code, error.message]).toEqual([
      'COPPICE_INVALID_BINDS_TO',
      `bindsTo has to be a list of siblings, or of their ids, each of them once; got ${got} (at a)`,
    ]);
  });

  test('to what is no sibling: a stranger, a misspelt one, a niece, an aunt', () => {
    expect(refusal(of({}, { id: 'api', bindsTo: ['dbb'] }, { id: 'db' })).message).toBe(
      "it is bound to 'dbb', which is no child of 'root', did you mean 'db'?; its siblings are api, db (at root/api)",
    );
    const niece = supervisor({ id: 'sub', children: [service({ id: 'niece', start: () => 1 })] });
    const aunt = service({ id: 'aunt', start: () => 1 });
    const bound = (to: string) => service({ id: 'api', bindsTo: [to], start: () => 1 });
    for (const build of [
      () => supervisor({ id: 'root', children: [niece, bound('niece')] }),
      () =>
        supervisor({ id: 'root', children: [aunt, supervisor({ id: 'sub', children: [bound('aunt')] })] }),
    ]) {
      expect(refusal(build).code).toBe('COPPICE_BOUND_TO_NO_SIBLING');
    }
  });

  test.each([
    ['itself', [['a', 'a']], 'a -> a', 'root/a'],
    [
      'two',
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      'a -> b -> a',
      'root/a',
    ],
    [
      'three, and one that leads there',
      [
        ['x', 'a'],
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'a'],
      ],
      'a -> b -> c -> a',
      'root/a',
    ],
  ])('in a ring: %s', (_who, bonds, ring, path) => {
    const children = (bonds as [string, string][]).map(([id, to]) => ({ id, bindsTo: [to] }));
    const error = refusal(of({}, ...children));
    expect([error.code, error.message, error.details['ring']]).toEqual([
      'COPPICE_BOUND_IN_A_RING',
      `the children are bound in a ring, so that none could be the first to start: ${ring}; take one of these bonds out (at ${path})`,
      ring,
    ]);
  });
});

describe('nothing half-started stays behind', () => {
  test('when a tree is refused nobody in it was started', () => {
    let starts = 0;
    const well = service({ id: 'well', start: () => starts++ });
    refusal(() => supervisor({ id: 'root', children: [well, { ...well, id: 'b', bindsTo: ['c'] }] }));
    expect(starts).toBe(0);
  });

  test('when startChild refuses a child there is no trace of it', async () => {
    const { tree, clock, events } = await boot({ children: [scripted('well').spec] });
    const before = events.length;
    const bad = [
      { giveUp: 'park' },
      { boot: 'retry' },
      { reviveAfterMs: 5 },
      { backoff: {} },
      { bindsTo: 'well' },
      { bindsTo: ['x'] },
    ];
    for (const more of bad) {
      const started = watched(tree.startChild({ ...scripted('late').spec, ...more } as never));
      await clock.advance(10);
      expect({ more, error: started.error?.code }).toEqual({
        more,
        error: expect.stringMatching(/^COPPICE_/),
      });
    }
    expect([tree.whichChildren().length, clock.pendingTimers, events.length]).toEqual([1, 0, before]);
  });

  test('a root that is refused can be declared right and started', async () => {
    const declared = supervisor({ id: 'root', giveUp: 'exit', children: [] });
    expect(await rejection(Promise.resolve().then(() => declared.start()))).toMatchObject({
      code: 'COPPICE_BAD_COMBINATION',
    });
    const tree = await supervisor({ ...declared, giveUp: 'escalate' }).start();
    await tree.stop();
  });
});
