/** What chaos does next: decided by chance alone, so that the same seed gives the same. */
import type { Random } from '@coppice/core';

/** What can be done to a child: see `ChaosOptions.faults`. */
export type ChaosKind = 'crash' | 'hang' | 'stall';

/** How likely each kind is, against the others. */
export type ChaosMix = Readonly<Partial<Record<ChaosKind, number>>>;

export const CHAOS_KINDS: readonly ChaosKind[] = ['crash', 'hang', 'stall'];

/** As much of a child as chaos has to know. */
export interface Target {
  /** Would anybody notice that it stalls? */
  readonly canStall: boolean;
}

/** How long until the next fault, in milliseconds: faults come at random, as phone calls do (exponential gaps). */
export function gapMs(random: Random, perMinute: number): number {
  return Math.max(1, Math.round((-Math.log(1 - random()) * 60_000) / perMinute));
}

/** Whom the next fault hits, and what it is; undefined: there is nobody whom it could hit. */
export function nextFault<T extends Target>(
  random: Random,
  targets: readonly T[],
  mix: ChaosMix,
): { readonly kind: ChaosKind; readonly target: T } | undefined {
  const kind = kindOf(random(), mix);
  const possible = kind === 'stall' ? targets.filter(({ canStall }) => canStall) : targets;
  const target = possible[Math.floor(random() * possible.length)];
  return target && { kind, target };
}

function kindOf(chance: number, mix: ChaosMix): ChaosKind {
  const weights = CHAOS_KINDS.map((kind) => mix[kind] ?? 0);
  let left = chance * weights.reduce((sum, weight) => sum + weight, 0);
  const at = weights.findIndex((weight) => (left -= weight) < 0);
  return CHAOS_KINDS[at] ?? 'crash';
}
