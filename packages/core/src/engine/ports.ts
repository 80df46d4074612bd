/**
 * What the user puts in place of the clock, of chance and of the log is called in the middle of everything. So it is called
 * through guards: nothing that it throws comes out, and what it answers makes sense. Each way to misbehave is told once.
 *
 * What is promised of a broken one: the tree goes on, and can be stopped. See docs/decisions/0010-broken-ports.md.
 */
import { messageOf } from '../model/errors.js';
import { show } from '../spec/checks.js';
import type { Random } from './random.js';

/** Told that `what` of a port misbehaves, how, and what follows from it; it tells so once for each `what`. */
export type PortTrouble = (port: string, what: string, how: string, consequence: string) => void;

/** What was thrown, for the message. */
export const hasThrown = (error: unknown): string => `has thrown: ${messageOf(error)}`;

/** Chance that is a number from 0 to below 1 whatever is said; where it is not, it is the platform's. */
export function guardedRandom(random: Random, trouble: PortTrouble): Random {
  const wrong = (how: string): number => {
    trouble(
      'random',
      'it',
      how,
      'it has to give numbers from 0 to below 1; in its place Math.random is asked',
    );
    return Math.random();
  };
  return () => {
    try {
      const said: unknown = random();
      return typeof said === 'number' && said >= 0 && said < 1 ? said : wrong(`has said ${show(said)}`);
    } catch (error) {
      return wrong(hasThrown(error));
    }
  };
}
