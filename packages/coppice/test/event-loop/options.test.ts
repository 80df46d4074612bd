/** Wrong options of the watch: refused where they stand. */
import { application, task, watchEventLoop } from 'coppice';

const declare = (eventLoop: unknown): unknown =>
  application({
    id: 'shop',
    eventLoop: eventLoop as object,
    children: [task({ id: 'a', run: async () => {} })],
  });

test.each([
  [{ blockedAfterMs: 49 }, 'a finite number of milliseconds, 50 or more; got 49'],
  [{ blockedAfterMs: Infinity }, 'a finite number of milliseconds, 50 or more; got Infinity'],
  [{ blockedAfterMs: '1s' }, "a finite number of milliseconds, 50 or more; got '1s'"],
  [{ killAfterMs: 1_000 }, 'a number of milliseconds above blockedAfterMs (1000), or Infinity; got 1000'],
  [{ blockedAfterMs: 100, killAfterMs: NaN }, 'above blockedAfterMs (100), or Infinity; got NaN'],
])('%j', (options, message) => {
  for (const make of [declare, watchEventLoop as (options: unknown) => unknown]) {
    expect(() => make(options)).toThrow(
      expect.objectContaining({
        code: 'COPPICE_INVALID_OPTION',
        message: expect.stringContaining(message),
      }),
    );
  }
});

test('whose option it is', () => {
  expect(() => declare({ blockedAfterMs: 1 })).toThrow('blockedAfterMs of eventLoop of an application has');
  expect(() => watchEventLoop({ blockedAfterMs: 1 })).toThrow('blockedAfterMs of watchEventLoop() has');
});

test('unknown ones, and what is no object', () => {
  const unknown = {
    code: 'COPPICE_UNKNOWN_OPTION',
    message: expect.stringContaining(
      "a watch over the event loop has no option 'killAfter', did you mean 'killAfterMs'?",
    ),
  };
  expect(() => declare({ killAfter: 1 })).toThrow(expect.objectContaining(unknown));
  expect(() => watchEventLoop({ killAfter: 1 } as object)).toThrow(expect.objectContaining(unknown));
  // It is the application's to be told.
  expect(() => declare({ onRecovered: () => {} })).toThrow(/no option 'onRecovered'/);
  for (const wrong of ['on', null, 500, []]) {
    expect(() => declare(wrong)).toThrow(expect.objectContaining({ code: 'COPPICE_INVALID_OPTION' }));
  }
  expect(() => declare(500)).toThrow(
    'the value of eventLoop of an application has to be an object, like { blockedAfterMs: 1_000 }; got 500',
  );
  expect(() => watchEventLoop({ onRecovered: 1 as never })).toThrow(
    'onRecovered of watchEventLoop() has to be a function; got 1',
  );
});

test('that are right are accepted, and start nothing', () => {
  const before = process.getActiveResourcesInfo().length;
  declare({});
  declare(true);
  declare(false);
  declare({ blockedAfterMs: 50, killAfterMs: Infinity });
  declare(undefined);
  expect(process.getActiveResourcesInfo()).toHaveLength(before);
});
