/** The simulated clock, and the chance port. */
import { SimulatedClock, seededRandom } from '@coppice/core';

describe('SimulatedClock', () => {
  test('it stands still until it is told how much time goes by', async () => {
    const clock = new SimulatedClock(1_000);
    expect(clock.now()).toBe(1_000);
    await clock.advance(500);
    expect(clock.now()).toBe(1_500);
  });

  test('timers are called when they are due, in order, and each sees its own time', async () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    for (const ms of [30, 10, 20, 10, 0, -5]) clock.setTimer(() => seen.push(`${ms}@${clock.now()}`), ms);
    await clock.advance(20);
    expect(seen).toEqual(['0@0', '-5@0', '10@10', '10@10', '20@20']);
    await clock.advance(9);
    expect(seen).toHaveLength(5);
    await clock.advance(1);
    expect(seen.at(-1)).toBe('30@30');
  });

  test('timers that a timer sets are called within the same advance, if they are due in it', async () => {
    const clock = new SimulatedClock();
    const seen: number[] = [];
    const again = (): void => {
      seen.push(clock.now());
      clock.setTimer(again, 10);
    };
    clock.setTimer(again, 10);
    await clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
    expect(clock.nextTimerAt).toBe(40);
  });

  test('the next timer alone can be called, and time goes on to it', () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    for (const ms of [10, 10, 5]) clock.setTimer(() => seen.push(`${ms}@${clock.now()}`), ms);
    expect([clock.fireNext(), clock.fireNext()]).toEqual([true, true]);
    expect([seen, clock.now()]).toEqual([['5@5', '10@10'], 10]);
    expect([clock.fireNext(), clock.fireNext()]).toEqual([true, false]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('promises have their turn before, between and after timers', async () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    void Promise.resolve().then(() => clock.setTimer(() => seen.push('set by a promise'), 5));
    clock.setTimer(() => void Promise.resolve().then(() => seen.push('promise of 10')), 10);
    clock.setTimer(() => seen.push('20'), 20);
    await clock.advance(20);
    expect(seen).toEqual(['set by a promise', 'promise of 10', '20']);
  });

  test('a timer that is taken back is not called, once or twice, before or after', async () => {
    const clock = new SimulatedClock();
    let calls = 0;
    const gone = clock.setTimer(() => calls++, 10);
    const stays = clock.setTimer(() => calls++, 10);
    expect(clock.pendingTimers).toBe(2);
    clock.clearTimer(gone);
    clock.clearTimer(gone);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(10);
    clock.clearTimer(stays);
    expect([calls, clock.pendingTimers, clock.nextTimerAt]).toEqual([1, 0, undefined]);
  });

  test('one timer may take back another that is due in the same moment', async () => {
    const clock = new SimulatedClock();
    const seen: number[] = [];
    clock.setTimer(() => {
      seen.push(1);
      clock.clearTimer(second);
    }, 10);
    const second = clock.setTimer(() => seen.push(2), 10);
    await clock.advance(10);
    expect(seen).toEqual([1]);
  });

  test('very many timers come in order', async () => {
    const clock = new SimulatedClock();
    const random = seededRandom(7);
    const seen: number[] = [];
    const timers = Array.from({ length: 2_000 }, () => {
      const ms = Math.floor(random() * 1_000);
      return clock.setTimer(() => seen.push(clock.now()), ms);
    });
    for (let i = 0; i < timers.length; i += 3) clock.clearTimer(timers[i]);
    expect(clock.pendingTimers).toBe(1_333);
    while (clock.nextTimerAt !== undefined) await clock.advance(100);
    expect(seen).toHaveLength(1_333);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('runUntilIdle goes on until no timer is set, and does not go on for ever', async () => {
    const clock = new SimulatedClock();
    let left = 3;
    const again = (): void => void (--left > 0 && clock.setTimer(again, 60_000));
    clock.setTimer(again, 60_000);
    await clock.runUntilIdle();
    expect([left, clock.now()]).toEqual([0, 180_000]);

    const endless = (): void => void clock.setTimer(endless, 1);
    endless();
    await expect(clock.runUntilIdle(100)).rejects.toThrow(/not idle after 100 timers/);
  });

  test('fireDue calls one timer that is due now', () => {
    const clock = new SimulatedClock();
    const seen: number[] = [];
    clock.setTimer(() => seen.push(1), 0);
    clock.setTimer(() => seen.push(2), 0);
    clock.setTimer(() => seen.push(3), 1);
    expect([clock.fireDue(), clock.fireDue(), clock.fireDue()]).toEqual([true, true, false]);
    expect(seen).toEqual([1, 2]);
  });
});

describe('seededRandom', () => {
  test('the same numbers for the same seed, others for another', () => {
    const take = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, random);
    };
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
  });

  test('from 0 to below 1, evenly', () => {
    const random = seededRandom(42);
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const number = random();
      expect(number >= 0 && number < 1).toBe(true);
      buckets[Math.floor(number * 10)]!++;
    }
    for (const count of buckets) expect(count).toBeGreaterThan(850);
  });
});
