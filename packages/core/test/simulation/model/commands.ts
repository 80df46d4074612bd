/** The commands that a script gives, to supervisors and children that are there, and to some that are not. */
import type { ChildStatus } from '../../../src/model/child.js';
import type { Command } from '../../../src/model/message.js';
import type { Node } from './node.js';
import { childPolicy, groundsOf, templateOf } from './policies.js';
import type { ChildPlan } from './script.js';
import type { World } from './world.js';

/** What only reconcile asks for; it has tests of its own. */
type OfReconcile = 'reconfigure' | 'replace-child' | 'settle-bonds';
export type ScriptedCommand = Exclude<Command['kind'], OfReconcile> | 'start-known';

const IDS = 'abcdefgh';
const MAX_TICKS = 6;
const ABOUT_TO_START: readonly ChildStatus[] = ['parked', 'backing-off', 'restarting'];

/** `number`: who asks; `at` chooses whom, and of which supervisor. */
export function command(world: World, kind: ScriptedCommand, at: number, number: number): void {
  const node = world.nodes[(at >> 2) % world.nodes.length]!;
  const { plan, state } = node;
  const members = Array.from(state.children);
  const member = members[at % Math.max(1, members.length)];
  const to = { number };
  // Pauses are most dangerous for those that are about to be started.
  const planned = kind === 'pause' ? members.filter(({ status }) => ABOUT_TO_START.includes(status)) : [];
  const chosen = planned[at % Math.max(1, planned.length)] ?? member;
  const id = chosen && at < 14 ? chosen.id : IDS[at % IDS.length]!;
  switch (kind) {
    case 'start-child':
    case 'start-known': {
      const newId = kind === 'start-known' ? id : IDS[at % IDS.length]!;
      const { extras } = world;
      const added = state.dynamic ? templateOf(plan) : extras[at % extras.length]!;
      const spec = childPolicy(added, newId, plan, state.dynamic ? [] : grounds(node, added, newId));
      return node.handle({
        type: 'command',
        command: { kind: 'start-child', id: newId, spec, args: [], to },
      });
    }
    case 'pause':
    case 'resume':
      node.handle({ type: 'command', command: { kind, id, reason: undefined, by: `${at}`, to } });
      // Its next start may be due before its pause could be seen to.
      for (let i = 0; i < MAX_TICKS && at % 3 === 0 && chosen && world.timerOf(chosen); i++)
        world.alarms.fireNext();
      return;
    default:
      return node.handle({ type: 'command', command: { kind, id, to } });
  }
}

/** The siblings that a new child is bound to: those who are there now; before it is its turn they may be gone. */
function grounds({ state }: Node, added: ChildPlan, newId: string): string[] {
  const siblings = Array.from(state.children, ({ id, spec }) => ({ id, restart: spec.restart }));
  return groundsOf(added, siblings).filter((id) => id !== newId);
}
