/** The state's own book-keeping, counted anew: links, counters, bonds, and who is waited for. */
import type { Child } from '../../../../src/model/child.js';
import { isAlive } from '../../../../src/model/child.js';
import { isSupervisorKind } from '../../../../src/model/policy.js';
import type { Supervisor } from '../../../../src/model/supervisor.js';
import { Violation } from './violation.js';

const MAY_HAVE_TIMER = [
  'starting',
  'running',
  'stopping',
  'killing',
  'exited',
  'restarting',
  'backing-off',
  'parked',
];

export function checkStructure(s: Supervisor): void {
  const { children } = s;
  let active = 0;
  let supervisors = 0;
  let significant = 0;
  let awaited = 0;
  let size = 0;
  let previous: Child | undefined;
  for (let child = children.first; child; child = child.next) {
    size++;
    if (size > children.size) throw new Violation(`the list of children is longer than their map, or a ring`);
    if (child.previous !== previous) throw new Violation(`'${child.id}' does not know the one before it`);
    if (!children.has(child)) throw new Violation(`'${child.id}' is in the list, but not in the map`);
    if (isAlive(child.status)) active++;
    if (isSupervisorKind(child.spec.kind)) supervisors++;
    if (child.spec.significant && child.status !== 'stopped') significant++;
    if (child.awaited) awaited++;
    // A boot waits for the next attempt of a child that it cannot do without.
    if (child.awaited && !isAlive(child.status) && child.status !== 'backing-off')
      throw new Violation(`'${child.id}' is down and waited for`);
    if (child.hasTimer && !MAY_HAVE_TIMER.includes(child.status))
      throw new Violation(`'${child.id}' has a timer while ${child.status}`);
    if (child.bonds || child.spec.bindsTo) checkBonds(s, child);
    previous = child;
  }
  same('last child', children.last, previous);
  same('size', children.size, size);
  same('active', children.active, active);
  same('supervisors', children.supervisors, supervisors);
  same('significant', children.significant, significant);
  same('awaited', s.awaited, awaited);
}

/** Each knows those that it is bound to, and those know it; all of them are there, in start order. */
function checkBonds({ children }: Supervisor, child: Child): void {
  const { to, from } = child.bonds ?? { to: [], from: [] };
  const ids = child.spec.bindsTo ?? [];
  if (to.map(({ id }) => id).join() !== ids.join())
    throw new Violation(
      `'${child.id}' is bound to ${ids.join()}, but knows ${to.map(({ id }) => id).join()}`,
    );
  for (const other of [...to, ...from]) {
    if (children.get(other.id) !== other)
      throw new Violation(`'${child.id}' is tied to '${other.id}', which is no sibling`);
    const back = (to.includes(other) ? other.bonds?.from : other.bonds?.to)?.filter((each) => each === child);
    if (back?.length !== 1)
      throw new Violation(`'${other.id}' does not know that it is tied to '${child.id}'`);
  }
}

function same(what: string, got: unknown, expected: unknown): void {
  if (got !== expected)
    throw new Violation(`'${what}' is off: it says ${show(got)}, a recount ${show(expected)}`);
}

const show = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value as Child).id : String(value);
