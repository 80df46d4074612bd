import { CommandError, type ErrorWire, type EventOf, SimulatedClock, supervisor, task } from '@coppice/core';
import pino from 'pino';
import { EVENT_LOG, type LogSource, type LogEventsOptions, type PinoLogger, logEvents } from './index.js';

/** A stream of events by hand. */
class Source implements LogSource {
  readonly listeners = new Set<unknown>();
  on(_: unknown, listener: unknown): this {
    this.listeners.add(listener);
    return this;
  }
  off(_: unknown, listener: unknown): this {
    this.listeners.delete(listener);
    return this;
  }
  emit(event: object): void {
    for (const listener of this.listeners) (listener as (event: object) => void)(event);
  }
}

const about = {
  path: 'shop/db',
  supervisor: 'shop',
  id: 'db',
  kind: 'service',
  incarnation: 1,
  restart: 'transient',
} as const;
const started: EventOf<'child:started'> = { type: 'child:started', seq: 1, at: 0, ...about, startMs: 12 };
const error = { name: 'TypeError', message: 'boom', stack: 'TypeError: boom\n    at there' };
const crashed: EventOf<'child:crashed'> = {
  type: 'child:crashed',
  seq: 2,
  at: 0,
  ...about,
  error: {
    ...error,
    code: 'E_BOOM',
    cause: { name: 'RangeError', message: 'deeper', stack: 'RangeError: deeper' },
  },
  uptimeMs: 312,
};

function setUp(options: pino.LoggerOptions = {}, logOptions: LogEventsOptions = {}) {
  const records: Record<string, any>[] = []; // oxlint-disable-line typescript/no-explicit-any -- parsed JSON
  const stream = { write: (line: string) => void records.push(JSON.parse(line)) };
  const logger = pino({ base: null, timestamp: false, ...options }, stream);
  const source = new Source();
  return { records, logger, source, off: logEvents(source, logger, logOptions) };
}

test('a crash is a record with the error and the four facts', () => {
  const { records, source } = setUp();
  source.emit(crashed);
  expect(records).toEqual([
    {
      level: 50,
      event: 'child:crashed',
      seq: 2,
      path: 'shop/db',
      kind: 'service',
      incarnation: 1,
      uptimeMs: 312,
      supervisor: 'shop',
      context: 'child-terminated',
      reason: 'crash',
      offender: { path: 'shop/db', id: 'db', kind: 'service', restart: 'transient', incarnation: 1 },
      err: {
        type: 'TypeError',
        message: 'boom: deeper',
        stack: 'TypeError: boom\n    at there\ncaused by: RangeError: deeper',
        code: 'E_BOOM',
      },
      msg: 'shop/db crashed after 312 ms: boom: deeper',
    },
  ]);
});

test('of an error that carries another the words of that one stand there once', () => {
  const { records, source } = setUp();
  const gaveUp = (of: string, cause: ErrorWire): ErrorWire => ({
    name: 'GaveUpError',
    message: `'${of}' gave up: too many; last: boom`,
    code: 'COPPICE_GAVE_UP',
    details: { path: of, details: { path: of, reason: 'boom' } },
    cause,
  });
  source.emit({ ...crashed, error: gaveUp('shop', gaveUp('shop/db', error)) });
  source.emit({ ...crashed, error: { ...gaveUp('shop', error), code: 'E_OTHER' } });
  source.emit({ ...crashed, error: { ...gaveUp('shop', error), details: { details: { reason: 'bust' } } } });
  expect(records.map(({ err }) => err.message)).toEqual([
    "'shop' gave up: too many: 'shop/db' gave up: too many: boom",
    "'shop' gave up: too many; last: boom: boom",
    "'shop' gave up: too many; last: boom: boom",
  ]);
});

test('errors in errors keep their types as well', () => {
  const { records, source } = setUp({ serializers: { err: pino.stdSerializers.errWithCause } });
  source.emit({
    ...crashed,
    error: { ...crashed.error, errors: [error, { name: 'NonError', message: '7' }] },
  });
  const { err } = records[0]!;
  expect([err.type, err.cause.type]).toEqual(['TypeError', 'RangeError']);
  expect(err.aggregateErrors.map(({ type }: { type: string }) => type)).toEqual(['TypeError', 'NonError']);
});

test('a message is never taken for a format', () => {
  const { records, source } = setUp();
  source.emit({ ...crashed, error: { name: 'Error', message: '100%d %s %o' } });
  expect(records[0]?.['msg']).toBe('shop/db crashed after 312 ms: 100%d %s %o');
});

