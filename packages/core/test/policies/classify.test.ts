/** classify: what kind of failure an error is, and what follows from that. */
import { type ErrorClass, type GiveUp, ignore, service, supervisor, task } from '@coppice/core';
import { crew, forever, rejection, scripted, statuses } from '../support/scripted.js';
import { unhandledRejections } from '../support/unhandled-rejections.js';
import { failsFrom, plan, plant } from './support/trees.js';

const backoff = { minMs: 100, maxMs: 1_000, jitter: 0 };
const byMessage = (error: unknown): ErrorClass => (error as Error).message as ErrorClass;
const say = (kind: string): Error => new Error(kind);

describe('what follows', () => {
  test('transient: as without it', async () => {
    const a = scripted('a', { classify: byMessage, giveUp: 'park' });
    const { tree, settle } = await plant({ children: [a.spec] });
    a.crash(say('transient'));
    await settle();
    expect([a.starts, tree.snapshot().budget.used]).toEqual([2, 1]);
  });

  const ends: [GiveUp, string][] = [
    ['park', 'parked'],
    ['keep-trying', 'backing-off'],
  ];
  test.each(ends)(
    'permanent: it gives up at once, uncounted, and as its giveUp says: %s',
    async (giveUp, status) => {
      const a = scripted('a', { classify: byMessage, giveUp, backoff });
      const { tree, settle, told } = await plant({ children: [a.spec] });
      a.crash(say('permanent'));
      await settle();
      expect(tree.snapshot()).toMatchObject({ budget: { used: 0 }, children: [{ status }] });
      expect(told('child:gave-up')).toMatchObject([
        {
          because: 'permanent',
          giveUp,
          error: {
            message: "'root/a' gave up: its classify says of the error that it is permanent; last: permanent",
          },
        },
      ]);
      if (giveUp === 'keep-trying') expect(told('child:backing-off')).toMatchObject([{ delayMs: 1_000 }]);
    },
  );

  test('permanent, and giveUp escalate: the supervisor ends, though it has restarts left', async () => {
    const a = scripted('a', { classify: byMessage });
    const { ended } = await plant({ children: [a.spec] });
    a.crash(say('permanent'));
    expect((await ended).reason).toMatchObject({
      kind: 'shutdown',
      cause: { code: 'COPPICE_GAVE_UP', cause: { code: 'COPPICE_CHILD_GAVE_UP' } },
    });
  });

  test('permanent, and giveUp exit', async () => {
    const a = scripted('a', { classify: byMessage, giveUp: 'exit' });
    const { ended } = await plant({ children: [supervisor({ id: 'sub', children: [a.spec] })] });
    a.crash(say('permanent'));
    expect((await ended).reason).toMatchObject({ kind: 'crash', error: { code: 'COPPICE_CHILD_GAVE_UP' } });
  });

  test.each(['escalate', 'park', 'keep-trying', 'exit'] as const)(
    'fatal: the whole tree ends, giveUp %s or not',
    async (giveUp) => {
      const a = scripted('a', { classify: byMessage, giveUp, backoff });
      const { ended, told } = await plant({ children: [supervisor({ id: 'sub', children: [a.spec] })] });
      a.crash(say('fatal'));
      expect((await ended).reason).toMatchObject({
        kind: 'crash',
        error: { code: 'COPPICE_CHILD_GAVE_UP', path: 'root/sub/a', cause: { message: 'fatal' } },
      });
      expect(told('child:gave-up')).toMatchObject([{ because: 'fatal', giveUp: 'exit' }]);
    },
  );

  test('one limit, two kinds of errors: only the transient ones use it up', async () => {
    const a = scripted('a', { classify: byMessage, giveUp: 'park', maxRestarts: 1, withinMs: 60_000 });
    const { tree, settle } = await plant({ children: [a.spec] });
    a.crash(say('permanent'));
    await settle();
    expect(statuses(tree)).toEqual(['a: parked']);
    await tree.restartNow('a');
    a.crash(say('transient'));
    await settle();
    expect(tree.snapshot().children[0]).toMatchObject({ status: 'running', budget: { used: 1 } });
  });
});

