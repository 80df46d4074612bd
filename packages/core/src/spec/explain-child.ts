/** What a declaration means for a child under its supervisor, row by row. */
import { type ChildPolicy, KILL_GRACE_MS, isSupervisorKind } from '../model/policy.js';
import { stopBudgetMs } from '../model/stop-budget.js';
import type { AnySupervisor, Row } from './explain.js';
import { whatFollows } from './root-of-process.js';
import type { SupervisorSpec } from './types.js';
import { growthOf, hangSentence, tripSentence } from './explain-delays.js';
import { count, delayRange, exact, names } from './explain-words.js';
import { type CountedIn, countedIn, delaysOf, hangsOf } from './limits.js';

/** A declaration together with what its supervisor says. */
interface Facts {
  readonly spec: ChildPolicy & { readonly classify?: unknown };
  readonly above: AnySupervisor | undefined;
  /** How its supervisor is called. */
  readonly supervisor: string;
  readonly limit: CountedIn | undefined;
  readonly isSupervisor: boolean;
}

export function childRows(spec: ChildPolicy, above: AnySupervisor | undefined): Row[] {
  const facts: Facts = {
    spec,
    above,
    supervisor: above ? `'${above.id}'` : 'its supervisor',
    limit: countedIn(spec, above),
    isSupervisor: isSupervisorKind(spec.kind),
  };
  if (facts.isSupervisor && !above && !hasPolicies(spec)) return [['stop', ...stop(facts)]];
  const rows: Row[] = [
    ['restarts', ...restarts(facts)],
    ['limit', ...limit(facts)],
    ['errors', ...errors(facts)],
    ['gives up', ...givesUp(facts)],
    ['together', ...together(facts)],
    ['boot', ...boot(facts)],
    ['start', ...start(facts)],
    ['watchdog', ...watchdog(facts)],
    ['stop', ...stop(facts)],
  ];
  return rows.filter((row) => row.length > 1);
}

/** Does a supervisor say how it is to be dealt with by the one above it? If not it may well be the root. */
const hasPolicies = ({ restart, giveUp, boot, backoff, startTimeoutMs, bindsTo }: ChildPolicy): boolean =>
  restart !== 'permanent' ||
  giveUp !== 'escalate' ||
  boot !== 'fail' ||
  (backoff ?? startTimeoutMs ?? bindsTo) !== undefined;

function restarts({ spec, above, supervisor, isSupervisor }: Facts): string[] {
  if (spec.restart === 'temporary') return ['It is never started again.'];
  const delays = delaysOf(spec, above);
  const isPermanent = spec.restart === 'permanent';
  // A supervisor with a giveUp of its own is not lost when it has given up.
  const exception = isSupervisor && spec.giveUp !== 'escalate' ? ' (unless it has given up, see below)' : '';
  const when = isPermanent ? `However it ends${exception},` : 'If it crashes';
  const then = delays ? `${delayRange(delays, 1)} later` : 'at once';
  const transient = isSupervisor
    ? `If it ends by itself${spec.giveUp === 'escalate' ? ', or gives up,' : ''} it stays down.`
    : 'If it ends normally, or with a Shutdown, it stays down.';
  return [
    `${when} it is started again ${then}.`,
    ...(delays ? growthOf(delays) : []),
    ...(isPermanent ? [] : [transient]),
    ...(delays && !spec.backoff ? [`(These delays are the childBackoff of ${supervisor}.)`] : []),
    ...(spec.backoff || above ? [] : ['(Or after the childBackoff of its supervisor.)']),
  ];
}

function limit({ spec, above, supervisor, limit: counted, isSupervisor }: Facts): string[] {
  if (spec.restart === 'temporary') return [];
  const what = isSupervisor ? 'Each restart of it counts' : 'Its restarts count';
  if (!counted) return [`${what} in the limit of its supervisor.`];
  const { maxRestarts, withinMs, owner } = counted;
  const isOwn = owner === 'child';
  if (maxRestarts === Infinity) return ['None: it is started again as often as it takes.'];
  if (givesUpAtOnce(spec)) {
    return [
      `Its own is that of its children. Only if it ends in another way than by giving up, that counts as a restart in ` +
        `the limit of ${supervisor}.`,
    ];
  }
  const restartsWithin = `${count(maxRestarts, 'restart')} within ${exact(withinMs)}`;
  return [
    isOwn
      ? `${restartsWithin}, its own: they do not count in the limit of ${supervisor}.`
      : `${restartsWithin}, the limit of ${supervisor}, which all its children without one of their own share.`,
    ` ${tripSentence(counted, delaysOf(spec, above))}`,
  ];
}

/** A supervisor with a giveUp of its own: that is for when it has given up, and for the first start that fails. */
const givesUpAtOnce = (spec: ChildPolicy): boolean =>
  isSupervisorKind(spec.kind) && spec.giveUp !== 'escalate';

