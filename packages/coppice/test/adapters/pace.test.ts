/** `interval` and `poller`, in simulated time. */
import { SimulatedClock, type Task, dynamicSupervisor, interval, poller, supervisor } from 'coppice';

const root = (child: Task, maxRestarts = 3) => supervisor({ id: 'app', maxRestarts, children: [child] });

/** Notes when it is called. */
function times(clock: SimulatedClock) {
  const starts: number[] = [];
  return { starts, note: () => void starts.push(clock.now()) };
}

const wait = (clock: SimulatedClock, ms: number) =>
  new Promise<void>((resolve) => {
    clock.setTimer(resolve, ms);
  });

describe('interval', () => {
  test('runs every so often, at first after a while', async () => {
    const clock = new SimulatedClock();
    const { starts, note } = times(clock);
    const tree = await root(interval({ id: 'tick', everyMs: 100, run: note })).start({ clock });
    await clock.advance(350);
    expect(starts).toEqual([100, 200, 300]);
    await tree.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  test('runs at once if it is told to', async () => {
    const clock = new SimulatedClock();
    const { starts, note } = times(clock);
    const tick = interval({ id: 'tick', everyMs: 100, immediately: true, run: note });
    const tree = await root(tick).start({ clock });
    await clock.advance(250);
    expect(starts).toEqual([0, 100, 200]);
    await tree.stop();
  });

  test('counts from start to start, and skips the ticks that a long run misses', async () => {
    const clock = new SimulatedClock();
    const { starts, note } = times(clock);
    let running = 0;
    const run = async () => {
      note();
      expect(++running).toBe(1);
      await wait(clock, starts.length === 1 ? 250 : 50);
      running--;
    };
    const tree = await root(interval({ id: 'tick', everyMs: 100, immediately: true, run })).start({ clock });
    await clock.advance(450);
    expect(starts).toEqual([0, 300, 400]);
    await tree.stop();
  });

  test('a run under way is told to stop and waited for; no other follows', async () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    const tick = interval({
      id: 'tick',
      everyMs: 100,
      run: async ({ signal }) => {
        signal.addEventListener('abort', () => seen.push('abort'));
        await wait(clock, 1_000);
        seen.push('done');
      },
    });
    const tree = await root(tick).start({ clock });
    await clock.advance(100);
    const stopped = tree.stop();
    await clock.advance(999);
    expect(seen).toEqual(['abort']);
    await clock.runUntilIdle();
    expect((await stopped).unstopped).toEqual([]);
    expect(seen).toEqual(['abort', 'done']);
  });

  test('a run that throws is a crash, also in the middle of a tick', async () => {
    const clock = new SimulatedClock();
    const { starts, note } = times(clock);
    const tick = interval({
      id: 'tick',
      everyMs: 100,
      run: async () => {
        note();
        await wait(clock, 30);
        throw new Error('no disk');
      },
    });
    const tree = root(tick, 1).handle({ clock });
    const crashes: string[] = [];
    tree.on('child:crashed', ({ error }) => crashes.push(error.message));
    await tree.start();
    const ended = tree.whenStopped();
    await clock.runUntilIdle();
    await ended;
    // The second incarnation begins at 130, when the first has crashed; one restart is allowed.
    expect(starts).toEqual([100, 230]);
    expect(crashes).toEqual(['no disk', 'no disk']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('ends by itself with end()', async () => {
    const clock = new SimulatedClock();
    const tick = interval({ id: 'tick', restart: 'transient', everyMs: 100, run: ({ end }) => end() });
    const tree = root(tick).handle({ clock });
    const done = new Promise((resolve) => tree.once('child:completed', resolve));
    await tree.start();
    await clock.runUntilIdle();
    await expect(done).resolves.toMatchObject({ reason: { kind: 'normal' } });
    expect(clock.pendingTimers).toBe(0);
    await tree.stop();
  });
});

describe('poller', () => {
  test('pauses from the end of a run to the start of the next', async () => {
    const clock = new SimulatedClock();
    const { starts, note } = times(clock);
    const run = () => {
      note();
      return wait(clock, 250);
    };
    const tree = await root(poller({ id: 'poll', pauseMs: 100, run })).start({ clock });
    await clock.advance(800);
    expect(starts).toEqual([0, 350, 700]);
    const stopped = tree.stop();
    await clock.runUntilIdle();
    await stopped;
    expect(starts).toHaveLength(3);
  });

  test('stops in the pause at once', async () => {
    const clock = new SimulatedClock();
    const tree = await root(poller({ id: 'poll', pauseMs: 100, run: () => {} })).start({ clock });
    await clock.advance(50);
    await expect(tree.stop()).resolves.toMatchObject({ reason: { kind: 'shutdown' }, unstopped: [] });
    expect(clock.now()).toBe(50);
    expect(clock.pendingTimers).toBe(0);
  });

  test('varies the pause by its jitter', async () => {
    const clock = new SimulatedClock();
    const { starts, note } = times(clock);
    const chance = [0, 0.5, 0.75];
    const random = () => chance.shift() ?? 0;
    const tree = await root(poller({ id: 'poll', pauseMs: 100, jitter: 0.2, random, run: note })).start({
      clock,
    });
    await clock.advance(290);
    expect(starts).toEqual([0, 80, 180, 290]);
    await tree.stop();
  });

  test('a run that throws is a crash', async () => {
    const clock = new SimulatedClock();
    const run = () => Promise.reject(new Error('503'));
    const tree = root(poller({ id: 'poll', pauseMs: 100, run }), 0).handle({ clock });
    const ended = tree.whenStopped();
    await tree.start();
    const { reason } = await ended;
    expect(reason).toMatchObject({
      kind: 'shutdown',
      cause: { code: 'COPPICE_GAVE_UP', cause: { message: '503' } },
    });
  });

  test('is a template: the arguments of a dynamic child come with each run', async () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    const template = poller<[string]>({ id: 'device', pauseMs: 10, run: (_, name) => void seen.push(name) });
    const tree = await dynamicSupervisor({ id: 'app', child: template }).start({ clock });
    await tree.startChild({ args: ['thermometer'] });
    await clock.advance(15);
    expect(seen).toEqual(['thermometer', 'thermometer']);
    await tree.stop();
  });
});
