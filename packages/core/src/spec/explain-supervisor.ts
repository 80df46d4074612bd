/** What a declared supervisor means for its children, and each of them in one line. */
import { type Backoff, shortestDelayMs } from '../model/backoff.js';
import { type ChildPolicy, isSupervisorKind } from '../model/policy.js';
import type { AnySupervisor, Row } from './explain.js';
import { growthOf } from './explain-delays.js';
import { count, delayRange, exact, range, rough } from './explain-words.js';
import { whatFollows } from './root-of-process.js';
import { AT_ONCE, countedIn, delaysOf, outcomeOf } from './limits.js';

const STRATEGIES = {
  'one-for-one': 'One for one: who fails is restarted, and nobody else but those bound to it.',
  'one-for-all': 'One for all: when one fails, all are restarted.',
  'rest-for-one': 'Rest for one: who fails is restarted, and with it those declared after it.',
} as const;

/** So many children are listed. */
const MOST = 30;

/** @param isTop - is it not looked at as a child of another one? */
export function supervisorRows(spec: AnySupervisor, isTop: boolean): Row[] {
  const { maxRestarts, withinMs, childBackoff, autoShutdown } = spec;
  const limit =
    maxRestarts === Infinity
      ? 'They may be restarted as often as it takes.'
      : `They may be restarted ${count(maxRestarts, 'time')} within ${exact(withinMs)}, all together (those with a limit of ` +
        `their own aside). At one more it gives up: it stops them ${howStopped(spec)} and ends, and ${whatFollows(isTop ? spec : undefined)}.`;
  const delays = childBackoff
    ? [
        ` Those without a backoff of their own are started again after ${delayRange(childBackoff, 1)}.`,
        ...growthOf(childBackoff),
      ]
    : [];
  const most =
    spec.kind === 'dynamic-supervisor' && spec.maxChildren !== undefined
      ? [` There may be ${spec.maxChildren} of them.`]
      : [];
  const order =
    spec.kind === 'supervisor' && spec.startOrder === 'parallel'
      ? [' All that are not bound to others start at once.']
      : spec.kind === 'dynamic-supervisor' && spec.stopOrder === 'sequential'
        ? [' They are stopped one after the other, the last one first.']
        : [];
  const shutdown = {
    never: [],
    'any-significant': [' When a significant one has ended for good, it ends too.'],
    'all-significant': [' When all significant ones have ended for good, it ends too.'],
  }[autoShutdown];
  const children: readonly ChildPolicy[] = spec.kind === 'supervisor' ? spec.children : [spec.child];
  const shown = children.slice(0, MOST);
  const width = Math.min(24, Math.max(0, ...shown.map(({ id }) => id.length)));
  const list = shown.map((child) => `\t${`${child.id}:`.padEnd(width + 1)} ${inShort(child, spec)}`);
  if (shown.length < children.length) list.push(`\tand ${children.length - shown.length} more`);
  return [
    ['children', STRATEGIES[spec.strategy], ` ${limit}`, ...delays, ...most, ...order, ...shutdown],
    ...(list.length === 0 ? [] : [['who', ...list] as const]),
  ];
}

const howStopped = (spec: AnySupervisor): string =>
  spec.kind === 'dynamic-supervisor' && spec.stopOrder === 'parallel' ? 'all at once' : 'in reverse order';

const GIVE_UPS = {
  escalate: '',
  park: ', then is parked',
  'keep-trying': ', then keeps trying',
  remove: ', then is removed',
  exit: ', then the tree ends',
} as const;

/** When it is started again, and when it gives up. */
function inShort(child: ChildPolicy, above: AnySupervisor): string {
  if (child.restart === 'temporary') return 'never started again';
  const delays = delaysOf(child, above);
  const limit = countedIn(child, above);
  const again = delays ? `again after ${rangeOfAll(delays)}` : 'again at once';
  if (isSupervisorKind(child.kind) && child.giveUp !== 'escalate')
    return `${again}; if it gives up it ${GIVE_UPS[child.giveUp].slice(', then '.length)}`.replace(
      'it the',
      'the',
    );
  if (!limit || limit.maxRestarts === Infinity) return `${again}, as often as it takes`;
  const { trips, after } = outcomeOf(limit, delays, AT_ONCE);
  const isOwn = limit.owner === 'child';
  const whose = isOwn ? 'own limit' : 'shared limit';
  const then = isOwn ? GIVE_UPS[child.giveUp] : '';
  const at = after.maxMs === 0 ? 'in no time' : `after about ${rough((after.minMs + after.maxMs) / 2)}`;
  switch (trips) {
    case 'always':
      return `${again}; ${isOwn ? 'gives up' : 'uses up the shared limit'} ${at}${then}`;
    case 'chance':
      return `${again}; whether it uses up the ${whose} is left to chance${then}`;
    case 'never':
      return `${again}; never uses up the ${whose} by itself`;
  }
}

const rangeOfAll = (delays: Backoff): string =>
  range({ minMs: shortestDelayMs(delays, 1), maxMs: delays.factor > 1 ? delays.maxMs : delays.minMs });