function errors({ spec: { classify } }: Facts): string[] {
  if (classify === undefined) return [];
  return [
    'Its classify looks at each error: what it calls transient is tried again as above; at a permanent one it ' +
      'gives up at once; a fatal one ends the whole tree.',
  ];
}

function givesUp(facts: Facts): string[] {
  const { spec, above, supervisor, limit: counted, isSupervisor } = facts;
  if (spec.restart === 'temporary') return [];
  const isEndless = counted?.maxRestarts === Infinity;
  const escalation = `${supervisor} gives up with it: it stops all its children in reverse order and ends, and ${whatFollows(above)}.`;
  const own = sentence(facts, escalation);
  if (isSupervisor) {
    if (spec.giveUp === 'escalate') return spec.restart === 'transient' ? [] : [shared(facts)];
    return [`When it has given up on its children, or cannot be started again: ${own}`];
  }
  if (counted?.owner === 'child') return isEndless && spec.classify === undefined ? [] : [capital(own)];
  if (spec.classify !== undefined && spec.giveUp !== 'escalate')
    return [`At a permanent error: ${own}`, ` At the limit: ${shared(facts)}`];
  return [shared(facts)];
}

/** What it means if the limit of all is used up. */
function shared({ above, supervisor, limit: counted }: Facts): string {
  if (counted?.maxRestarts === Infinity) return 'Never, as long as it only fails.';
  return capital(
    `${supervisor} gives up: it stops all its children in reverse order and ends, and ${whatFollows(above)}.`,
  );
}

function sentence({ spec, above }: Facts, escalation: string): string {
  const { giveUp, reviveAfterMs } = spec;
  const delays = delaysOf(spec, above);
  switch (giveUp) {
    case 'escalate':
      return escalation;
    case 'park':
      return (
        'it is parked: it stays down, for all to see, and the others run on. It is started again ' +
        (reviveAfterMs === undefined
          ? 'when somebody does it (restartNow).'
          : `after ${exact(reviveAfterMs)}, or when somebody does it (restartNow), and then has a clean sheet.`)
      );
    case 'keep-trying':
      return delays
        ? `it keeps trying: it is started again ${delayRange({ ...delays, minMs: delays.maxMs }, 1)} after each failure, for ever, ` +
            `until it has run for ${exact(delays.resetAfterMs)}.`
        : 'it keeps trying.';
    case 'remove':
      return 'it is gone, as one that has ended, and the others run on.';
    case 'exit':
      return 'the whole tree ends with its error.';
  }
}

function together({ spec, above }: Facts): string[] {
  const said: string[] = [];
  const bindsTo = spec.bindsTo ?? [];
  if (bindsTo.length > 0) {
    const one = bindsTo.length === 1;
    said.push(
      `It is bound to ${names(bindsTo)}: it starts after ${one ? 'that' : 'them'}, and when ${one ? 'that' : 'one of them'} goes ` +
        `down it is stopped, waits, and comes back with it. That does not count.`,
    );
  }
  if (above?.kind !== 'supervisor') return said;
  return [...said, ...takesAlong(spec, above), ...takenAlong(spec, above)];
}

const idsOf = (children: readonly ChildPolicy[]): string => names(children.map(({ id }) => id));

const isTemporary = ({ restart }: ChildPolicy): boolean => restart === 'temporary';

/** Who goes down with it. */
function takesAlong(spec: ChildPolicy, above: SupervisorSpec): string[] {
  const others = fallWith(spec, above);
  if (others.length === 0) return [];
  if (isTemporary(spec)) return [`With it go down those bound to it: ${idsOf(others)}.`];
  const back = others.filter((other) => !isTemporary(other));
  const gone = others.filter(isTemporary);
  const stopMs = others.reduce((sum, other) => sum + stopBudgetMs(other), 0);
  const delayed = delaysOf(spec, above) ? ', and started after its delay' : '';
  return [
    ...(back.length === 0
      ? []
      : [
          `When it fails, ${idsOf(back)} ${back.length === 1 ? 'is' : 'are'} restarted with it: stopped at once, in reverse order${delayed}.`,
        ]),
    ...(gone.length === 0
      ? []
      : [`When it fails, ${idsOf(gone)}, being temporary, ${gone.length === 1 ? 'ends' : 'end'} for good.`]),
    ...(stopMs === 0
      ? []
      : [
          `${stopMs === Infinity ? 'How long their stop takes' : `Their stop, which may take ${exact(stopMs)},`} is not in the times above.`,
        ]),
  ];
}

/** With whom it is restarted because of the strategy. */
function takenAlong(spec: ChildPolicy, above: SupervisorSpec): string[] {
  if (above.strategy === 'one-for-one') return [];
  const siblings: readonly ChildPolicy[] = above.children;
  const at = siblings.findIndex(({ id }) => id === spec.id);
  const causes = siblings.filter(
    (other, index) =>
      other.id !== spec.id && !isTemporary(other) && (above.strategy === 'one-for-all' || index < at),
  );
  const what = isTemporary(spec) ? 'It ends for good' : 'It is restarted';
  return causes.length === 0
    ? []
    : [
        `${what} when ${causes.length === 1 ? '' : 'one of '}${idsOf(causes)} fails, which does not count for it.`,
      ];
}

