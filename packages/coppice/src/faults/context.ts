/** The async context that the code of children runs in. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type FaultOwner, type FaultScope, faultOwnerOf } from '@coppice/core';
import { hasContextFrame } from './context-frame.js';
import type { Fault } from './fault.js';

type Context = AsyncLocalStorage<FaultOwner | undefined>;

const NAME = 'coppice.fault-context';
const SLOT = Symbol.for(NAME);

/**
 * One for the whole process, also if this package is loaded twice: before Node 24 each of them costs as much
 * as the first. What it stores is the owner itself.
 */
function context(): Context {
  const slots = globalThis as { [SLOT]?: Context };
  return (slots[SLOT] ??= new AsyncLocalStorage());
}

/** Runs the code of each incarnation in an async context of its own. */
export function contextScope(): FaultScope {
  const storage = context();
  return {
    run: (owner, code) => storage.run(owner, code),
    outside: (code) => storage.run(undefined, code),
  };
}

/**
 * Whose code runs, for a debugger that has stopped it and can only ask in words: an expression that gives path
 * and incarnation, or undefined.
 */
export const CURRENT_OWNER = `(() => {
  const owner = globalThis[Symbol.for('${NAME}')]?.getStore();
  return owner && { path: owner.path, incarnation: owner.incarnation };
})()`;

/** Runs code of ours that must not count as a child's, though a fault of one led to it. */
export function outsideOfChildren<T>(code: () => T): T {
  return context().run(undefined, code);
}

/**
 * For a fault that the process survives. Where context is a frame, a throw leaves it in place: whatever has no
 * context of its own next, such as a socket that is accepted, would get that of the child that threw.
 * Elsewhere nothing is left behind, and this would take their owner from the further ticks of an interval.
 */
export function leaveContext(): void {
  if (hasContextFrame()) context().enterWith(undefined);
}

/**
 * Whose a fault is. The tag beats the context: it was put on by whoever threw, while the context may be that
 * of somebody who only called (an emitter's), or came too late (a microtask on Node 20).
 */
export function attribute(error: unknown): Pick<Fault, 'owner' | 'attribution'> {
  const tagged = faultOwnerOf(error);
  if (tagged) return { owner: tagged, attribution: 'tag' };
  const owner = context().getStore();
  return owner ? { owner, attribution: 'context' } : { owner: undefined, attribution: 'none' };
}
