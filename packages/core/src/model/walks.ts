/**
 * Walks over a stretch of children: forwards to start them, backwards to stop them. The walk stands at the
 * cursor while it waits for a child.
 */
import { missing } from './bonds.js';
import { type Child, isAlive } from './child.js';
import { isUpAtOnce, launch, launchUp } from './launch.js';
import { stopWeight } from './stop-budget.js';
import type { Scope } from './strategy.js';
import type { Supervisor } from './supervisor.js';
import { holdBack, retire } from './transitions.js';

/** What is left of a walk over children that are not waited for one by one has to wait for its turn. */
function goOnLater(s: Supervisor): true {
  if (s.unfinished !== s.operation) {
    s.unfinished = s.operation;
    s.effects.push({ type: 'go-on' });
  }
  return true;
}

/** Starts the next child of the scope, or in parallel all that can be; false if there is none left. */
export function startNext(s: Supervisor, scope: Scope): boolean {
  let started = 0;
  while (s.cursor !== scope.last) {
    const child = s.cursor === undefined ? scope.first : s.cursor.next;
    if (child === undefined) break;
    if (started === s.slice) return goOnLater(s);
    s.cursor = child;
    if (!takesPart(s, scope.only, child)) continue;
    launch(s, child);
    if (s.policy.startOrder !== 'parallel') return true;
    started++;
  }
  return s.awaited > 0;
}

/** Starts this child and no other; false when that is done. */
export function startOne(s: Supervisor, child: Child): boolean {
  const isDue = s.cursor !== child;
  s.cursor = child;
  if (isDue && takesPart(s, undefined, child)) {
    if (isUpAtOnce(s, child)) launchUp(s, child);
    else launch(s, child);
  }
  return s.awaited > 0;
}

/** One has come up in the middle of a parallel start: those that waited for it alone can start. */
export function startWaiting(s: Supervisor, up: Child): void {
  if (s.stopReason !== undefined) return;
  const { operation } = s;
  const scope = operation?.kind === 'boot' || operation?.kind === 'restart' ? operation.scope : undefined;
  for (const child of up.bonds?.from ?? []) {
    if (child.status === 'waiting' && scope && takesPart(s, scope.only, child)) launch(s, child);
  }
}

/** Is it to be started now? One that cannot be is left in the state that says why. */
function takesPart(s: Supervisor, only: Scope['only'], child: Child): boolean {
  if (only !== undefined && !isStartedWith(s, only, child)) return false;
  // While a boot waits, those that it has not come to yet may go.
  if (!child.isPresent || child.status === 'parked' || isAlive(child.status)) return false;
  // It starts each of them once; whoever was started by hand while it waited is none of its business.
  if (s.operation?.kind === 'boot' && child.incarnation > 0) return false;
  // Those that the boot has not come to yet are left to it.
  if (s.heldBoot && isLeftToBoot(s, child)) return false;
  if (child.recovery?.paused && !isWanted(s, child)) {
    s.children.setStatus(child, 'paused');
    return false;
  }
  const other = child.bonds && missing(child);
  if (!other) return true;
  holdBack(s, child, other);
  return false;
}

const isLeftToBoot = ({ operation }: Supervisor, child: Child): boolean =>
  child.incarnation === 0 &&
  child.status === 'stopped' &&
  operation?.kind === 'restart' &&
  operation.failed !== child;

/** Is it this very child that is to be started, and not others with which it would be? */
const isWanted = ({ operation }: Supervisor, child: Child): boolean =>
  operation?.kind === 'start-child' || (operation?.kind === 'restart' && operation.failed === child);

/** Of those that are bound to the one that failed, only those that wait for it come back with it. */
function isStartedWith(s: Supervisor, only: ReadonlySet<Child>, child: Child): boolean {
  return isWanted(s, child) || (only.has(child) && child.status === 'waiting');
}

/** Stops the next child of the scope, from its last to its first; false if there is none left. */
export function stopNext(s: Supervisor, { first, last, only }: Scope): boolean {
  while (s.cursor !== first) {
    const child = s.cursor === undefined ? last : s.cursor.previous;
    if (child === undefined) return false;
    s.cursor = child;
    if ((only && !only.has(child)) || staysDown(s, child)) continue;
    // Looking through what is declared below takes time; without a deadline nothing is shared out.
    const used = s.deadlineAt === undefined ? 0 : stopWeight(s, child);
    retire(s, child);
    s.budgetLeftMs -= used;
    return true;
  }
  return false;
}

/** One that has given up, or is paused and down, keeps its state when others are restarted. */
function staysDown({ operation }: Supervisor, child: Child): boolean {
  // It is down, and what it waits for it has still to wait for.
  if (operation?.kind === 'release' && operation.child === child) return true;
  if (child.status !== 'parked' && child.status !== 'paused') return false;
  if (operation?.kind === 'restart') return operation.failed !== child;
  return (
    operation?.kind === 'release' || (operation?.kind === 'terminate-child' && operation.child !== child)
  );
}

/** Stops all children at once, the last one first; false if there is none left. */
export function retireAll(s: Supervisor): boolean {
  let child = s.cursor === undefined ? s.children.last : s.cursor.previous;
  for (let left = s.slice; child; child = child.previous, left--) {
    if (left === 0) return goOnLater(s);
    s.cursor = child;
    // One may have gone between two slices; its own links lead on.
    if (child.isPresent) retire(s, child);
  }
  return s.awaited > 0;
}