/** The siblings that go down when it fails: by the strategy of its supervisor, and because they are bound to one of these. */
function fallWith(spec: ChildPolicy, above: SupervisorSpec): ChildPolicy[] {
  const siblings: readonly ChildPolicy[] = above.children;
  const at = siblings.findIndex(({ id }) => id === spec.id);
  const isRestarted = spec.restart !== 'temporary';
  const from =
    !isRestarted || above.strategy === 'one-for-one' || at < 0
      ? siblings.length
      : above.strategy === 'one-for-all'
        ? 0
        : at + 1;
  const fallen = new Set<string>([spec.id, ...siblings.slice(from).map(({ id }) => id)]);
  // They are in start order: whom one is bound to comes before it.
  for (const { id, bindsTo = [] } of siblings) if (bindsTo.some((other) => fallen.has(other))) fallen.add(id);
  return siblings.filter(({ id }) => id !== spec.id && fallen.has(id));
}

function boot({ spec, above, supervisor, limit: counted }: Facts): string[] {
  if (above?.kind === 'dynamic-supervisor')
    return ['If its first start fails, startChild is rejected, and nothing of it is kept.'];
  const isOwn = counted?.owner === 'child';
  // Without a limit there is nothing to be said of counting.
  const counting = !isOwn
    ? ' Until it has been up once its attempts are not counted.'
    : counted.maxRestarts === Infinity
      ? ''
      : ' These attempts count in its own limit.';
  switch (spec.boot) {
    case 'fail':
      return [`If its first start fails, so does the start of ${supervisor}.`];
    case 'retry':
      return [
        `If its first start fails, ${supervisor} waits and tries again, with the delays above.${counting}`,
      ];
    case 'degraded':
      return [
        `If its first start fails, ${supervisor} comes up without it, and goes on trying, with the delays above.${counting}`,
      ];
  }
}

function start({ spec, above, limit: counted, isSupervisor }: Facts): string[] {
  const { startTimeoutMs, awaitReady } = spec;
  const hang = hangsOf(spec).find(({ what }) => what === 'start');
  const isUp = isSupervisor
    ? 'all its children are'
    : spec.kind === 'service'
      ? `start has resolved${awaitReady ? ' and ready() was called' : ''}`
      : awaitReady
        ? 'ready() was called'
        : 'run was called';
  if (startTimeoutMs === undefined || !hang)
    return awaitReady ? [`It is up when ${isUp}, however long that takes.`] : [];
  return [
    `It is up when ${isUp}. If that takes longer than ${exact(startTimeoutMs)}, the start has failed.`,
    ...(spec.restart === 'temporary' || givesUpAtOnce(spec)
      ? []
      : hangSentence(counted, delaysOf(spec, above), hang)),
  ];
}

function watchdog({ spec, above, limit: counted }: Facts): string[] {
  const delays = delaysOf(spec, above);
  return hangsOf(spec).flatMap((hang) => {
    if (hang.what === 'start') return [];
    const rule =
      hang.what === 'stale'
        ? `If it does not call heartbeat() for ${exact(hang.limitMs)} (and has not said that it is idle), it counts as crashed.`
        : `If it has not ended after ${exact(hang.limitMs)}, it counts as crashed.`;
    return [` ${rule}`, ...hangSentence(counted, delays, hang)];
  });
}

function stop({ spec, supervisor, isSupervisor }: Facts): string[] {
  const { shutdownMs, onStuck, kill } = spec;
  const budgetMs = stopBudgetMs(spec);
  if (isSupervisor) {
    const how =
      spec.kind === 'supervisor'
        ? 'what its children take, one after the other'
        : 'its children stop all at once';
    const then = shutdownMs === Infinity ? '' : ' Then all that is left is killed or abandoned.';
    if (budgetMs === 0) return ['There is nothing in it that takes time to stop.'];
    if (budgetMs === Infinity) return [`Its stop takes as long as its children take.`];
    return [`Its stop takes ${exact(budgetMs)} at most${shutdownMs === Infinity ? ` (${how})` : ''}.${then}`];
  }
  if (shutdownMs === Infinity) return ['Its stop is waited for, however long it takes.'];
  const killed = kill === undefined ? '' : `its kill is called, and it has ${exact(KILL_GRACE_MS)} more; `;
  const stuck = {
    abandon: 'it is abandoned: fenced off, and named in the report of the stop.',
    wait: `${supervisor} waits for it without limit, so that two never overlap.`,
    exit: 'the whole tree ends.',
  }[onStuck];
  const given = shutdownMs === 0 ? 'It has no time to stop' : `It has ${exact(shutdownMs)} to stop`;
  return [`${given}; then ${killed}${kill === undefined ? '' : 'after that '}${stuck}`];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
