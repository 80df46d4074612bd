/** How a script ends: all that was asked for is done, and nothing is left that could go on for ever. */
import { SHUTDOWN } from '../../../src/model/exit-reason.js';
import type { Timer } from './alarms.js';
import { Violation } from './judge/violation.js';
import type { Life } from './life.js';
import type { World } from './world.js';

/** Far more than any script needs to come to rest. */
const MAX_MOVES = 5_000;
/** Those whose runs are limited fail for ever; after so many moves they have had their turns. */
const RESTLESS_MOVES = 400;

/**
 * Everything that was asked for is done, and all time that anybody waits for goes by. Before the end some may
 * never come to rest, since they fail again and again whatever they do: then false.
 */
export function comeToRest(world: World, until: 'rest' | 'end'): boolean {
  for (let moves = 0; moves < MAX_MOVES; moves++) {
    if (world.deliver(0)) continue;
    const busy = world.lives.find((life) => life.isBusy);
    if (busy) {
      if (busy.phase === 'starting') busy.up();
      else busy.over(SHUTDOWN);
      continue;
    }
    if (until === 'rest') {
      for (const life of world.lives) if (life.phase === 'up') life.beat(world.now);
      if (moves > RESTLESS_MOVES && someRunIsLimited(world)) return false;
    }
    // Those that are watched are looked at for ever.
    const isWatched = ({ node, child }: Timer): boolean =>
      child !== undefined && node.oracle.isWatched(child);
    if (world.alarms.every(isWatched) || !world.alarms.fireNext()) {
      // Nothing else happens any more: those who are stuck end after all.
      const stuck = world.lives.filter((life) => life.isStuck && life.phase === 'ending');
      if (stuck.length === 0) return true;
      const first = stuck.find((life) => !hasToBeGone(life));
      if (!first) throw new Violation(`'${stuck[0]!.child.id}' is still waited for`);
      first.over(SHUTDOWN);
    }
  }
  throw new Violation(`does not come to rest`);
}

const someRunIsLimited = ({ nodes }: World): boolean =>
  nodes.some(({ state }) => Array.from(state.children).some(({ spec }) => spec.maxRunMs !== undefined));

/** One that is stuck: has its supervisor been told to wait for it no longer? It may still wait for others. */
function hasToBeGone({ node, child }: Life): boolean {
  const { isKilling, isStopping } = node.oracle;
  return isKilling || (child.spec.onStuck === 'exit' && isStopping);
}
