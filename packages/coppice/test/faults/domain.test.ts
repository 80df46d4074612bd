/** What becomes of a fault, with a process that is not the real one. */
import { type FaultDomain, isCoppiceError } from 'coppice';
import { fakeOwner, install, thrownByBound } from './fake-owner.js';

const counts = (domain: FaultDomain) => [domain.counts.contained, domain.counts.late, domain.counts.fatal];

describe('whose it is', () => {
  test('the child in whose context it came up', () => {
    const { domain, faults, fatals, raiseIn } = install();
    const a = fakeOwner();
    const error = new Error('stray');
    expect(raiseIn(a, error)).toBe(true);
    expect(a.crashes).toEqual([error]);
    expect(faults).toEqual([
      { error, origin: 'uncaughtException', owner: a, attribution: 'context', outcome: 'crash' },
    ]);
    expect(fatals).toEqual([]);
    expect(counts(domain)).toEqual([1, 0, 0]);
  });

  test('the tag beats the context', async () => {
    const { faults, raiseIn } = install();
    const a = fakeOwner();
    raiseIn(a, await thrownByBound(new Error('bound')));
    expect(faults).toMatchObject([{ owner: { path: 'tree/bound' }, attribution: 'tag', outcome: 'late' }]);
    expect(a.crashes).toEqual([]);
  });

  test('nobody: fatal', () => {
    const { source, faults, fatals, domain } = install();
    source.raise(new Error('stray'), 'unhandledRejection');
    expect(faults).toMatchObject([
      {
        origin: 'unhandledRejection',
        owner: undefined,
        attribution: 'none',
        outcome: 'fatal',
        why: 'unattributed',
      },
    ]);
    expect(fatals).toEqual(faults);
    expect(counts(domain)).toEqual([0, 0, 1]);
  });

  test.each([[null], [undefined], ['text'], [0]])('%p can be thrown as well', (thrown) => {
    const { faults, raiseIn } = install();
    raiseIn(fakeOwner(), thrown);
    expect(faults).toMatchObject([{ error: thrown, attribution: 'context', outcome: 'crash' }]);
  });
});

describe('how long the process is kept', () => {
  test('a late fault is counted, and taints as well', () => {
    const { domain, faults, raiseIn } = install();
    expect(domain.isTainted).toBe(false);
    raiseIn(fakeOwner('root/a', 'late'), new Error('stray'));
    expect(faults).toMatchObject([{ outcome: 'late' }]);
    expect(counts(domain)).toEqual([0, 1, 0]);
    expect(domain.isTainted).toBe(true);
  });

  test('a fatal fault does not taint: nothing has been survived', () => {
    const { domain, source } = install();
    source.raise(new Error('stray'));
    expect(domain.isTainted).toBe(false);
  });

  test('three within a minute are survived, late ones among them; the fourth is fatal', () => {
    const { faults, fatals, raiseIn } = install();
    const a = fakeOwner();
    raiseIn(a, new Error('1'));
    raiseIn(fakeOwner('root/b', 'late'), new Error('2'));
    raiseIn(a, new Error('3'));
    raiseIn(a, new Error('4'));
    expect(faults.map(({ outcome, why }) => why ?? outcome)).toEqual(['crash', 'late', 'crash', 'budget']);
    const limit = { maxContained: 3, withinMs: 60_000 };
    expect(fatals).toMatchObject([{ owner: a, outcome: 'fatal', why: 'budget', limit }]);
    expect(a.crashes).toHaveLength(2);
  });

  test('those of more than a minute ago do not count', () => {
    jest.useFakeTimers();
    try {
      const { fatals, raiseIn } = install({ maxContained: 1, withinMs: 1_000 });
      raiseIn(fakeOwner(), new Error('1'));
      jest.advanceTimersByTime(1_000);
      raiseIn(fakeOwner(), new Error('2'));
      expect(fatals).toEqual([]);
      jest.advanceTimersByTime(999);
      raiseIn(fakeOwner(), new Error('3'));
      expect(fatals).toHaveLength(1);
    } finally {
      jest.useRealTimers();
    }
  });

  test('`onFatal` is called once; what comes after it is told of', () => {
    const { source, faults, fatals } = install();
    source.raise(new Error('1'));
    source.raise(new Error('2'));
    expect(faults).toHaveLength(2);
    expect(fatals).toHaveLength(1);
  });
});

