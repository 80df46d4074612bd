/** Trees for the tests of policies: on a simulated clock, with chance in the hands of the test. */
import {
  type EventName,
  type EventOf,
  type Random,
  SimulatedClock,
  type SupervisorOptions,
  type SupervisorTree,
  supervisor,
} from '@coppice/core';
import type { Booted } from '../../support/scripted.js';

export interface Planted extends Booted {
  /** The events of one name, of one child if its id is given. */
  readonly told: <N extends EventName>(name: N, id?: string) => EventOf<N>[];
  /** Lets so much time go by. */
  readonly pass: (ms: number) => Promise<void>;
}

/** A handle on a tree that has not been started, with all that happens noted. Without chance delays are full. */
export function plan(options: Partial<SupervisorOptions>, random: Random = () => 0): Planted {
  const clock = new SimulatedClock();
  const tree: SupervisorTree = supervisor({ id: 'root', children: [], ...options }).handle({ clock, random });
  const events: Booted['events'] = [];
  tree.on('event', (event) => void events.push(event));
  return {
    tree,
    clock,
    events,
    ended: tree.whenStopped(),
    settle: () => clock.advance(0),
    pass: (ms) => clock.advance(ms),
    told: (name, id) =>
      events.filter(
        (event) => event.type === name && (id === undefined || ('id' in event && event.id === id)),
      ) as never,
  };
}

/** The same, started. */
export async function plant(options: Partial<SupervisorOptions>, random?: Random): Promise<Planted> {
  const planted = plan(options, random);
  await planted.tree.start();
  return planted;
}

/** For `onStart`: the attempts from the first to the second number fail. */
export const failsFrom =
  (first: number, last = Infinity) =>
  (attempt: number): number => {
    if (attempt >= first && attempt <= last) throw new Error(`attempt ${attempt}`);
    return attempt;
  };

/** What becomes of a promise, to be looked at without waiting for it. */
export function watched<T>(promise: Promise<T>): {
  value?: T;
  error?: { code?: string } & Error;
  isOver: boolean;
} {
  const seen: { value?: T; error?: { code?: string } & Error; isOver: boolean } = { isOver: false };
  promise.then(
    (value) => Object.assign(seen, { value, isOver: true }),
    (error: unknown) => Object.assign(seen, { error, isOver: true }),
  );
  return seen;
}