describe('when it is asked', () => {
  const asks = async (
    act: (a: ReturnType<typeof scripted>, tree: Awaited<ReturnType<typeof plant>>) => unknown,
  ) => {
    const asked: unknown[] = [];
    const classify = (error: unknown): ErrorClass => (asked.push(error), 'transient');
    const a = scripted('a', { classify, onStop: () => undefined });
    const planted = await plant({ children: [a.spec] });
    await act(a, planted);
    await planted.settle();
    return asked;
  };
  const boom = new Error('boom');

  test('of a crash, with the very error; whatever it is', async () => {
    expect(await asks((a) => a.crash(boom))).toEqual([boom]);
    expect(await asks((a) => a.crash(null))).toEqual([null]);
    expect(await asks((a) => a.crash('text'))).toEqual(['text']);
  });

  test('not of an end without an error, and not when it was asked to stop', async () => {
    expect(await asks((a) => a.finish())).toEqual([]);
    expect(await asks((_a, { tree }) => tree.terminateChild('a'))).toEqual([]);
    expect(await asks((_a, { tree }) => tree.stop())).toEqual([]);
    expect(await asks((_a, { tree }) => tree.restartNow('a'))).toEqual([]);
  });

  test('not of one who fails to stop as it was asked to', async () => {
    const classify = jest.fn(() => 'fatal' as const);
    const a = scripted('a', { classify, onStop: () => Promise.reject(boom) });
    const { tree, ended } = await plant({ children: [a.spec] });
    await tree.restartNow('a');
    await tree.stop();
    expect(classify).not.toHaveBeenCalled();
    expect((await ended).reason).toEqual({ kind: 'shutdown' });
  });

  test('of a failed start, at once or later, and of a timeout', async () => {
    const asked: unknown[] = [];
    const classify = (error: unknown): ErrorClass => (asked.push((error as Error).message), 'permanent');
    const a = service<unknown>({
      id: 'a',
      classify,
      giveUp: 'park',
      startTimeoutMs: 50,
      start: ({ attempt, sleep }) => {
        if (attempt === 2) throw new Error('at once');
        if (attempt === 3) return Promise.reject(new Error('later'));
        return attempt === 4 ? sleep(1_000) : attempt;
      },
    });
    const { tree, pass, told } = await plant({ children: [a] });
    for (let i = 0; i < 3; i++) {
      const started = rejection(tree.restartNow('a'));
      await pass(50);
      await started;
      expect(statuses(tree)).toEqual(['a: parked']);
    }
    expect(asked).toEqual(['at once', 'later', expect.stringContaining('startTimeoutMs')]);
    expect(told('child:gave-up')).toHaveLength(3);
  });

  test('the class of the last failure counts, not one from before', async () => {
    const a = scripted('a', { classify: byMessage, giveUp: 'park' });
    const { tree, settle } = await plant({ children: [a.spec] });
    a.crash(say('permanent'));
    await settle();
    await tree.restartNow('a');
    a.finish(); // permanent child, normal end: nothing to classify
    await settle();
    expect(statuses(tree)).toEqual(['a: running']);
  });

  test('as a method it sees its declaration', async () => {
    const seen: unknown[] = [];
    const a = task({
      id: 'a',
      giveUp: 'park',
      classify() {
        seen.push(this);
        return 'permanent';
      },
      run: () => Promise.reject(new Error('boom')),
    });
    await (await plant({ children: [a] })).settle();
    expect(seen).toEqual([a]);
  });
});

describe('one that makes no sense: the error counts as transient, and that is told', () => {
  const odd: [string, () => unknown, string][] = [
    [
      'throws',
      () => {
        throw new Error('classify threw');
      },
      'classify threw',
    ],
    ['says nothing', () => undefined, 'it said undefined'],
    ['says another word', () => 'retry', "it said 'retry'"],
    ['says a number', () => 1, 'it said 1'],
    ['is async', () => Promise.resolve('fatal'), 'it said a promise'],
  ];
  test.each(odd)('it %s', async (_how, classify, message) => {
    const a = scripted('a', { classify: classify as never, giveUp: 'exit' });
    const { tree, settle, told } = await plant({ children: [a.spec] });
    a.crash();
    await settle();
    expect([a.starts, tree.snapshot().budget.used]).toEqual([2, 1]);
    expect(told('child:classify-failed')).toMatchObject([
      { path: 'root/a', incarnation: 1, error: { message: expect.stringContaining(message) } },
    ]);
  });

  test('is async, and fails: its rejection harms nobody', async () => {
    const seen = await unhandledRejections(async () => {
      const a = scripted('a', {
        classify: (() => Promise.reject(new Error('late'))) as never,
        giveUp: 'exit',
      });
      const { settle } = await plant({ children: [a.spec] });
      a.crash();
      await settle();
      expect(a.starts).toBe(2);
    });
    expect(seen).toEqual([]);
  });
});

