/** Declarations: what is refused, as OTP refuses it and beyond, and how an error teaches. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CoppiceError,
  type ErrorCode,
  SpecError,
  dynamicSupervisor,
  isCoppiceError,
  service,
  supervisor,
  task,
} from '@coppice/core';

const start = (): number => 1;
const run = (): void => {};

/** What a call throws; undefined if it does not throw. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

function specError(call: () => unknown): CoppiceError {
  const error = thrownBy(call);
  if (!(error instanceof SpecError)) throw new Error(`expected a SpecError, got ${String(error)}`);
  return error;
}

/** As `[a, , b]` makes it: a comma too many. */
const withHole: unknown[] = [];

const child = (more: object = {}): object => ({ kind: 'service', id: 'a', start, ...more });
withHole[0] = child();
withHole[2] = child({ id: 'b' });
const under = (autoShutdown: string, ...children: unknown[]) =>
  supervisor({ id: 'root', autoShutdown, children } as never);

interface Row {
  case?: string;
  flags?: string;
  auto_shutdown?: string;
  otp: string;
}

/** Each row of OTP's verdicts with its counterpart here. */
const COUNTERPARTS: Record<string, (autoShutdown: string) => unknown> = {
  'minimal spec': (auto) => under(auto, child()),
  'no id': (auto) => under(auto, child({ id: undefined })),
  'no start': (auto) => under(auto, child({ start: undefined })),
  'start is not callable': (auto) => under(auto, child({ start: 'start' })),
  'restart: always': (auto) => under(auto, child({ restart: 'always' })),
  'restart: permanent': (auto) => under(auto, child({ restart: 'permanent' })),
  'restart: transient': (auto) => under(auto, child({ restart: 'transient' })),
  'restart: temporary': (auto) => under(auto, child({ restart: 'temporary' })),
  'shutdown: 0': (auto) => under(auto, child({ shutdownMs: 0 })),
  'shutdown: -1': (auto) => under(auto, child({ shutdownMs: -1 })),
  'shutdown: 1.5': (auto) => under(auto, child({ shutdownMs: 1.5 })),
  'shutdown: infinity': (auto) => under(auto, child({ shutdownMs: Infinity })),
  'shutdown: brutal_kill': (auto) => under(auto, child({ shutdownMs: 0 })),
  'shutdown: soon': (auto) => under(auto, child({ shutdownMs: 'soon' })),
  'type: worker': (auto) => under(auto, { kind: 'task', id: 'a', run }),
  'type: supervisor': (auto) => under(auto, { kind: 'supervisor', id: 'a', children: [] }),
  'type: other': (auto) => under(auto, child({ kind: 'other' })),
  'significant: yes (not a boolean)': (auto) => under(kebab(auto), child({ significant: 'yes' })),
  'significant with auto_shutdown never': (auto) =>
    under(auto, child({ significant: true, restart: 'transient' })),
  'significant and permanent': (auto) =>
    under(kebab(auto), child({ significant: true, restart: 'permanent' })),
  'significant and transient': (auto) =>
    under(kebab(auto), child({ significant: true, restart: 'transient' })),
  'significant and temporary': (auto) =>
    under(kebab(auto), child({ significant: true, restart: 'temporary' })),
  'two children with one id': (auto) => under(auto, child(), child()),
  'not a list': (auto) => supervisor({ id: 'root', autoShutdown: auto, children: child() } as never),
  'unknown key (OTP lets it pass)': (auto) => under(auto, child({ color: 'red' })),
  'auto_shutdown: sometimes': (auto) => under(auto),
  defaults: () => supervisor({ id: 'root', children: [] }),
  'strategy: one_for_two': () => flags({ strategy: 'one_for_two' }),
  'intensity: 0': () => flags({ maxRestarts: 0 }),
  'intensity: -1': () => flags({ maxRestarts: -1 }),
  'intensity: 1.5': () => flags({ maxRestarts: 1.5 }),
  'period: 0': () => flags({ withinMs: 0 }),
  'period: -1': () => flags({ withinMs: -1 }),
  'period: 1': () => flags({ withinMs: 1 }),
  'flag auto_shutdown: sometimes': () => flags({ autoShutdown: 'sometimes' }),
  'unknown flag (OTP lets it pass)': () => flags({ color: 'red' }),
};
const kebab = (word: string): string => word.replaceAll('_', '-');
const flags = (more: object) => supervisor({ id: 'root', children: [], ...more });

