/** Whether a declaration fits the supervisor that it is put under. */
import type { Backoff } from '../model/backoff.js';
import { coppiceError } from '../model/errors.js';
import { checkOwnLimit } from './limit-check.js';
import type { ChildSpec } from './types.js';

/** Whether a child fits its supervisor, of which it gets what it does not say itself. */
export function checkPlace(
  child: ChildSpec,
  above: { readonly kind?: unknown; readonly autoShutdown?: unknown; readonly childBackoff?: unknown },
  supervisor: string,
): void {
  const { kind, autoShutdown, childBackoff } = above;
  checkSignificant(child, autoShutdown, supervisor);
  if (child.giveUp === 'remove' && kind !== 'dynamic-supervisor') {
    throw coppiceError('COPPICE_BAD_COMBINATION', {
      problem: `giveUp 'remove' is for children that come and go, but '${supervisor}' is no dynamic supervisor`,
      cure: `say giveUp: 'park' to keep it, down and visible`,
      path: `${supervisor}/${child.id}`,
    });
  }
  if (child.backoff !== undefined) return;
  checkOwnLimit(child, childBackoff as Backoff | undefined, `${supervisor}/${child.id}`);
  if (childBackoff === undefined) checkNeedsNoDelays(child, `${supervisor}/${child.id}`);
}

/** Whoever is to be tried again and again needs delays, of its own or from its supervisor. */
function checkNeedsNoDelays({ giveUp, boot }: ChildSpec, path: string): void {
  const refuse = (problem: string): never => {
    const cure = 'give it a backoff, like { minMs: 100, maxMs: 30_000 }, or its supervisor a childBackoff';
    throw coppiceError('COPPICE_BAD_COMBINATION', { problem, cure, path });
  };
  if (giveUp === 'keep-trying') refuse(`giveUp 'keep-trying' needs the delays to keep trying with`);
  if (boot !== 'fail') refuse(`boot '${boot}' needs the delays to try again with`);
}

function checkSignificant(child: ChildSpec, autoShutdown: unknown, supervisor: string): void {
  if (!child.significant || autoShutdown !== 'never') return;
  throw coppiceError('COPPICE_BAD_COMBINATION', {
    problem: `a significant child has no meaning under a supervisor with autoShutdown 'never'`,
    cure: `give '${supervisor}' autoShutdown: 'any-significant' or 'all-significant', or leave significant out`,
    path: `${supervisor}/${child.id}`,
  });
}
