/** Whatever a listener does, the tree does the same; what it does wrong is reported once. */
import {
  type Clock,
  type EventSink,
  SimulatedClock,
  type SupervisionEvent,
  type SupervisorTree,
  supervisor,
} from '@coppice/core';
import { crew, statuses } from './support/scripted.js';

/** A clock on which time also goes by while somebody keeps the thread busy. */
class BusyClock implements Clock {
  readonly simulated = new SimulatedClock();
  #busyMs = 0;

  block(ms: number): void {
    this.#busyMs += ms;
  }
  now(): number {
    return this.simulated.now() + this.#busyMs;
  }
  setTimer(callback: () => void, ms: number): unknown {
    return this.simulated.setTimer(callback, ms);
  }
  clearTimer(timer: unknown): void {
    this.simulated.clearTimer(timer);
  }
}

interface Story {
  readonly journal: readonly string[];
  readonly statuses: readonly string[];
  readonly failures: readonly SupervisionEvent[];
  /** What a listener that does nothing else has heard. */
  readonly heard: readonly string[];
}

/** A day in the life of a tree: crashes, a restart of all, commands, a stop. */
async function story(
  meddle: (tree: SupervisorTree, clock: BusyClock) => void,
  sink?: EventSink,
): Promise<Story> {
  const clock = new BusyClock();
  const { a, b, specs, journal } = crew(['a', 'b', 'c']);
  const tree = supervisor({
    id: 'root',
    strategy: 'one-for-all',
    maxRestarts: 20,
    withinMs: 1_000,
    children: specs,
  }).handle({
    clock,
    eventSink: sink,
  });
  const heard: string[] = [];
  const failures: SupervisionEvent[] = [];
  meddle(tree, clock);
  tree.on('event', (event) => {
    if (event.type === 'listener:failed') failures.push(event);
    else heard.push(`${event.type} ${event.path}`);
  });
  await tree.start();
  for (const each of [a, b, a]) {
    each.crash();
    await clock.simulated.advance(0);
  }
  await tree.terminateChild('b');
  await tree.restartChild('b');
  const found = statuses(tree);
  await tree.stop();
  return { journal, statuses: found, failures, heard };
}

const nothing = (): void => {};

const MEDDLERS: Record<string, (tree: SupervisorTree, clock: BusyClock) => void> = {
  'throws at every event': (tree) =>
    tree.on('event', () => {
      throw new Error('listener');
    }),
  'is rejected at every event': (tree) => tree.on('event', () => Promise.reject(new Error('listener'))),
  'never settles': (tree) => tree.on('event', () => new Promise(() => {})),
  'blocks for a second': (tree, clock) => tree.on('event', () => clock.block(1_000)),
  'subscribes another at every event': (tree) =>
    tree.on('event', () => void tree.on('child:crashed', nothing)),
  'comes and goes': (tree) => {
    const again = (): void => {
      tree.off('event', again);
      tree.once('event', again);
      tree.own.once('child:started', nothing);
    };
    tree.on('event', again);
  },
  'reads all there is': (tree) =>
    tree.on('event', () => {
      tree.snapshot();
      tree.whichChildren();
      tree.countChildren();
      tree.child('a');
    }),
  'gives a command that is refused': (tree) =>
    tree.on('child:crashed', () => tree.startChild({} as never).catch(nothing)),
  'reads in a loop that stands still': (tree) => void tree.events({ buffer: 1 }).next(),
  'leaves a loop at once': (tree) =>
    tree.on('child:crashed', async () => {
      for await (const event of tree.events()) if (event) break;
    }),
};