describe('what is never contained', () => {
  const systemError = (code: string) => Object.assign(new Error(code), { code });

  test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ERR_INTERNAL_ASSERTION'])('%s', (code) => {
    const { fatals, raiseIn } = install();
    const a = fakeOwner();
    raiseIn(a, systemError(code));
    expect(fatals).toMatchObject([{ owner: a, outcome: 'fatal', why: 'denied' }]);
    expect(a.crashes).toEqual([]);
  });

  test('as a cause as well, also of a cause', () => {
    const { fatals, raiseIn } = install();
    raiseIn(fakeOwner(), new Error('1', { cause: new Error('2', { cause: systemError('EMFILE') }) }));
    expect(fatals).toMatchObject([{ why: 'denied' }]);
  });

  test("an assertion of Node's own; not one of the user's", () => {
    const { faults, raiseIn } = install();
    const users = systemError('ERR_ASSERTION');
    const nodes = systemError('ERR_ASSERTION');
    nodes.stack = 'AssertionError: x\n    at Socket._write (node:net:1:1)\n    at run (/app/main.js:1:1)';
    raiseIn(fakeOwner(), users);
    raiseIn(fakeOwner(), nodes);
    expect(faults.map(({ why }) => why)).toEqual([undefined, 'denied']);
  });

  test('a bug in the supervisors: an error whose stack has frames of theirs only', () => {
    const { fatals, raiseIn } = install();
    const bug = errorOfOwnFrames();
    raiseIn(fakeOwner(), bug);
    expect(fatals).toMatchObject([{ error: bug, why: 'supervisor' }]);
  });

  test('an error that went through the supervisors and comes from the user is not one of those', () => {
    const { faults, raiseIn } = install();
    const error = errorOfOwnFrames();
    error.stack += '\n    at handler (/app/main.js:1:1)';
    raiseIn(fakeOwner(), error);
    expect(faults).toMatchObject([{ outcome: 'crash' }]);
  });

  test('a stack overflow that has frames of theirs is', () => {
    const { fatals, raiseIn } = install();
    const error = new RangeError('Maximum call stack size exceeded');
    error.stack = `${errorOfOwnFrames().stack}\n    at handler (/app/main.js:1:1)`;
    raiseIn(fakeOwner(), error);
    expect(fatals).toMatchObject([{ why: 'supervisor' }]);
  });

  test('what the supervisors throw on purpose is for the user to handle', async () => {
    const { faults, raiseIn } = install();
    const { supervisor } = await import('coppice');
    const tree = await supervisor({ id: 'tree', children: [] }).start();
    const error: unknown = await tree.deleteChild('nobody').catch((thrown: unknown) => thrown);
    expect(isCoppiceError(error)).toBe(true);
    raiseIn(fakeOwner(), error);
    expect(faults).toMatchObject([{ outcome: 'crash' }]);
    await tree.stop();
  });

  /** Its stack is that of a `TypeError` in the middle of the core. */
  function errorOfOwnFrames(): Error {
    const error = new TypeError('a bug');
    const core = require.resolve('@coppice/core').replace(/index\.ts$/, '');
    error.stack = `TypeError: a bug\n    at Tree.run (${core}engine/tree.ts:1:1)\n    at node:internal/timers:1:1`;
    return error;
  }
});

describe('the handler', () => {
  beforeEach(() => void jest.spyOn(require('node:fs'), 'writeSync').mockReturnValue(0));

  const words = () => (require('node:fs').writeSync as jest.Mock).mock.calls.map(([, text]) => text).join('');

  test('survives a log that throws, and what it was told is on stderr', () => {
    const { source, raiseIn } = install({
      onFault: () => {
        throw new Error('the log is full');
      },
    });
    const a = fakeOwner();
    expect(() => raiseIn(a, new Error('stray'))).not.toThrow();
    expect(a.crashes).toHaveLength(1);
    expect(words()).toMatch(/the log of faults failed.*the log is full/s);
    expect(words()).toContain('stray');
    expect(source.exits).toEqual([]);
  });

  test('ends the process if it cannot be stopped in order', () => {
    const { source } = install({
      onFatal: () => {
        throw new Error('cannot stop');
      },
    });
    expect(() => source.raise(new Error('stray'))).not.toThrow();
    expect(source.exits).toEqual([1]);
    expect(words()).toMatch(/cannot stop.*stray/s);
  });

  test('takes a supervisor that fails as fatal', () => {
    const { fatals, raiseIn } = install();
    const a = fakeOwner();
    a.fault = () => {
      throw new Error('bug');
    };
    raiseIn(a, new Error('stray'));
    expect(fatals).toMatchObject([{ owner: a, outcome: 'fatal', why: 'supervisor' }]);
    expect(words()).toMatch(/bug.*stray/s);
  });

  test.each([
    ['a proxy that throws', new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail })],
    ['an error whose stack throws', Object.defineProperty(new Error('x'), 'stack', { get: fail })],
    ['a circle of causes', circle()],
  ])('looks at %s without harm', (_what, thrown) => {
    const { faults, raiseIn } = install();
    expect(() => raiseIn(fakeOwner(), thrown)).not.toThrow();
    expect(faults).toMatchObject([{ outcome: 'crash' }]);
  });

  test("leaves the context of the child: what the log does later is not the child's", () => {
    let inLog: unknown = 'not called';
    const a = fakeOwner();
    const probe = install();
    const { raiseIn } = install({
      onFault: () => {
        probe.source.raise(new Error('probe'));
        inLog = probe.faults[0]!.owner;
      },
    });
    raiseIn(a, new Error('stray'));
    expect(inLog).toBeUndefined();
  });

  function fail(): never {
    throw new Error('do not touch');
  }

  function circle(): Error {
    const error = new Error('circle');
    error.cause = error;
    return error;
  }
});

