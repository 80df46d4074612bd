/** The state's own book-keeping, counted anew: links, counters, and who is waited for. */
import type { Child } from '../../../src/model/child.js';
import { isAlive } from '../../../src/model/child.js';
import { isSupervisorKind } from '../../../src/model/policy.js';
import type { Supervisor } from '../../../src/model/supervisor.js';
import { Violation } from './violation.js';

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
    if (child.awaited && !isAlive(child.status)) throw new Violation(`'${child.id}' is down and waited for`);
    const mayHaveTimer = ['stopping', 'killing', 'restarting'].includes(child.status);
    if (child.hasTimer && !mayHaveTimer)
      throw new Violation(`'${child.id}' has a timer while ${child.status}`);
    previous = child;
  }
  same('last child', children.last, previous);
  same('size', children.size, size);
  same('active', children.active, active);
  same('supervisors', children.supervisors, supervisors);
  same('significant', children.significant, significant);
  same('awaited', s.awaited, awaited);
}

function same(what: string, got: unknown, expected: unknown): void {
  if (got !== expected)
    throw new Violation(`'${what}' is off: it says ${show(got)}, a recount ${show(expected)}`);
}

const show = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value as Child).id : String(value);
