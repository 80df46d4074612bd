/** The events, one by one: to whom they belong, and who judges them. */
import type { EventBody } from '../../../../src/model/event.js';
import type { Account } from './account.js';
import { onAutoShutdown } from './ending.js';
import { checkEvent } from './event-story.js';
import type { Fact } from './fact.js';
import { onEscalation, onGivesUp, park } from './giving-up.js';
import { remove } from './members.js';
import { onBackingOff, onRestarting } from './restarting.js';
import { Violation } from './violation.js';
import { onPaused, onWaiting } from './waiting.js';
import { finish } from './walk-end.js';

export function onEvent(a: Account, event: EventBody): void {
  if ('incarnation' in event) {
    const fact = event.type === 'child:starting' ? starter(a, event.id) : a.member(event.id);
    if (!fact) throw new Violation(`'${event.type}' of '${event.id}', which is no child`);
    aboutChild(a, fact, event);
    checkEvent(fact, event);
    if (event.type === 'child:removed') remove(a, fact);
    return;
  }
  if (event.type === 'supervisor:gave-up') {
    onEscalation(a, a.member(event.offender.id));
  } else if (event.type === 'supervisor:auto-shutdown') {
    onAutoShutdown(a);
  } else if (event.type === 'supervisor:stopping') {
    if (!a.isStopping) throw new Violation(`it stops, but nobody asked for it`);
    if (a.deadlineAt !== undefined) a.deadlineMs = Math.max(0, a.deadlineAt - a.now);
    a.walk = undefined;
    a.hasBegunToEnd = true;
  }
}

function aboutChild(a: Account, fact: Fact, event: Extract<EventBody, { incarnation: number }>): void {
  switch (event.type) {
    case 'child:restarting':
      return onRestarting(a, fact, event);
    case 'child:backing-off':
      return onBackingOff(a, fact, event);
    case 'child:gave-up':
      return onGivesUp(a, fact, event);
    case 'child:waiting':
      return onWaiting(a, fact, event.waitsFor);
    case 'child:starting':
      fact.startCause = event.because;
      fact.startsWith = event.with;
      return;
    case 'child:stopping':
      fact.stopCause = event.because;
      fact.stopsWith = event.with;
      return;
    case 'child:paused':
      return onPaused(a, fact);
    case 'child:resumed':
      if (!a.commands.has(fact.id, 'resume') || !fact.isPaused)
        throw new Violation(`'${fact.id}' is resumed, but nobody asked for it`);
      finish(a);
      fact.isPaused = false;
      if (fact.rest === 'parked') park(a, fact);
      return;
    default:
  }
}

/** Who starts may be new: another child that had the same id may have gone in this very step. */
function starter(a: Account, id: string): Fact | undefined {
  const child = a.node.state.children.get(id);
  return child && a.factOf(child);
}