describe('the logger decides', () => {
  test('what is redacted', () => {
    const redact = { paths: ['err.message', 'err.stack', 'offender.id'], censor: '*' };
    const { records, source } = setUp({ redact });
    source.emit(crashed);
    expect(records[0]).toMatchObject({ err: { message: '*', stack: '*' }, offender: { id: '*' } });
  });

  test('how things are serialized', () => {
    const serializers = { err: (e: Error) => e.name, offender: ({ id }: { id: string }) => id };
    const { records, source } = setUp({ serializers });
    source.emit(crashed);
    expect(records[0]).toMatchObject({ err: 'TypeError', offender: 'db' });
  });

  test('under which key errors go, if it is told here too', () => {
    const { records, source } = setUp({ errorKey: 'error' }, { errorKey: 'error' });
    source.emit(crashed);
    expect(records[0]).toMatchObject({ error: { type: 'TypeError', message: 'boom: deeper' } });
    expect(records[0]).not.toHaveProperty('err');
  });

  test('from which level on, also later; what is off is not even made', () => {
    const { records, logger, source } = setUp({ level: 'warn' });
    const fields = jest.spyOn(EVENT_LOG['child:started'], 'fields');
    const message = jest.spyOn(EVENT_LOG['child:started'], 'message');
    source.emit(started);
    expect([records, fields.mock.calls, message.mock.calls]).toEqual([[], [], []]);
    logger.level = 'info';
    source.emit(started);
    expect(records).toMatchObject([{ level: 30, msg: 'shop/db is up after 12 ms' }]);
  });
});

describe('and with its other options, too', () => {
  test('nestedKey: all that is ours is below it', () => {
    const { records, source } = setUp({ nestedKey: 'payload' });
    source.emit(crashed);
    expect(records[0]).toMatchObject({
      msg: 'shop/db crashed after 312 ms: boom: deeper',
      payload: { event: 'child:crashed', path: 'shop/db', err: { type: 'TypeError', code: 'E_BOOM' } },
    });
  });

  test('mixin and base: what it adds is there; what both have is ours', () => {
    const { records, source } = setUp({
      base: { service: 'shop' },
      mixin: () => ({ trace: 7, path: '/cart' }),
    });
    source.emit(started);
    expect(records[0]).toMatchObject({ service: 'shop', trace: 7, path: 'shop/db' });
  });

  test('formatters: of the level, and of all fields', () => {
    const { records, source } = setUp({
      formatters: {
        level: (label) => ({ level: label }),
        log: ({ seq, ...fields }) => ({ ...fields, no: seq }),
      },
    });
    source.emit(crashed);
    expect(records[0]).toMatchObject({ level: 'error', no: 2, err: { type: 'TypeError' } });
    expect(records[0]).not.toHaveProperty('seq');
  });

  test('messageKey, and a hook around each call', () => {
    const { records, source } = setUp({
      messageKey: 'message',
      hooks: {
        logMethod(args, method) {
          return method.apply(this, [args[0], `supervision: ${args[1]}`]);
        },
      },
    });
    source.emit(started);
    expect(records[0]).toMatchObject({ message: 'supervision: shop/db is up after 12 ms' });
  });

  test('custom levels beside the usual ones', () => {
    const { records, source } = setUp({ customLevels: { audit: 35 } });
    source.emit(crashed);
    expect(records[0]).toMatchObject({ level: 50 });
  });

  test('what an error has of its own is never its stack, nor anything that changes what it is', () => {
    const { records, source } = setUp();
    const details = JSON.parse(
      '{"stack":"x","message":"y","constructor":"z","__proto__":{"type":"w"},"port":1}',
    );
    source.emit({ ...crashed, error: { ...error, details } });
    expect(records[0]).toMatchObject({
      err: { type: 'TypeError', message: 'boom', stack: error.stack, port: 1 },
    });
  });

  test('what else an error has of its own: it can be redacted as any field', () => {
    const { records, source } = setUp({ redact: ['err.address'] });
    const details = { errno: -111, syscall: 'connect', address: '127.0.0.1', port: 5_432 };
    source.emit({ ...crashed, error: { ...crashed.error, details } });
    expect(records[0]).toMatchObject({ err: { ...details, address: '[Redacted]' } });
  });
});

