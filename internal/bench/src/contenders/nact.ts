/**
 * nact: an actor for each child. Its one message, `run`, lasts as long as the body does; `onCrash` says reset (its
 * documented way to restart), and the initial state sends `run` again. `stop` of a parent does not reach its children
 * in this version (it looks up references, and is given actors), so each is stopped by its own reference.
 */
import { type ActorProps, type Ref, dispatch, spawn, start, stop } from 'nact';
import { type Body, promised } from '../bodies.js';
import type { Fleet } from './contender.js';

/** An actor has no signal; one that needs one makes it, and aborts it when it has been stopped. */
type State = AbortController | undefined;

export const actors = (count: number, body: Body) => async (): Promise<Fleet> => {
  const system = start();
  let left = count;
  const ended = promised();
  const references: Ref<unknown>[] = [];
  for (let index = 0; index < count; index++) {
    const properties: ActorProps<State, 'run', Ref<never>> = {
      initialStateFunc: ({ self }) => {
        dispatch(self, 'run');
        return body.usesSignal ? new AbortController() : undefined;
      },
      onCrash: (_message, _error, context) => context.reset,
      afterStop: (state) => {
        state?.abort();
        if (--left === 0) ended.resolve();
      },
    };
    references.push(spawn(system, runOf(body, index), `child${index}`, properties as never));
  }
  return {
    stopAll() {
      for (const reference of references) stop(reference);
      stop(system);
      return ended.promise;
    },
  };
};

const runOf =
  (body: Body, index: number) =>
  async (state: State, _message: 'run'): Promise<State> => {
    await (body.usesSignal ? body.run(index, state!.signal) : body.run(index));
    return state;
  };
