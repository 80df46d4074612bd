/** What an idle child does not cost, and how soon a restart happens. */
import { SimulatedClock, service, supervisor, task } from '../src/index.js';

class CountingController extends AbortController {
  static made = 0;

  constructor() {
    super();
    CountingController.made++;
  }
}

const never = (): Promise<never> => new Promise(() => {});

describe('an idle child', () => {
  const original = globalThis.AbortController;

  beforeEach(() => {
    CountingController.made = 0;
    globalThis.AbortController = CountingController;
  });

  afterEach(() => {
    globalThis.AbortController = original;
  });

  test('has no timer and no AbortController', async () => {
    const clock = new SimulatedClock();
    const children = Array.from({ length: 1_000 }, (_, i) =>
      i % 2 === 0
        ? task({ id: `child${i}`, shutdownMs: 0, run: never })
        : service({ id: `child${i}`, shutdownMs: 0, start: ({ fail }) => fail }),
    );
    const tree = await supervisor({ id: 'root', children }).start({ clock });
    expect(tree.countChildren().active).toBe(1_000);
    expect(clock.pendingTimers).toBe(0);
    expect(CountingController.made).toBe(0);
    await tree.stop();
    expect(CountingController.made).toBe(0);
  });

  test('has one AbortController once it has asked for its signal, however often', async () => {
    const run = (context: { signal: AbortSignal }): Promise<unknown> => {
      expect(context.signal).toBe(context.signal);
      return never();
    };
    const tree = await supervisor({ id: 'root', children: [task({ id: 'a', shutdownMs: 0, run })] }).start();
    expect(CountingController.made).toBe(1);
    await tree.stop();
  });
});

test('a child whose start takes no time is up again in the tick in which its end is seen', async () => {
  let fail = (_error: Error): void => {};
  let starts = 0;
  const run = (): Promise<never> => {
    starts++;
    return new Promise((_resolve, reject) => (fail = reject));
  };
  const tree = await supervisor({ id: 'root', children: [task({ id: 'a', run, shutdownMs: 0 })] }).start();
  let isLater = false;
  setImmediate(() => (isLater = true));
  fail(new Error('crash'));
  await Promise.resolve();
  await Promise.resolve();
  expect([starts, isLater]).toEqual([2, false]);
  await tree.stop();
});
