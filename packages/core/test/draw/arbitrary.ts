/** Snapshots of any shape, with the ids that nobody hopes for. */
import type { ChildSnapshot, ChildStatus, SupervisorSnapshot } from '@coppice/core';
import fc from 'fast-check';

const NASTY = [
  '"',
  '\\',
  '\\"',
  '";}',
  '\n',
  '\r\n  n1 --> n0',
  '<b>&amp;</b>',
  '&quot;',
  '#quot;',
  '#35;',
  '`x`',
  'end',
  'style a:#fff;',
  'classDef up fill:#000;',
  '%%{init: {}}%%',
  '1. one',
  '- one',
  ']:::down',
  '\\N',
  '\u001b[31m',
  '\u202eabc',
  '\ud800',
  '漢字 🌲',
  '__proto__',
  '$&',
];

const id: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' ')),
);

const statuses: readonly ChildStatus[] = [
  'starting',
  'running',
  'stopping',
  'killing',
  'exited',
  'restarting',
  'backing-off',
  'waiting',
  'paused',
  'parked',
  'stopped',
];

const budget = fc.record({
  used: fc.nat(3),
  max: fc.option(fc.nat(9)),
  withinMs: fc.integer({ min: 1, max: 1e6 }),
});

const child = (below: fc.Arbitrary<SupervisorSnapshot | null>): fc.Arbitrary<ChildSnapshot> =>
  fc
    .record({
      id,
      status: fc.constantFrom(...statuses),
      incarnation: fc.nat(5),
      said: id,
      startedAt: fc.option(fc.nat(1_000)),
      nextStartAt: fc.option(fc.nat(100_000)),
      budget: fc.option(budget),
      isPaused: fc.boolean(),
      bindsTo: fc.array(id, { maxLength: 2 }),
      supervisor: below,
    })
    .map(({ said, isPaused, ...given }) => ({
      ...given,
      path: `root/${given.id}`,
      kind: given.supervisor ? ('supervisor' as const) : ('task' as const),
      restart: 'permanent' as const,
      significant: false,
      required: true,
      shutdownMs: 5_000,
      lastExit: { kind: 'crash' as const, error: { name: 'Error', message: said } },
      failures: 0,
      giveUp: 'escalate' as const,
      paused: isPaused ? { at: 7, reason: said, by: said } : null,
      abandoned: [],
    }));

export const snapshot = (depth = 3): fc.Arbitrary<SupervisorSnapshot> =>
  fc
    .record({
      id,
      budget,
      children: fc.array(child(depth > 0 ? fc.option(snapshot(depth - 1), { freq: 2 }) : fc.constant(null)), {
        maxLength: 4,
      }),
    })
    .map((given) => ({
      ...given,
      path: given.id,
      kind: 'supervisor' as const,
      phase: 'running' as const,
      strategy: 'one-for-one' as const,
      autoShutdown: 'never' as const,
      counts: { specs: 0, active: 0, supervisors: 0, workers: 0 },
      statuses: statusesOf(given.children),
      at: 5_000,
      abandoned: [],
    }));

/** How many children are at which status. */
function statusesOf(children: readonly ChildSnapshot[]): SupervisorSnapshot['statuses'] {
  const counts: Partial<Record<ChildStatus, number>> = {};
  for (const { status } of children) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** How many points a snapshot has, itself included. */
export const sizeOf = ({ children }: SupervisorSnapshot): number =>
  children.reduce((sum, { supervisor }) => sum + (supervisor ? sizeOf(supervisor) : 1), 1);

/** Pairs of a child and a sibling that it is bound to. */
export const bondsOf = ({ children }: SupervisorSnapshot): number => {
  const ids = new Set(children.map((one) => one.id));
  return children.reduce(
    (sum, { bindsTo, supervisor }) =>
      sum + bindsTo.filter((other) => ids.has(other)).length + (supervisor ? bondsOf(supervisor) : 0),
    0,
  );
};
