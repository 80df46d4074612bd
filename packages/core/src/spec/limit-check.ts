/** Refuses a limit that its own delays keep from ever being reached. */
import type { Backoff } from '../model/backoff.js';
import { coppiceError } from '../model/errors.js';
import type { ChildPolicy } from '../model/policy.js';
import { shortestDelayMs } from '../model/backoff.js';
import { exact, literal, nth, sum } from './explain-words.js';
import { AT_ONCE, countedIn, outcomeOf } from './limits.js';

/**
 * A child with a limit of its own has to be able to reach it, if every run of it fails at once.
 *
 * @param delays - its own, or those that its supervisor gives it
 * @throws SpecError `COPPICE_LIMIT_NEVER_TRIPS`, with the arithmetic
 */
export function checkOwnLimit(spec: ChildPolicy, delays: Backoff | undefined, path: string): void {
  const limit = countedIn(spec, undefined);
  if (!limit || !delays || limit.maxRestarts === Infinity) return;
  const { maxRestarts, withinMs } = limit;
  const { trips, after } = outcomeOf(limit, delays, AT_ONCE);
  if (trips !== 'never') return;
  const terms = sum(maxRestarts, (failures) => shortestDelayMs(delays, failures));
  const whose = spec.backoff === undefined ? `the childBackoff of its supervisor` : 'its backoff';
  const forEver = spec.giveUp === 'escalate' ? '' : ', without giveUp,';
  throw coppiceError('COPPICE_LIMIT_NEVER_TRIPS', {
    problem:
      `its limit of ${maxRestarts} restarts within ${exact(withinMs)} can never trip: even if every run fails at once, ` +
      `${whose} puts ${terms} = ${exact(after.minMs)} at least between its first failure and its ` +
      `${nth(maxRestarts + 1)}`,
    cure:
      `make withinMs at least ${literal(after.maxMs)}, which is what these delays can take, and more for what the runs ` +
      `take; or allow fewer restarts; or say maxRestarts: Infinity${forEver} if it is never to give up`,
    path,
  });
}
