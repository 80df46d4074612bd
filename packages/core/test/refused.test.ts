/** What is misspelt is refused where it stands, and not passed over. */
import {
  SimulatedClock,
  type SupervisorTree,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { boot, deferred, forever, rejection, scripted } from './support/scripted.js';

const caught = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
};
const invalid = (message: RegExp) =>
  expect.objectContaining({
    code: 'COPPICE_INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });

describe('subscriptions', () => {
  test('to an event that there is not', async () => {
    const { tree } = await boot({});
    for (const call of ['on', 'once'] as const) {
      const subscribe = (name: unknown) => caught(() => tree[call](name as never, () => {}));
      expect(subscribe('child:crash')).toEqual(invalid(/got 'child:crash', did you mean 'child:crashed'\?/));
      expect(subscribe('events')).toEqual(invalid(/did you mean 'event'\?/));
      expect(subscribe('error')).toEqual(invalid(/the name of an event, or 'event' for all; got 'error'$/));
      for (const name of [undefined, null, 7, {}, Symbol('event')])
        expect(subscribe(name)).toEqual(invalid(/got/));
      expect(caught(() => tree.own[call]('child:crash' as never, () => {}))).toEqual(invalid(/did you mean/));
    }
  });

  test('of a listener that is no function', async () => {
    const { tree } = await boot({});
    for (const listener of [undefined, null, 'text', {}, 7]) {
      expect(caught(() => tree.on('event', listener as never))).toEqual(invalid(/expects a function; got/));
    }
  });
});

describe('options', () => {
  test('of a start', () => {
    const root = supervisor({ id: 'root', children: [] });
    expect(caught(() => root.handle({ clok: new SimulatedClock() } as never))).toEqual(
      invalid(
        /handle, or start, expects no other options than clock, random, logger, faultScope, eventSink, recorder; got 'clok', did you mean 'clock'\?/,
      ),
    );
    expect(caught(() => root.handle(7 as never))).toEqual(invalid(/an object of options; got 7/));
    expect(caught(() => root.handle(null as never))).toEqual(invalid(/an object of options; got null/));
  });

  test('of a stop, which then does not happen', async () => {
    const { tree } = await boot({ children: [scripted('a').spec] });
    expect(await rejection(tree.stop({ shutdown: 5 } as never))).toEqual(
      invalid(/no other options than reason, shutdownMs, by; got 'shutdown', did you mean 'shutdownMs'\?/),
    );
    expect(await rejection(tree.stop([] as never))).toEqual(
      invalid(/an object of options; got an array of 0/),
    );
    expect(tree.countChildren().active).toBe(1);
    await tree.stop();
  });
});

describe('onStuck and required of a declaration', () => {
  const start = (): number => 1;

  test('onStuck of a supervisor, which it would not heed', () => {
    for (const onStuck of ['wait', 'exit'] as const) {
      expect(caught(() => supervisor({ id: 'a', onStuck, children: [] }))).toMatchObject({
        code: 'COPPICE_BAD_COMBINATION',
        path: 'a',
        message: expect.stringContaining('give it to that child'),
      });
    }
  });

  test('other words', () => {
    expect(caught(() => service({ id: 'a', start, onStuck: 'abandonn' as never }))).toMatchObject({
      code: 'COPPICE_INVALID_ON_STUCK',
      path: 'a',
      message: expect.stringMatching(
        /'abandon' or 'wait' or 'exit'; got 'abandonn'; did you mean 'abandon'\?/,
      ),
    });
    expect(caught(() => task({ id: 'a', run: forever, required: 'yes' as never }))).toMatchObject({
      code: 'COPPICE_INVALID_REQUIRED',
      message: expect.stringMatching(/true or false; got 'yes'/),
    });
  });

  test('their defaults, and in the snapshot: required', async () => {
    const { tree } = await boot({
      children: [
        service({ id: 'a', start }),
        service({ id: 'b', start, required: false }),
        task({ id: 'c', run: forever }),
        task({ id: 'd', run: forever, required: true }),
        supervisor({ id: 'e', children: [] }),
      ],
    });
    const shown = tree.snapshot().children.map(({ id, required }) => `${id} ${required}`);
    expect(shown).toEqual(['a true', 'b false', 'c false', 'd true', 'e true']);
    expect(supervisor({ id: 'x', children: [] }).onStuck).toBe('abandon');
  });
});

describe('start() during a stop', () => {
  test('waits for its end, and starts anew; all who ask get the same start', async () => {
    const gate = deferred<void>();
    const a = scripted('a', { onStop: () => gate.promise });
    const { tree } = await boot({ children: [a.spec] });
    const stopped = tree.stop();
    let starts = 0;
    const started = [tree.start(), tree.start()].map((start) => start.then(() => starts++));
    await new Promise(setImmediate);
    expect([starts, a.starts]).toEqual([0, 1]);
    gate.resolve();
    expect(await stopped).toMatchObject({ reason: { kind: 'shutdown' } });
    await Promise.all(started);
    expect(a.starts).toBe(2);
    expect(tree.snapshot()).toMatchObject({
      phase: 'running',
      children: [{ incarnation: 1, status: 'running' }],
    });
    await tree.stop();
  });

  test('is told if the new start fails', async () => {
    const a = scripted('a', {
      onStop: () => new Promise((resolve) => void setImmediate(resolve)),
      onStart: () => (a.starts === 2 ? Promise.reject(new Error('no')) : 1),
    });
    const { tree } = await boot({ children: [a.spec] });
    const stopped = tree.stop();
    expect(await rejection(tree.start())).toMatchObject({ code: 'COPPICE_START_FAILED' });
    await stopped;
    await tree.start();
    expect(a.starts).toBe(3);
  });
});

test('a warning that nobody hears goes to the console, once', async () => {
  const told = jest.spyOn(console, 'warn').mockImplementation(() => {});
  const children = [supervisor({ id: 'sub', restart: 'transient', children: [] })];
  const unheard = supervisor({ id: 'root', children }).handle();
  unheard.on('child:started', () => {});
  await unheard.start();
  expect(told.mock.calls).toEqual([
    [expect.stringMatching(/^coppice: 'root\/sub' is a transient supervisor/)],
  ]);
  const { events } = await boot({ children });
  expect(events.filter(({ type }) => type === 'supervisor:warning')).toHaveLength(1);
  expect(told).toHaveBeenCalledTimes(1);
});

test('a simulated clock refuses what is no number', async () => {
  const clock = new SimulatedClock();
  expect(() => clock.setTimer(() => {}, NaN)).toThrow(/a number of milliseconds, not NaN/);
  await expect(clock.advance('5' as never)).rejects.toThrow(/a number of milliseconds, not 5/);
  expect(clock.pendingTimers).toBe(0);
});

describe('commands', () => {
  test('a dynamic supervisor says which call has no meaning for it', async () => {
    const tree = await dynamicSupervisor({ id: 'dyn', child: scripted('one').spec }).start();
    const { id } = await tree.startChild();
    for (const call of ['restartChild', 'deleteChild'] as const) {
      const error = await rejection((tree as unknown as SupervisorTree)[call](id));
      expect(error).toMatchObject({ code: 'COPPICE_DYNAMIC_SUPERVISOR' });
      expect(error.message).toMatch(new RegExp(`^${call} has no meaning for the dynamic supervisor 'dyn'`));
    }
    await tree.stop();
  });

  test.each([
    [100, `'root' has no child 'c9999'; did you mean 'c999'?`],
    [101, `'root' has no child 'c9999'`],
  ])('a suggestion is looked for among up to a hundred children: %i', async (count, message) => {
    const children = Array.from({ length: count }, (_, i) => scripted(i === 7 ? 'c999' : `child-${i}`).spec);
    const { tree } = await boot({ children });
    expect((await rejection(tree.terminateChild('c9999'))).message).toBe(message);
    await tree.stop();
  });
});