const CODES: Record<string, ErrorCode> = {
  missing_id: 'COPPICE_MISSING_ID',
  missing_start: 'COPPICE_MISSING_START',
  invalid_mfa: 'COPPICE_INVALID_START',
  invalid_restart_type: 'COPPICE_INVALID_RESTART',
  invalid_shutdown: 'COPPICE_INVALID_SHUTDOWN',
  invalid_child_type: 'COPPICE_INVALID_KIND',
  invalid_significant: 'COPPICE_INVALID_SIGNIFICANT',
  bad_combination: 'COPPICE_BAD_COMBINATION',
  duplicate_child_name: 'COPPICE_DUPLICATE_ID',
  invalid_strategy: 'COPPICE_INVALID_STRATEGY',
  invalid_intensity: 'COPPICE_INVALID_MAX_RESTARTS',
  invalid_period: 'COPPICE_INVALID_WITHIN',
  invalid_auto_shutdown: 'COPPICE_INVALID_AUTO_SHUTDOWN',
};

/** Where the verdict, or its name, is another one on purpose; see docs/otp-differences.md. */
const DIFFERENCES: Record<string, ErrorCode> = {
  'unknown key (OTP lets it pass)': 'COPPICE_UNKNOWN_OPTION',
  'unknown flag (OTP lets it pass)': 'COPPICE_UNKNOWN_OPTION',
  // OTP only says `badarg` for these two:
  'not a list': 'COPPICE_CHILDREN_NOT_A_LIST',
  'auto_shutdown: sometimes': 'COPPICE_INVALID_AUTO_SHUTDOWN',
};

