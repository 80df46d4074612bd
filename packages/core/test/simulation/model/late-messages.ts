/** Messages from incarnations that are long gone: a supervisor must not even blink. */
import { SHUTDOWN } from '../../../src/model/exit-reason.js';
import type { Message } from '../../../src/model/message.js';
import { step } from '../../../src/model/step.js';
import type { Supervisor } from '../../../src/model/supervisor.js';
import { BOOM, type Life } from './life.js';
import { Violation } from './judge/violation.js';
import type { World } from './world.js';

const KEPT = 12;

export class LateMessages {
  readonly #gone: Life[] = [];

  remember(life: Life): void {
    this.#gone.push(life);
    if (this.#gone.length > KEPT) this.#gone.shift();
  }

  deliver(world: World, at: number): void {
    const life = this.#gone[at % this.#gone.length];
    // What it has really said has to have arrived first; until then it is not late.
    if (!life || life.node.oracle.believesAlive(life.child, life.incarnation)) return;
    const { state } = life.node;
    const message = lateMessage(life, at);
    // A timer of this very incarnation cannot be late: it was cleared, or has fired.
    if (message.type === 'timer' && life.child.incarnation === life.incarnation && life.child.hasTimer)
      return;
    const before = picture(state);
    world.steps++;
    world.tell?.(life.node, message);
    const effects = step(state, message, world.now);
    const after = picture(state);
    if (effects.length > 0)
      throw new Violation(`a late '${message.type}' has the effect '${effects[0]!.type}'`);
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      if (before[i] !== after[i])
        throw new Violation(`a late '${message.type}' of '${life.child.id}' changes the state`);
    }
  }
}

function lateMessage({ child, incarnation }: Life, at: number): Message {
  const types = ['exited', 'started', 'start-failed', 'ignored', 'ending', 'timer'] as const;
  const type = types[at % types.length]!;
  if (type === 'exited' || type === 'ending') return { type, child, incarnation, reason: SHUTDOWN };
  if (type === 'start-failed') return { type, child, incarnation, error: BOOM };
  return { type, child, incarnation };
}

/** All that a message could change. */
function picture(state: Supervisor): unknown[] {
  const { phase, operation, awaited, cursor, stopReason, killing, mailbox, children } = state;
  const all: unknown[] = [
    phase,
    operation,
    awaited,
    cursor,
    stopReason,
    killing,
    mailbox.size,
    children.size,
  ];
  for (const child of children) {
    const { status, incarnation, lastExit, hasTimer, asked, startedAt } = child;
    all.push(child, status, incarnation, lastExit, hasTimer, child.awaited, asked, startedAt);
    if (child.recovery) all.push(...Object.values(child.recovery));
  }
  return all;
}