describe('policies', () => {
  test('off: no scope, no listener', () => {
    const { domain, source } = install({ policy: 'off' });
    expect(domain.scope).toBeUndefined();
    expect(source.eventNames()).toEqual([]);
  });

  test('label: a monitor, which tells and leaves the rest to Node', () => {
    const { domain, source, faults, fatals, raiseIn } = install({ policy: 'label' });
    const a = fakeOwner();
    const error = new Error('stray');
    expect(raiseIn(a, error)).toBe(false);
    source.raise(error);
    expect(faults).toEqual([
      { error, origin: 'uncaughtException', owner: a, attribution: 'context', outcome: 'fatal' },
      {
        error,
        origin: 'uncaughtException',
        owner: undefined,
        attribution: 'none',
        outcome: 'fatal',
        why: 'unattributed',
      },
    ]);
    expect(fatals).toEqual([]);
    expect(a.crashes).toEqual([]);
    expect(counts(domain)).toEqual([0, 0, 2]);
  });

  test.each(['label', 'contain'] as const)(
    '%s: uninstall takes every listener away; both may be repeated',
    (policy) => {
      const { domain, source } = install({ policy });
      domain.install();
      expect(
        source.listenerCount('uncaughtException') + source.listenerCount('uncaughtExceptionMonitor'),
      ).toBe(1);
      domain.uninstall();
      domain.uninstall();
      expect(source.eventNames()).toEqual([]);
    },
  );
});

describe('warnings', () => {
  test('of listeners that are there already', () => {
    const probe = install({ policy: 'off' });
    probe.source.on('unhandledRejection', () => undefined);
    probe.source.on('uncaughtException', () => undefined);
    install({ process: probe.source });
    expect(probe.source.warnings).toEqual([
      'COPPICE_FOREIGN_UNHANDLED_REJECTION',
      'COPPICE_FOREIGN_UNCAUGHT_EXCEPTION',
    ]);
  });

  test('of those that are added later, once, and not after the end', () => {
    const { source, domain } = install();
    source.on('unhandledRejection', () => undefined);
    source.on('unhandledRejection', () => undefined);
    domain.uninstall();
    source.on('uncaughtException', () => undefined);
    expect(source.warnings).toEqual(['COPPICE_FOREIGN_UNHANDLED_REJECTION']);
  });

  test('of an emitter without a listener for errors, once', () => {
    const { source, raiseIn } = install();
    for (let i = 0; i < 2; i++)
      raiseIn(fakeOwner(), Object.assign(new Error('x'), { code: 'ERR_UNHANDLED_ERROR' }));
    expect(source.warnings).toEqual(['COPPICE_NO_ERROR_LISTENER']);
  });
});

test.each([
  [{ polciy: 'off' }, "did you mean 'policy'?"],
  [{ policy: 'on' }, "policy: 'off', 'label', 'contain'; got 'on'"],
  [{ maxContained: -1 }, 'maxContained: a whole number, 0 or more, or Infinity; got -1'],
  [{ withinMs: '1s' }, "withinMs: a number of milliseconds above 0; got '1s'"],
  [{ onFault: undefined }, 'onFault: a function; got undefined'],
  [{ onFatal: 7 }, 'onFatal: a function; got 7'],
])('wrong options: %j', (options, message) => {
  expect(() => install(options as object)).toThrow(
    expect.objectContaining({
      code: 'COPPICE_INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    }),
  );
});