describe('a listener that', () => {
  let plain: Story;
  beforeAll(async () => {
    plain = await story(nothing);
    expect(plain.heard.filter((line) => line.startsWith('child:crashed'))).toHaveLength(3);
  });

  test.each(Object.entries(MEDDLERS))('%s changes nothing', async (_what, meddle) => {
    const meddled = await story((tree, clock) => meddle(tree, clock));
    expect(meddled.journal).toEqual(plain.journal);
    expect(meddled.statuses).toEqual(plain.statuses);
    expect(meddled.heard).toEqual(plain.heard);
  });

  test.each(['throws at every event', 'is rejected at every event'])('%s is reported once', async (what) => {
    const { failures } = await story((tree, clock) => MEDDLERS[what]!(tree, clock));
    expect(failures).toMatchObject([{ path: 'root', event: 'event', error: { message: 'listener' } }]);
  });

  test('stops the tree in the middle of an event, twice: it stops once, in order', async () => {
    const { a, specs, journal } = crew(['a', 'b']);
    const tree = supervisor({ id: 'root', children: specs }).handle({ clock: new SimulatedClock() });
    const stops: Promise<{ reason: { kind: string } }>[] = [];
    const types: string[] = [];
    tree.on('child:crashed', () => {
      stops.push(tree.stop(), tree.stop());
    });
    tree.on('event', ({ type, path }) => void types.push(`${type} ${path}`));
    await tree.start();
    types.splice(0);
    a.crash();
    await tree.whenStopped();
    expect((await Promise.all(stops)).map(({ reason }) => reason.kind)).toEqual(['shutdown', 'shutdown']);
    expect(journal).toEqual(['start a', 'start b', 'end a', 'start a', 'stop a', 'stop b']);
    expect(types.filter((line) => line.startsWith('supervisor:'))).toEqual([
      'supervisor:stopping root',
      'supervisor:stopped root',
    ]);
  });

  test('a sink that throws changes nothing, and is reported once', async () => {
    const published: string[] = [];
    const sink: EventSink = {
      isHeard: true,
      publish: ({ type }) => {
        published.push(type);
        throw new Error('sink');
      },
    };
    const { journal, heard, failures } = await story(nothing, sink);
    expect(journal).toEqual(plain.journal);
    expect(heard).toEqual(plain.heard);
    expect(failures).toMatchObject([{ path: 'root', event: 'eventSink', error: { message: 'sink' } }]);
    expect(published.length).toBe(heard.length + 1);
  });
});

test('a sink that fails again after it had worked is reported again', async () => {
  const { a, specs } = crew(['a']);
  const clock = new SimulatedClock();
  let isBroken = false;
  const eventSink: EventSink = {
    isHeard: true,
    publish: () => {
      if (isBroken) throw new Error('sink');
    },
  };
  const tree = supervisor({ id: 'root', maxRestarts: Infinity, children: specs }).handle({
    clock,
    eventSink,
  });
  const failed: string[] = [];
  tree.on('listener:failed', ({ event }) => void failed.push(event));
  await tree.start();
  for (const broken of [true, true, false, true]) {
    isBroken = broken;
    a.crash();
    await clock.advance(0);
  }
  expect(failed).toEqual(['eventSink', 'eventSink']);
});

test('a sink that nobody hears makes no event; one that is heard gets all of them', async () => {
  let isHeard = false;
  const got: SupervisionEvent[] = [];
  const { a, specs } = crew(['a']);
  const clock = new SimulatedClock();
  const eventSink: EventSink = {
    get isHeard() {
      return isHeard;
    },
    publish: (event) => void got.push(event),
  };
  const tree = supervisor({ id: 'root', children: specs }).handle({ clock, eventSink });
  await tree.start();
  expect(got).toEqual([]);
  isHeard = true;
  a.crash();
  await clock.advance(0);
  isHeard = false;
  await tree.stop();
  expect(got.map(({ type, seq }) => `${seq} ${type}`)).toEqual([
    '1 child:crashed',
    '2 child:restarting',
    '3 child:starting',
    '4 child:started',
  ]);
});

test('a sink has to have its method', () => {
  expect(() => supervisor({ id: 'root', children: [] }).handle({ eventSink: {} as never })).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('eventSink: an object with the methods publish'),
    }),
  );
});