const rows = readFileSync(join(__dirname, 'data/otp25-validation.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Row)
  .map((row) => ({
    ...row,
    name: row.case ?? (row.flags === 'auto_shutdown: sometimes' ? `flag ${row.flags}` : row.flags!),
  }));

test.each(rows)("OTP's verdict: $name: $otp", ({ name, otp, auto_shutdown = 'never' }) => {
  const build = COUNTERPARTS[name];
  expect(build).toBeDefined();
  const want = DIFFERENCES[name] ?? (otp === 'ok' ? undefined : CODES[otp]);
  if (otp !== 'ok') expect(want).toBeDefined();
  const error = thrownBy(() => build!(auto_shutdown));
  expect((error as CoppiceError | undefined)?.code).toBe(want);
  if (want === undefined) return;
  expect(error).toBeInstanceOf(SpecError);
  expect((error as Error).message).toContain('root');
});

test('every row of OTP has one counterpart, and the other way round', () => {
  expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(COUNTERPARTS).toSorted());
});

describe('an error says what was expected, what was got, where, and how to mend it', () => {
  const faults: [ErrorCode, () => unknown, RegExp[]][] = [
    [
      'COPPICE_INVALID_STRATEGY',
      () => flags({ strategy: 'one-for-al' }),
      [
        /'one-for-one' or 'one-for-all' or 'rest-for-one'/,
        /got 'one-for-al'/,
        /did you mean 'one-for-all'/,
        /at root/,
      ],
    ],
    ['COPPICE_INVALID_STRATEGY', () => flags({ strategy: 'oneForOne' }), [/got 'oneForOne'/]],
    ['COPPICE_INVALID_STRATEGY', () => flags({ strategy: 'one_for_one' }), [/did you mean 'one-for-one'/]],
    [
      'COPPICE_INVALID_RESTART',
      () => service({ id: 'a', restart: 'permanant', start } as never),
      [/did you mean 'permanent'/, /at a/],
    ],
    ['COPPICE_INVALID_KIND', () => under('never', child({ kind: 'servise' })), [/did you mean 'service'/]],
    [
      'COPPICE_INVALID_AUTO_SHUTDOWN',
      () => flags({ autoShutdown: 'any_significant' }),
      [/did you mean 'any-significant'/],
    ],
    [
      'COPPICE_UNKNOWN_OPTION',
      () => flags({ maxRestart: 3 }),
      [/no option 'maxRestart'/, /did you mean 'maxRestarts'/, /its options are id, .*withinMs/, /at root/],
    ],
    ['COPPICE_UNKNOWN_OPTION', () => flags({ start: 'parallel' }), [/did you mean 'startOrder'/]],
    [
      'COPPICE_UNKNOWN_OPTION',
      () => task({ id: 'a', run, shutdown: 3 } as never),
      [/a task has no option 'shutdown'/],
    ],
    [
      'COPPICE_UNKNOWN_OPTION',
      () => task({ id: 'a', run, stop: run } as never),
      [
        /its options are id, restart, significant, shutdownMs, onStuck, required, backoff, giveUp, /,
        /, staleAfterMs, maxRunMs, run \(at a\)$/,
      ],
    ],
    [
      'COPPICE_DUPLICATE_ID',
      () => under('never', child(), child()),
      [/two children of 'root' have the id 'a'/, /rename/, /at root\/a/],
    ],
    ['COPPICE_MISSING_START', () => task({ id: 'a' } as never), [/a task needs run/, /at a/]],
    [
      'COPPICE_MISSING_START',
      () => service({ id: 'a', start: undefined } as never),
      [/a service needs start/],
    ],
    ['COPPICE_MISSING_ID', () => service({ start } as never), [/needs an id/, /id: 'db'/]],
    ['COPPICE_INVALID_ID', () => service({ id: 'a/b', start }), [/without '\/'/, /got 'a\/b'/]],
    ['COPPICE_INVALID_ID', () => service({ id: '', start }), [/non-empty/]],
    ['COPPICE_INVALID_ID', () => service({ id: 7, start } as never), [/got 7/]],
    ['COPPICE_INVALID_ID', () => service({ id: null, start } as never), [/got null/]],
    [
      'COPPICE_INVALID_START',
      () => service({ id: 'a', start: new Map() } as never),
      [/a new one for each start/, /got an instance of Map/, /start: \(\) => \.\.\./],
    ],
    [
      'COPPICE_INVALID_START',
      () => task({ id: 'a', run: Promise.resolve() } as never),
      [/got a promise/, /run: \(\) => \.\.\./],
    ],
    [
      'COPPICE_INVALID_FUNCTION',
      () => service({ id: 'a', start, stop: 'close' } as never),
      [/stop has to be a function; got 'close'/],
    ],
    [
      'COPPICE_INVALID_FUNCTION',
      () => service({ id: 'a', start, kill: {} } as never),
      [/kill has to be a function; got an object/],
    ],
    [
      'COPPICE_INVALID_SIGNIFICANT',
      () => service({ id: 'a', start, significant: 1 } as never),
      [/true or false; got 1/],
    ],
    [
      'COPPICE_BAD_COMBINATION',
      () => service({ id: 'a', start, significant: true }),
      [/permanent/, /'transient' or 'temporary'/],
    ],
    [
      'COPPICE_BAD_COMBINATION',
      () =>
        dynamicSupervisor({
          id: 'root',
          child: service({ id: 'a', start, restart: 'temporary', significant: true }),
        }),
      [/autoShutdown 'never'/, /give 'root' autoShutdown/, /at root\/a/],
    ],
    [
      'COPPICE_CHILDREN_NOT_A_LIST',
      () => supervisor({ id: 'root' } as never),
      [/an array of specs; got undefined/],
    ],
    [
      'COPPICE_CHILDREN_NOT_A_LIST',
      () => supervisor({ id: 'root', children: new Set() } as never),
      [/got an instance of Set/],
    ],
    [
      'COPPICE_CHILDREN_NOT_A_LIST',
      () => supervisor({ id: 'root', children: { length: 0 } } as never),
      [/got an object/],
    ],
    [
      'COPPICE_NOT_A_SPEC',
      () => under('never', { id: 'a', start }),
      [/expected the spec of a child, got an object/, /service\(\{ id, start \}\)/, /at root\/a/],
    ],
    ['COPPICE_NOT_A_SPEC', () => under('never', () => 1), [/got a function/]],
    ['COPPICE_NOT_A_SPEC', () => under('never', false), [/got false/]],
    ['COPPICE_NOT_A_SPEC', () => under('never', null), [/got null/]],
    ['COPPICE_NOT_A_SPEC', () => under('never', [child()]), [/got an array of 1/]],
    [
      'COPPICE_NOT_A_SPEC',
      () => supervisor({ id: 'root', children: withHole as never }),
      [/got undefined/, /at root/],
    ],
    ['COPPICE_NOT_A_SPEC', () => service(undefined as never), [/the options of a service, got undefined/]],
    ['COPPICE_NOT_A_SPEC', () => supervisor([] as never), [/the options of a supervisor/]],
    [
      'COPPICE_NOT_A_SPEC',
      () => dynamicSupervisor({ id: 'dyn' } as never),
      [/child: the template/, /got none/, /at dyn/],
    ],
    ['COPPICE_NOT_A_SPEC', () => dynamicSupervisor({ id: 'dyn', child: run } as never), [/got a function/]],
    [
      'COPPICE_INVALID_STRATEGY',
      () =>
        dynamicSupervisor({
          id: 'dyn',
          strategy: 'one-for-all',
          child: service({ id: 'a', start }),
        } as never),
      [/'one-for-one'/],
    ],
    [
      'COPPICE_UNKNOWN_OPTION',
      () => dynamicSupervisor({ id: 'dyn', children: [], child: service({ id: 'a', start }) } as never),
      [/no option 'children'/, /autoShutdown, child/],
    ],
  ];

  test.each(faults)('%s (%#)', (code, build, texts) => {
    const error = specError(build);
    expect(error.code).toBe(code);
    for (const text of texts) expect(error.message).toMatch(text);
  });

  const durations = [-1, NaN, -Infinity, 0.5, '5s', null, 10n, Number.MAX_SAFE_INTEGER + 1];
  test.each(durations)('shutdownMs: %s', (shutdownMs) => {
    expect(specError(() => service({ id: 'a', start, shutdownMs } as never)).code).toBe(
      'COPPICE_INVALID_SHUTDOWN',
    );
  });
  test.each(durations)('maxRestarts: %s', (maxRestarts) => {
    expect(specError(() => flags({ maxRestarts })).code).toBe('COPPICE_INVALID_MAX_RESTARTS');
  });
  test.each([-1, 0, NaN, Infinity, -Infinity, '5s', null])('withinMs: %s', (withinMs) => {
    expect(specError(() => flags({ withinMs })).code).toBe('COPPICE_INVALID_WITHIN');
  });
  test.each([{ shutdownMs: Infinity }, { maxRestarts: Infinity }, { withinMs: 0.5 }, { restart: undefined }])(
    'allowed: %o',
    (more) => {
      expect(thrownBy(() => flags(more))).toBeUndefined();
    },
  );
});

describe('where a fault stands', () => {
  test('the path of the child in the tree, also in nested copies', () => {
    const good = supervisor({
      id: 'feeds',
      children: [supervisor({ id: 'eu', children: [service({ id: 'a', start })] })],
    });
    const eu = good.children[0] as unknown as { children: object[] };
    const spoilt = { ...good, children: [{ ...eu, children: [{ ...eu.children[0], shutdownMs: -5 }] }] };
    const error = specError(() => supervisor({ id: 'root', children: [spoilt as never] }));
    expect(error.path).toBe('root/feeds/eu/a');
    expect(error.message).toMatch(/\(at root\/feeds\/eu\/a\)$/);
  });

  test('a spread copy is completed and checked again, and leaves the original alone', () => {
    const original = service({ id: 'a', start, shutdownMs: 7 });
    const tree = supervisor({
      id: 'root',
      children: [original, { ...original, id: 'b', restart: 'transient' }],
    });
    expect(tree.children[0]).toBe(original);
    expect(tree.children[1]).toEqual({ ...original, id: 'b', restart: 'transient' });
    expect(original.id).toBe('a');
  });

  test('a spread copy of a supervisor is plain data', () => {
    const sub = supervisor({ id: 'sub', children: [service({ id: 'a', start })] });
    expect(Object.keys(sub)).toEqual(expect.arrayContaining(['kind', 'id', 'children', 'strategy']));
    expect(Object.keys({ ...sub })).not.toContain('start');
    const tree = supervisor({ id: 'root', children: [{ ...sub, id: 'copy' }] });
    expect(tree.children[0]).toMatchObject({ kind: 'supervisor', id: 'copy' });
  });

  test('declarations are frozen, deeply where they are ours', () => {
    const tree = supervisor({ id: 'root', children: [service({ id: 'a', start })] });
    expect(Object.isFrozen(tree)).toBe(true);
    expect(Object.isFrozen(tree.children)).toBe(true);
    expect(Object.isFrozen(tree.children[0])).toBe(true);
    const list = [service({ id: 'a', start })];
    const other = supervisor({ id: 'root', children: list });
    list.push(service({ id: 'a', start }));
    expect(other.children).toHaveLength(1);
    expect(Object.isFrozen(list)).toBe(false);
  });

  test('one declaration may stand in two places', () => {
    const shared = service({ id: 'a', start });
    const sub = (id: string) => supervisor({ id, children: [shared] });
    expect(thrownBy(() => supervisor({ id: 'root', children: [sub('x'), sub('y')] }))).toBeUndefined();
    expect(specError(() => supervisor({ id: 'root', children: [shared, shared] })).code).toBe(
      'COPPICE_DUPLICATE_ID',
    );
  });
});

describe('hostile declarations', () => {
  const mine = new Error('mine');
  const throws = (): never => {
    throw mine;
  };

  test('a getter that throws: refused, with what it throws as the cause', () => {
    const options = {
      id: 'a',
      get start(): never {
        return throws();
      },
    };
    const refused = { code: 'COPPICE_NOT_A_SPEC', cause: mine };
    expect(thrownBy(() => service(options))).toMatchObject(refused);
    expect(
      thrownBy(() =>
        under('never', {
          kind: 'service',
          get id(): never {
            return throws();
          },
        }),
      ),
    ).toMatchObject(refused);
  });

  test('a getter that changes its answer cannot get past the check', () => {
    const flip = <T>(first: T, later: unknown) => {
      let reads = 0;
      return { get: () => (reads++ === 0 ? first : later), enumerable: true };
    };
    for (const [key, first, later] of [
      ['id', 'good', 'not/good'],
      ['id', 'good', undefined],
      ['start', start, 'no function'],
      ['shutdownMs', 1, -1],
      ['restart', 'permanent', 'sometimes'],
    ] as const) {
      const options = Object.defineProperty(
        { id: 'a', start, shutdownMs: 1, restart: 'permanent' },
        key,
        flip(first, later),
      );
      const error = thrownBy(() => {
        const spec = service(options as never) as unknown as Record<string, unknown>;
        // If it is taken, then with what was checked.
        expect(spec[key]).toBe(first);
      });
      if (error !== undefined) expect(isCoppiceError(error)).toBe(true);
    }
  });

  test('Proxies: what they throw is the cause, what they hide is missing', () => {
    const refused = { code: 'COPPICE_NOT_A_SPEC', cause: mine };
    expect(thrownBy(() => service(new Proxy({ id: 'a', start }, { ownKeys: throws })))).toMatchObject(
      refused,
    );
    expect(thrownBy(() => service(new Proxy({ id: 'a', start }, { get: throws })))).toMatchObject(refused);
    const { proxy, revoke } = Proxy.revocable({ id: 'a', start }, {});
    revoke();
    expect(specError(() => service(proxy)).code).toBe('COPPICE_NOT_A_SPEC');
    expect(specError(() => under('never', proxy)).code).toBe('COPPICE_NOT_A_SPEC');
    const hiding = new Proxy({ id: 'a', start }, { ownKeys: () => ['id'] });
    expect(specError(() => service(hiding)).code).toBe('COPPICE_MISSING_START');
    expect(service(new Proxy({ id: 'a', start }, {}))).toMatchObject({ kind: 'service', id: 'a' });
  });

  test('frozen and sealed options are taken', () => {
    expect(service(Object.freeze({ id: 'a', start }))).toMatchObject({ id: 'a' });
    expect(supervisor(Object.freeze({ id: 'a', children: Object.freeze([]) }))).toMatchObject({ id: 'a' });
  });

  test('inherited options do not count: a declaration is its own keys', () => {
    expect(specError(() => service(Object.create({ id: 'a', start }) as never)).code).toBe(
      'COPPICE_MISSING_ID',
    );
    const half = Object.assign(Object.create({ id: 'a' }) as object, { start });
    expect(specError(() => service(half as never)).code).toBe('COPPICE_MISSING_ID');
  });

  test('no prototype, and __proto__ as a key', () => {
    const bare = Object.assign(Object.create(null) as object, { id: 'a', start });
    expect(service(bare as never)).toMatchObject({ id: 'a' });
    const sneaky = JSON.parse('{"id":"a","__proto__":{"restart":"temporary"}}') as object;
    expect(specError(() => service({ ...sneaky, start } as never)).code).toBe('COPPICE_UNKNOWN_OPTION');
    expect(specError(() => service({ id: 'a', start, constructor: 1 } as never)).code).toBe(
      'COPPICE_UNKNOWN_OPTION',
    );
  });

  test('arrays with tricks of their own', () => {
    class Strange extends Array<unknown> {
      override map(): never {
        return throws();
      }
    }
    const list = Strange.from([child()]) as unknown[];
    const error = thrownBy(() =>
      expect(supervisor({ id: 'root', children: list } as never).children).toHaveLength(1),
    );
    expect(error === undefined || error === mine).toBe(true);
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect(specError(() => supervisor({ id: 'root', children: proxy })).code).toBe(
      'COPPICE_CHILDREN_NOT_A_LIST',
    );
  });

  test('values that cannot be shown do not break the message', () => {
    const unshowable = new Proxy({}, { get: throws });
    expect(specError(() => service({ id: unshowable, start } as never)).message).toMatch(/cannot be read/);
    expect(specError(() => service({ id: Symbol('x'), start } as never)).message).toMatch(/Symbol\(x\)/);
    expect(specError(() => service({ id: 'x/'.repeat(500), start })).message.length).toBeLessThan(300);
    expect(specError(() => service({ id: Object.create(null), start })).message).toMatch(/an object/);
  });

  test('a declaration that holds itself is refused, and nothing starts', () => {
    const children: unknown[] = [];
    const self = { kind: 'supervisor', id: 'self', children };
    children.push(self);
    expect(thrownBy(() => supervisor({ id: 'root', children: [self as never] }))).toBeDefined();
  });

  test('nothing has started when a declaration is refused', () => {
    let started = 0;
    const first = service({ id: 'first', start: () => started++ });
    specError(() => supervisor({ id: 'root', children: [first, { ...first, shutdownMs: -1, id: 'b' }] }));
    expect(started).toBe(0);
  });
});
