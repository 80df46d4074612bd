/** The fault port: whose code is running, and whose a thrown value is. */
import {
  type Context,
  type FaultOwner,
  type FaultScope,
  SimulatedClock,
  faultOwnerOf,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { type Booted, boot, deferred, forever, scripted } from './support/scripted.js';

/** Notes who is entered; `current` is whoever is running now. */
class Scope implements FaultScope {
  readonly entered: string[] = [];
  readonly owners: FaultOwner[] = [];
  current: string | undefined = undefined;

  run<T>(owner: FaultOwner, code: () => T): T {
    const before = this.current;
    this.current = `${owner.path} ${owner.incarnation}`;
    this.entered.push(this.current);
    this.owners.push(owner);
    try {
      return code();
    } finally {
      this.current = before;
    }
  }

  outside<T>(code: () => T): T {
    const before = this.current;
    this.current = undefined;
    try {
      return code();
    } finally {
      this.current = before;
    }
  }
}

/** A child whose code notes in which scope it is called. */
function noting(scope: Scope): { notes: string[]; note: (what: string) => void } {
  const notes: string[] = [];
  return { notes, note: (what) => void notes.push(`${what}: ${scope.current ?? 'nobody'}`) };
}

describe('the scope is entered', () => {
  test('for start, stop, kill, deferred functions and abort listeners of a service, for each incarnation', async () => {
    const scope = new Scope();
    const { notes, note } = noting(scope);
    const contexts: Context[] = [];
    const clock = new SimulatedClock();
    const child = service({
      id: 'a',
      shutdownMs: 10,
      start: (context) => {
        contexts.push(context);
        note('start');
        context.signal.addEventListener('abort', () => note('abort'));
        context.defer(() => note('defer'));
        return Promise.resolve(1);
      },
      stop: () => {
        note('stop');
        return forever();
      },
      kill: () => note('kill'),
    });
    const tree = await supervisor({ id: 'root', children: [child] }).start({ clock, faultScope: scope });
    contexts[0]!.fail(new Error('boom'));
    await clock.advance(10 + 1_000);
    expect(notes.splice(0)).toEqual([
      'start: root/a 1',
      'abort: root/a 1',
      'stop: root/a 1',
      'kill: root/a 1',
      'start: root/a 2',
    ]);
    const stopped = tree.stop();
    await clock.advance(10 + 1_000);
    await stopped;
    expect(notes).toEqual(['abort: root/a 2', 'stop: root/a 2', 'kill: root/a 2']);
    expect(scope.current).toBeUndefined();
  });

  test('for run, deferred functions (also those that come too late), and callbacks of a task', async () => {
    const scope = new Scope();
    const { notes, note } = noting(scope);
    let context!: Context;
    const child = task({
      id: 'a',
      restart: 'temporary',
      run: (given) => {
        context = given;
        note('run');
        given.defer(() => note('second'));
        given.defer(() => note('first'));
      },
    });
    await supervisor({ id: 'root', children: [child] }).start({ faultScope: scope });
    context.defer(() => note('late'));
    context.bind(() => note('callback'))();
    expect(notes).toEqual([
      'run: root/a 1',
      'first: root/a 1',
      'second: root/a 1',
      'late: root/a 1',
      'callback: root/a 1',
    ]);
  });

  test('what it throws is thrown on, to where it is dealt with as ever', async () => {
    const scope = new Scope();
    const clock = new SimulatedClock();
    const boom = new Error('boom');
    const tree = supervisor({
      id: 'root',
      maxRestarts: 0,
      children: [
        task({
          id: 'a',
          run: () => {
            throw boom;
          },
        }),
      ],
    }).handle({ clock, faultScope: scope });
    const ended = tree.whenStopped();
    await tree.start();
    expect((await ended).reason).toMatchObject({ kind: 'shutdown', cause: { cause: boom } });
  });
});

describe('an owner', () => {
  async function withOwners(
    options: object = {},
  ): Promise<Booted & { owners: FaultOwner[]; context: () => Context }> {
    const scope = new Scope();
    const a = scripted('a', options);
    const clock = new SimulatedClock();
    const tree = supervisor({ id: 'root', children: [a.spec] }).handle({ clock, faultScope: scope });
    const events: Booted['events'] = [];
    tree.on('event', (event) => void events.push(event));
    const ended = tree.whenStopped();
    await tree.start();
    const booted = { tree, clock, events, ended, settle: () => clock.advance(0) };
    return { ...booted, owners: scope.owners, context: () => a.contexts.at(-1)! };
  }
  const about = ({ events }: Booted, type: string): unknown[] =>
    events
      .filter((event) => event.type === type)
      .map((event) => ('incarnation' in event ? event.incarnation : 0));

  test('is one incarnation: a fault of the living one is its crash', async () => {
    const booted = await withOwners();
    const [first] = booted.owners;
    expect([first!.path, first!.incarnation]).toEqual(['root/a', 1]);
    const boom = new Error('astray');
    expect(first!.fault(boom)).toBe('crash');
    await booted.settle();
    expect(booted.events.find(({ type }) => type === 'child:crashed')).toMatchObject({
      path: 'root/a',
      incarnation: 1,
      error: { message: 'astray' },
    });
    const second = booted.owners.find(({ incarnation }) => incarnation === 2)!;
    expect(second.path).toBe('root/a');
    expect(booted.context().lastExit).toEqual({ kind: 'crash', error: boom });
  });

  test('that is over has late faults, which touch nobody', async () => {
    const booted = await withOwners();
    const [first] = booted.owners;
    first!.fault(new Error('first'));
    expect(first!.fault(new Error('once more'))).toBe('late');
    await booted.settle();
    expect(first!.fault(new Error('much later'))).toBe('late');
    await booted.settle();
    expect(about(booted, 'child:late-fault')).toEqual([1, 1]);
    expect(booted.events.filter(({ type }) => type === 'child:late-fault')).toMatchObject([
      { error: { message: 'once more' } },
      { error: { message: 'much later' } },
    ]);
    expect(about(booted, 'child:crashed')).toEqual([1]);
    expect(booted.tree.whichChildren()[0]).toMatchObject({ status: 'running', incarnation: 2 });
  });

  test('that stops as it was asked to, has ended by itself, or was given up: late', async () => {
    const gate = deferred<void>();
    const asked = await withOwners({ onStop: () => gate.promise });
    const stopped = asked.tree.stop();
    expect(asked.owners[0]!.fault(new Error('in between'))).toBe('late');
    gate.resolve();
    expect((await stopped).reason).toEqual({ kind: 'shutdown' });
    expect(about(asked, 'child:late-fault')).toEqual([1]);

    const ending = await withOwners({ onStop: forever, shutdownMs: 10 });
    ending.context().end();
    expect(ending.owners[0]!.fault(new Error('in between'))).toBe('late');
    await ending.clock.advance(10);
    expect(about(ending, 'child:abandoned')).toEqual([1]);
    expect(ending.owners[0]!.fault(new Error('given up'))).toBe('late');
    expect(about(ending, 'child:late-fault')).toEqual([1, 1]);
  });
});

describe('bind', () => {
  const caught = (call: () => unknown): unknown => {
    try {
      call();
    } catch (error) {
      return error;
    }
    throw new Error('expected it to throw');
  };
  async function withTwo(faultScope?: FaultScope): Promise<[Context, Context]> {
    const [a, b] = [scripted('a'), scripted('b')];
    const tree = supervisor({ id: 'root', children: [a.spec, b.spec] });
    await tree.start({ clock: new SimulatedClock(), ...(faultScope && { faultScope }) });
    return [a.contexts[0]!, b.contexts[0]!];
  }

  test.each([
    ['without a scope', undefined],
    ['with a scope', new Scope()],
  ])('hands arguments in and the value out, %s', async (_, scope) => {
    const [a] = await withTwo(scope);
    const bound = a.bind((x: number, ...rest: string[]) => [x, ...rest]);
    expect(bound(1, 'two', 'three')).toEqual([1, 'two', 'three']);
    const promise = Promise.resolve(7);
    expect(a.bind(() => promise)()).toBe(promise);
  });

  test.each([
    ['without a scope', undefined],
    ['with a scope', new Scope()],
  ])('what it throws is thrown on, and known to be of this incarnation, %s', async (_, scope) => {
    const [a] = await withTwo(scope);
    const boom = new Error('boom');
    const bound = a.bind(() => {
      throw boom;
    });
    expect(faultOwnerOf(boom)).toBeUndefined();
    expect(caught(bound)).toBe(boom);
    expect(faultOwnerOf(boom)).toMatchObject({ path: 'root/a', incarnation: 1 });
  });

  test('listeners are nobody, though a child has caused the event', async () => {
    const scope = new Scope();
    const noted: (string | undefined)[] = [];
    const a = scripted('a');
    const tree = supervisor({ id: 'root', children: [a.spec] }).handle({ faultScope: scope });
    tree.on('event', () => noted.push(scope.current));
    await tree.start();
    scope.run({ path: 'root/a', incarnation: 1, isOver: false, fault: () => 'late' }, () => void tree.stop());
    await tree.whenStopped();
    expect(noted.length).toBeGreaterThan(5);
    expect(new Set(noted)).toEqual(new Set([undefined]));
  });

  test('an owner that is over gives way to the next', async () => {
    const boom = new Error('boom');
    const children = [task({ id: 'a', restart: 'permanent' as const, run: throwBound })];
    function throwBound({ bind }: Context): never {
      return bind((): never => {
        throw boom;
      })();
    }
    const tree = supervisor({ id: 'root', maxRestarts: 2, children }).handle();
    const numbers: (number | undefined)[] = [];
    tree.on('child:crashed', () => numbers.push(faultOwnerOf(boom)?.incarnation));
    await tree.start();
    await tree.whenStopped();
    expect(numbers).toEqual([1, 2, 3]);
  });

  test('the first owner stays', async () => {
    const [a, b] = await withTwo();
    const boom = new Error('boom');
    const inner = a.bind(() => {
      throw boom;
    });
    caught(b.bind(() => inner()));
    expect(faultOwnerOf(boom)?.path).toBe('root/a');
    caught(
      b.bind(() => {
        throw boom;
      }),
    );
    expect(faultOwnerOf(boom)?.path).toBe('root/a');
  });

  test('it may be taken apart, and asks for no `this`', async () => {
    const [{ bind }] = await withTwo();
    const bound = bind(function (this: unknown) {
      return this;
    });
    expect(bound.call({ some: 'receiver' } as never)).toBeUndefined();
  });

  test('what is no object has no owner, and neither has what nobody threw', async () => {
    const [a] = await withTwo();
    for (const thrown of ['text', 7, null, undefined, Symbol('s')]) {
      const bound = a.bind(() => {
        throw thrown;
      });
      expect(caught(bound)).toBe(thrown);
      expect(faultOwnerOf(thrown)).toBeUndefined();
    }
    expect(faultOwnerOf(new Error('unthrown'))).toBeUndefined();
  });

  test('a frozen error has an owner as well', async () => {
    const [a] = await withTwo();
    const frozen = Object.freeze(new Error('frozen'));
    caught(
      a.bind(() => {
        throw frozen;
      }),
    );
    expect(faultOwnerOf(frozen)?.path).toBe('root/a');
  });

  test('an owner that is found can be told: that is the crash of its child', async () => {
    const a = scripted('a');
    const { settle, events } = await boot({ children: [a.spec] });
    const boom = new Error('in a foreign emitter');
    caught(
      a.contexts[0]!.bind(() => {
        throw boom;
      }),
    );
    expect(faultOwnerOf(boom)!.fault(boom)).toBe('crash');
    await settle();
    expect(a.starts).toBe(2);
    expect(events.some(({ type }) => type === 'child:crashed')).toBe(true);
  });
});