describe('levels', () => {
  test('can be changed for an event, or an event left out', () => {
    const { records, source } = setUp(
      { level: 'debug' },
      { levels: { 'child:started': 'debug', 'child:crashed': 'silent' } },
    );
    source.emit(started);
    source.emit(crashed);
    expect(records).toMatchObject([{ level: 20, event: 'child:started' }]);
  });

  test.each([
    [{ 'child:strated': 'info' }, 'no other names of events in levels than child:starting, '],
    [{ 'child:started': 'trace' }, "levels: for 'child:started' one of debug, info, "],
  ])('%j is refused', (levels, message) => {
    const { logger, source } = setUp();
    expect(() => logEvents(source, logger, { levels: levels as object })).toThrow(message);
    expect(() => logEvents(source, logger, { levels: levels as object })).toThrow(CommandError);
  });
});

test('a logger needs four levels and nothing else; fatal falls back to error', () => {
  const lines: string[] = [];
  const write = (level: string) => (_: object, message: string) => void lines.push(`${level}: ${message}`);
  const logger: PinoLogger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const source = new Source();
  logEvents(source, logger);
  const budget = { used: 3, max: 3, withinMs: 5_000 };
  source.emit({ type: 'supervisor:gave-up', seq: 1, at: 0, path: 'shop', offender: about, error, budget });
  expect(lines).toEqual([
    'error: shop gave up: shop/db failed again after 3 restarts within 5 s, which is the limit',
  ]);
});

test('bunyan: levels are a method, and fields come first', () => {
  const lines: unknown[][] = [];
  /** As bunyan has it: `level()` tells the lowest one, and there is no `isLevelEnabled`. */
  class Bunyan {
    readonly name = 'shop';
    level = (): number => 20;
    #write = (level: number, fields: object, format: string): void =>
      void lines.push([this.name, level, fields, format]);
    debug(fields: object, format: string): void {
      this.#write(20, fields, format);
    }
    info(fields: object, format: string): void {
      this.#write(30, fields, format);
    }
    warn(fields: object, format: string): void {
      this.#write(40, fields, format);
    }
    error(fields: object, format: string): void {
      this.#write(50, fields, format);
    }
    fatal(fields: object, format: string): void {
      this.#write(60, fields, format);
    }
  }
  const source = new Source();
  logEvents(source, new Bunyan());
  source.emit(crashed);
  const fields = expect.objectContaining({ event: 'child:crashed', err: expect.any(Error) });
  expect(lines).toEqual([['shop', 50, fields, 'shop/db crashed after 312 ms: boom: deeper']]);
});

test('console', () => {
  const info = jest.spyOn(console, 'info').mockImplementation(() => {});
  const source = new Source();
  logEvents(source, console);
  source.emit(started);
  expect(info.mock.calls).toEqual([
    [expect.objectContaining({ event: 'child:started', path: 'shop/db' }), 'shop/db is up after 12 ms'],
  ]);
});

test('unsubscribes once, and again for nothing', () => {
  const { records, source, off } = setUp();
  expect(source.listeners.size).toBe(1);
  off();
  off();
  source.emit(crashed);
  expect([source.listeners.size, records]).toEqual([0, []]);
});

test('a logger that throws does not harm the tree', async () => {
  const complaint = jest.spyOn(console, 'error').mockImplementation(() => {});
  const clock = new SimulatedClock();
  const broken = () => {
    throw new Error('disk full');
  };
  const idle = task({
    id: 'idle',
    run: ({ signal }) => new Promise((r) => signal.addEventListener('abort', r)),
  });
  const tree = supervisor({ id: 'shop', children: [idle] }).handle({ clock });
  logEvents(tree, { debug: broken, info: broken, warn: broken, error: broken });
  await tree.start();
  expect(tree.countChildren().active).toBe(1);
  await tree.stop();
  expect(complaint).toHaveBeenCalledTimes(1);
});

test.each([
  [{ fold: 3 }, 'fold: true, false, or an object like { after: 3, withinMs: 60_000 }; got 3'],
  [{ fold: { afterwards: 3 } }, "nothing else in fold than after and withinMs; got 'afterwards'"],
  [{ fold: { after: -1 } }, 'fold.after: a whole number, 0 or more; got -1'],
  [{ fold: { withinMs: 0 } }, 'fold.withinMs: a whole number, 1 or more; got 0'],
])('%j is refused', (options, message) => {
  const { logger, source } = setUp();
  expect(() => logEvents(source, logger, options as object)).toThrow(message);
});
