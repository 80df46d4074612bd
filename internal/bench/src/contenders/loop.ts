/** What one would write by hand: an AbortController and a loop for each task, and no supervision. */
import type { Body } from '../bodies.js';
import type { Deep, Fleet } from './contender.js';

async function rerun(body: Body, index: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await (body.usesSignal ? body.run(index, signal) : body.run(index));
    } catch {
      // again
    }
  }
}

/** As far as its body listens to no signal a loop goes on for ever; nobody can wait for it. */
export const byHand = (count: number, body: Body) => async (): Promise<Fleet> => {
  const controllers: AbortController[] = [];
  const ends: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const controller = new AbortController();
    controllers.push(controller);
    ends.push(rerun(body, index, controller.signal));
  }
  return {
    async stopInOrder() {
      for (let index = count - 1; index >= 0; index--) {
        controllers[index]!.abort();
        await ends[index]!;
      }
    },
    async stopAll() {
      for (const controller of controllers) controller.abort();
      if (body.usesSignal) await Promise.all(ends);
    },
  };
};

/** One crashes: all others are stopped, the last one first, each in its turn; then all are started, in order. */
export const groupByHand = (count: number, body: Body) => async (): Promise<Fleet> => {
  const stopping = new AbortController();
  const running = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let crashed = (): void => {};
      const crash = new Promise<void>((resolve) => (crashed = resolve));
      stopping.signal.addEventListener('abort', crashed);
      const controllers: AbortController[] = [];
      const ends: Promise<void>[] = [];
      for (let index = 0; index < count; index++) {
        const controller = new AbortController();
        controllers.push(controller);
        ends.push(body.run(index, controller.signal).catch(crashed));
      }
      await crash;
      for (let index = count - 1; index >= 0; index--) {
        controllers[index]!.abort();
        await ends[index]!;
      }
      stopping.signal.removeEventListener('abort', crashed);
    }
  })();
  return {
    stopAll() {
      stopping.abort();
      return running;
    },
  };
};

/** Each level has a controller that follows the one above, and passes the failure of the one below up. */
export const deepByHand = (depth: number, body: Body) => async (): Promise<Deep> => {
  const level = async (left: number, above: AbortSignal): Promise<void> => {
    const controller = new AbortController();
    const follow = (): void => controller.abort();
    above.addEventListener('abort', follow);
    try {
      await (left === 0 ? body.run(0, controller.signal) : level(left - 1, controller.signal));
    } finally {
      above.removeEventListener('abort', follow);
      controller.abort();
    }
  };
  const root = new AbortController();
  const running = level(depth, root.signal);
  return {
    failed: running.then(
      () => {},
      () => {},
    ),
    async stop() {
      root.abort();
      await running;
    },
  };
};
