/** The expectations of a recorder as matchers, for any runner whose `expect` can be extended as Jest's can. */
import { type Happening, wantedOf } from './happening.js';
import { reading } from './checked.js';
import { EventRecorder, wantedIn } from './recorder.js';
import { type Deviation, deviationFromAll, deviationFromOrder } from './story.js';

/** A test tree, or its recorder. */
export type Recorded = EventRecorder | { readonly events: EventRecorder };

/** What a matcher says. */
export interface MatcherResult {
  /** Is it so? */
  readonly pass: boolean;
  /** What to say if it should not be. */
  readonly message: () => string;
}

const recorderOf = (recorded: Recorded): EventRecorder =>
  reading('a matcher', 'the first argument', 'a test tree, or its recorder', recorded, () => {
    const recorder = 'events' in recorded ? recorded.events : recorded;
    if (recorder instanceof EventRecorder) return recorder;
    throw new TypeError('no recorder');
  });

function resultOf(recorder: EventRecorder, deviation: Deviation, claim: string): MatcherResult {
  const unexpected = `Not expected, but so it was: ${claim}.\n\nWhat has happened:\n${recorder.text}`;
  return { pass: deviation === undefined, message: () => deviation ?? unexpected };
}

/**
 * The matchers: `toHaveHappened`, `toHaveHappenedInOrder` and `toHaveHappenedExactly`.
 *
 * @example
 * ```ts
 * import { matchers } from '@coppice/testing';
 * expect.extend(matchers);
 * ```
 */
export const matchers = {
  /** It has happened, at any time. Of a test tree it refuses a misspelt child, with `not` as well. */
  toHaveHappened(recorded: Recorded, happening: Happening): MatcherResult {
    const recorder = recorderOf(recorded);
    const wanted = wantedIn(recorder, happening);
    return resultOf(recorder, deviationFromOrder(recorder.all, [wanted]), `'${wanted.says}' has happened`);
  },
  /** As `expectOrder` of a recorder. */
  toHaveHappenedInOrder(recorded: Recorded, ...happenings: readonly Happening[]): MatcherResult {
    const recorder = recorderOf(recorded);
    const deviation = deviationFromOrder(recorder.all, happenings.map(wantedOf));
    return resultOf(recorder, deviation, 'all of it has happened in this order');
  },
  /** As `expectExactly` of a recorder. */
  toHaveHappenedExactly(recorded: Recorded, ...happenings: readonly Happening[]): MatcherResult {
    const recorder = recorderOf(recorded);
    const deviation = deviationFromAll(recorder.all, happenings.map(wantedOf));
    return resultOf(recorder, deviation, 'just this has happened');
  },
};
