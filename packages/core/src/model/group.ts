/**
 * Those that a strategy stops together with a child while that one is not up again yet: its delay is not over,
 * or its start has failed. They wait for it; if it then goes another way (it is parked, paused, terminated, or
 * started by itself), they come back without it. Under OTP's rules alone nobody waits: they are just down.
 */
import { begin } from './begin.js';
import { missing } from './bonds.js';
import type { Child } from './child.js';
import type { Scope } from './strategy.js';
import type { Supervisor } from './supervisor.js';
import { holdBack } from './transitions.js';

/** Will it be started again by itself, together with its group? */
export const leadsGroup = ({ status, isPresent, recovery }: Child): boolean =>
  isPresent && (status === 'backing-off' || status === 'restarting') && recovery?.isAlone !== true;

/** All of the scope that are down wait for the one that leads. */
export function holdGroup(s: Supervisor, leader: Child, { first, last, only }: Scope): void {
  // Those of a group that is on its way back already wait.
  if (s.policy.strategy === 'one-for-one' || (isPlain(leader) && !only)) return;
  const other = s.groupWaitsFor;
  // Of two, the first one has the larger group.
  if (!other || !leadsGroup(other) || isBefore(leader, other)) s.groupWaitsFor = leader;
  for (let child: Child | undefined = first; child; child = child === last ? undefined : child.next) {
    const isDown = child !== leader && child.status === 'stopped' && child.incarnation > 0;
    if (isDown && (!only || only.has(child))) holdBack(s, child, leader, 'group');
  }
}

function isBefore(child: Child, other: Child): boolean {
  for (let next = child.next; next; next = next.next) if (next === other) return true;
  return false;
}

/** None of the policies beyond OTP's is there for it. */
const isPlain = ({ recovery, spec }: Child): boolean => recovery === undefined && spec.giveUp === 'escalate';

/** The one that led its group has gone another way: starts all that have nobody to wait for any more. */
export function releaseGroup(s: Supervisor): void {
  s.groupWaitsFor = undefined;
  const only = new Set<Child>();
  let first: Child | undefined;
  for (const child of s.children) {
    if (leadsGroup(child)) {
      // With rest-for-one those behind it wait for it, with one-for-all everybody does.
      s.groupWaitsFor = child;
      if (s.policy.strategy === 'one-for-all') return;
      break;
    }
    if (child.status !== 'waiting') continue;
    const isFree = !(child.bonds && missing(child));
    if (isFree && child.recovery?.paused) s.children.setStatus(child, 'paused');
    else only.add(child);
    if (isFree && child.status === 'waiting') first ??= child;
  }
  const last = [...only].at(-1);
  if (!first || !last) return;
  const scope = { first, last, only };
  begin(s, {
    kind: 'restart',
    failed: first,
    scope,
    starting: true,
    isAlone: false,
    delayMs: 0,
    to: undefined,
  });
}
