/** Faults after which the process is not kept, whoever they belong to. */
import { isCoppiceError } from '@coppice/core';
import type { Fault } from './fault.js';
import { countFrames, filesOf } from './own-frames.js';

/** Node is broken, or the machine is at its end: restarting one child helps against neither. */
const CODES = new Set(['ERR_INTERNAL_ASSERTION', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** So many causes are looked at; a chain may be a circle. */
const DEPTH = 8;

/** Why a fault cannot be contained, if it cannot. Never throws, whatever was thrown. */
export function denied(error: unknown): Fault['why'] {
  try {
    if (causes(error).some(isDenied)) return 'denied';
    return error instanceof Error && isOfSupervisors(error) ? 'supervisor' : undefined;
  } catch {
    // A proxy or a getter that throws when it is looked at: user's code, and so its child's.
    return undefined;
  }
}

function causes(error: unknown): object[] {
  const chain: object[] = [];
  for (let at = error; typeof at === 'object' && at !== null && chain.length < DEPTH; ) {
    chain.push(at);
    at = (at as { cause?: unknown }).cause;
  }
  return chain;
}

function isDenied(error: object): boolean {
  const { code, stack } = error as { code?: unknown; stack?: unknown };
  if (typeof code !== 'string') return false;
  if (CODES.has(code)) return true;
  // Node's own checks of itself; a user's `assert` has the user's frame on top.
  return code === 'ERR_ASSERTION' && filesOf(stack)[0]?.startsWith('node:') === true;
}

/** A bug of ours. What we throw on purpose is thrown at users, and is theirs to handle. */
function isOfSupervisors(error: Error): boolean {
  if (isCoppiceError(error)) return false;
  const { own, foreign } = countFrames(error.stack);
  if (own === 0) return false;
  return foreign === 0 || isStackOverflow(error);
}

function isStackOverflow(error: Error): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack size exceeded');
}
