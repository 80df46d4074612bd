/**
 * Effect: a fiber for each child in a FiberSet, whose scope ends them all. Of the ways to run something again when it
 * fails (`eventually`, `retry` with a schedule, `forever`) the quickest is taken, and told not to yield.
 */
import { Effect, Exit, Fiber, FiberSet, Scope } from 'effect';
import type { Body } from '../bodies.js';
import type { Deep, Fleet } from './contender.js';

const once = (body: Body, index: number): Effect.Effect<void, unknown> =>
  Effect.tryPromise({
    try: body.usesSignal ? (signal) => body.run(index, signal) : () => body.run(index),
    catch: (error) => error,
  });

const again = (effect: Effect.Effect<void, unknown>): Effect.Effect<never> =>
  Effect.forever(Effect.ignore(effect), { disableYield: true });

export const fibers = (count: number, body: Body) => async (): Promise<Fleet> => {
  const scope = await Effect.runPromise(Scope.make());
  const set = await Effect.runPromise(Scope.provide(FiberSet.make<never>(), scope));
  const run = await Effect.runPromise(FiberSet.runtime(set)<never>());
  for (let index = 0; index < count; index++) run(again(once(body, index)));
  return {
    stopInOrder() {
      const backwards = Array.from(set).reverse();
      return Effect.runPromise(Effect.forEach(backwards, Fiber.interrupt, { discard: true }));
    },
    stopAll: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  };
};

/** `forEach` with all at once ends the others when one fails, and begins again: all of them, in no order. */
export const groupOfFibers = (count: number, body: Body) => async (): Promise<Fleet> => {
  const indices = Array.from({ length: count }, (_, index) => index);
  const all = Effect.forEach(indices, (index) => once(body, index), {
    concurrency: 'unbounded',
    discard: true,
  });
  const fiber = Effect.runFork(again(all));
  return {
    async stopAll() {
      await Effect.runPromise(Fiber.interrupt(fiber));
    },
  };
};

/**
 * Each level is a fiber that is forked by the one above, which joins it. To end them from above is a recursion that
 * runs out of stack at a thousand levels as long as it is not optimised, and then never ends.
 */
export const deepFibers = (depth: number, body: Body) => async (): Promise<Deep> => {
  const level = (left: number): Effect.Effect<void, unknown> =>
    Effect.suspend(() =>
      left === 0 ? once(body, 0) : Effect.flatMap(Effect.forkChild(level(left - 1)), Fiber.join),
    );
  const fiber = Effect.runFork(level(depth));
  return {
    failed: Effect.runPromise(Fiber.await(fiber)).then(() => {}),
    async stop() {
      await Effect.runPromise(Fiber.interrupt(fiber));
    },
  };
};
