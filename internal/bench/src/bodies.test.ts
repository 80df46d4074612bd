import { CrashingBody, FAILURE, IdleBody, WaitingBody } from './bodies.js';
import { byHand, groupByHand } from './contenders/loop.js';

describe('a body that waits', () => {
  it('counts starts, and tells when there were so many', async () => {
    const body = new WaitingBody(false);
    const all = body.started(3);
    await byHand(3, body)();
    await all;
    expect(body.starts).toBe(3);
    await body.crash(1);
    expect(body.starts).toBe(4);
    await body.crashAll(3);
    expect(body.starts).toBe(7);
  });

  it('counts ends, and those out of order', async () => {
    const body = new WaitingBody(true);
    const controllers = [0, 1, 2].map((index) => {
      const controller = new AbortController();
      void body.run(index, controller.signal);
      return controller;
    });
    for (const index of [2, 0, 1]) controllers[index]!.abort();
    expect(body).toMatchObject({ ends: 3, disorder: 1 });
  });

  it('does not end once more what has crashed', async () => {
    const body = new WaitingBody(true);
    const controller = new AbortController();
    const running = body.run(0, controller.signal);
    body.fail(0);
    await expect(running).rejects.toBe(FAILURE);
    controller.abort();
    expect(body.ends).toBe(0);
  });
});

it('a body that crashes does so as often as it was told, and then waits', async () => {
  const body = new CrashingBody(5, true);
  const fleet = await byHand(1, body)();
  await body.finished;
  expect(body.runs).toBe(5);
  await fleet.stopAll();
  expect(body.runs).toBe(5);
});

it('an idle body ends with its signal', async () => {
  const body = new IdleBody(true);
  const fleet = await byHand(2, body)();
  await fleet.stopAll();
  expect(body.starts).toBe(2);
});

it('by hand, a group stops in reverse order and starts again', async () => {
  const body = new WaitingBody(true);
  const fleet = await groupByHand(4, body)();
  const again = body.started(8);
  body.fail(2);
  await again;
  expect(body).toMatchObject({ starts: 8, ends: 3, disorder: 0 });
  await fleet.stopAll();
  expect(body).toMatchObject({ starts: 8, ends: 7 });
});