describe('at boot', () => {
  test('fatal or not, boot fail is OTP: the start is rejected', async () => {
    const a = scripted('a', { classify: () => 'transient', onStart: failsFrom(1) });
    const { tree } = plan({ children: [a.spec] });
    expect(await rejection(tree.start())).toMatchObject({
      code: 'COPPICE_START_FAILED',
      cause: { message: 'attempt 1' },
    });
  });

  test.each(['retry', 'degraded'] as const)(
    'fatal with boot %s: the start is rejected with the cause, the others are stopped',
    async (mode) => {
      const { b, specs } = crew(['b', 'a'], (id) =>
        id === 'a' ? { classify: () => 'fatal', boot: mode, backoff, onStart: failsFrom(1) } : {},
      );
      const { tree, clock } = plan({ children: specs });
      expect(await rejection(tree.start())).toMatchObject({
        code: 'COPPICE_START_FAILED',
        path: 'root/a',
        cause: { code: 'COPPICE_CHILD_GAVE_UP', cause: { message: 'attempt 1' } },
      });
      expect([b.stops, clock.pendingTimers, tree.snapshot().phase]).toEqual([1, 0, 'stopped']);
    },
  );

  test('fatal further down: the start of the whole is rejected, and says why', async () => {
    const a = scripted('a', { classify: () => 'fatal', boot: 'degraded', backoff, onStart: failsFrom(1) });
    const b = scripted('b');
    const sub = supervisor({ id: 'sub', children: [a.spec] });
    const { tree } = plan({ children: [b.spec, sub] });
    let error: unknown = await rejection(tree.start());
    const codes: unknown[] = [];
    for (; error; error = (error as Error).cause)
      codes.push((error as { code?: string }).code ?? (error as Error).message);
    expect(codes).toEqual(expect.arrayContaining(['COPPICE_CHILD_GAVE_UP', 'attempt 1']));
    expect([b.stops, tree.snapshot().phase]).toEqual([1, 'stopped']);
  });

  test('permanent with boot degraded and park: it is parked, and the others come up', async () => {
    const { specs } = crew(['a', 'b'], (id) =>
      id === 'a'
        ? { classify: () => 'permanent', giveUp: 'park', boot: 'degraded', backoff, onStart: failsFrom(1) }
        : {},
    );
    const { tree } = await plant({ children: specs });
    expect(statuses(tree)).toEqual(['a: parked', 'b: running']);
  });

  test.each(['escalate', 'exit'] as const)(
    'a new child that gives up at once with %s is refused, and not kept',
    async (giveUp) => {
      const a = scripted('a', {
        classify: () => 'permanent',
        giveUp,
        boot: 'degraded',
        backoff,
        onStart: failsFrom(1),
      });
      const { tree, ended, settle } = await plant({});
      expect(await rejection(tree.startChild(a.spec))).toMatchObject({
        code: 'COPPICE_START_FAILED',
        path: 'root/a',
      });
      await settle();
      if (giveUp === 'exit') expect((await ended).reason).toMatchObject({ kind: 'crash' });
      else expect(tree.whichChildren()).toEqual([]);
    },
  );
});

test('ignore and a stray promise are nothing to classify', async () => {
  const classify = jest.fn(() => 'fatal' as const);
  const { tree } = await plant({
    children: [
      service({ id: 'a', classify, start: () => ignore }),
      task({ id: 'b', classify, shutdownMs: 0, run: forever }),
    ],
  });
  await tree.stop();
  expect(classify).not.toHaveBeenCalled();
});
