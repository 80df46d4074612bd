/** The real clock. */
import { realClock } from '@coppice/core';

describe('realClock', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['performance'] }));
  afterEach(() => jest.useRealTimers());

  test('milliseconds since 1970, that do not go backwards', () => {
    const first = realClock.now();
    const second = realClock.now();
    expect(second).toBeGreaterThanOrEqual(first);
    expect(new Date(first).getFullYear()).toBeGreaterThan(2_020);
  });

  test('a timer is called once, when it is due; one that is taken back never', () => {
    const seen: string[] = [];
    realClock.setTimer(() => seen.push('kept'), 1_000);
    const gone = realClock.setTimer(() => seen.push('gone'), 1_000);
    realClock.clearTimer(gone);
    jest.advanceTimersByTime(999);
    expect(seen).toEqual([]);
    jest.advanceTimersByTime(10_000);
    expect(seen).toEqual(['kept']);
  });

  test('longer than the timers of the platform can: in parts, and can be taken back in any of them', () => {
    const month = 31 * 24 * 3_600_000;
    const seen: string[] = [];
    realClock.setTimer(() => seen.push('kept'), month);
    const gone = realClock.setTimer(() => seen.push('gone'), month);
    jest.advanceTimersByTime(month - 1);
    expect(seen).toEqual([]);
    realClock.clearTimer(gone);
    jest.advanceTimersByTime(1);
    expect(seen).toEqual(['kept']);
  });
});

describe('a timer of the platform that comes', () => {
  let now = 0;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['performance'] });
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.useRealTimers());

  test.each([
    ['in time', 1_000, 1_000],
    ['late', 1_007.5, 1_000],
    ['a fraction of a millisecond early: it waits one more', 999.4, 1_001],
  ])('%s', (_, at, calledAfterMs) => {
    now = 0;
    let calls = 0;
    realClock.setTimer(() => calls++, 1_000);
    now = at;
    jest.advanceTimersByTime(calledAfterMs - 1);
    expect(calls).toBe(0);
    now = at + calledAfterMs - 1_000;
    jest.advanceTimersByTime(1);
    expect(calls).toBe(1);
  });
});

test('realClock: 0 ms is after what is due now, and can be taken back', async () => {
  const seen: string[] = [];
  realClock.setTimer(() => seen.push('timer'), 0);
  realClock.clearTimer(realClock.setTimer(() => seen.push('gone'), 0));
  seen.push('sync');
  await Promise.resolve().then(() => seen.push('promise'));
  await new Promise((resolve) => realClock.setTimer(() => resolve(undefined), 0));
  expect(seen).toEqual(['sync', 'promise', 'timer']);
});
