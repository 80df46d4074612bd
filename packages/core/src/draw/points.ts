/** Which points of a tree a drawing shows, and what it folds: of very many siblings those that need a look. */
import type { ChildSnapshot, SupervisorSnapshot } from '../engine/snapshot.js';
import { coppiceError } from '../model/errors.js';
import { show } from '../spec/checks.js';
import type { Point } from './facts.js';

/** What is below a supervisor, in start order, as far as it is shown. */
export interface Below {
  readonly shown: readonly Point[];
  /** Those that are not; nothing if all are shown. */
  readonly folded: Folded | undefined;
}

interface Folded {
  /** `99,990 more running`, `12 more: 10 running, 2 parked`. */
  readonly words: string;
  /** Are all of them up? */
  readonly isUp: boolean;
}

export const rootOf = (snapshot: SupervisorSnapshot): Point => ({
  child: null,
  below: snapshot,
  at: snapshot.at,
});

export function belowOf({ below }: Point, maxChildren: number): Below {
  if (!below) return { shown: [], folded: undefined };
  const shown = choose(below.children, maxChildren);
  // Not from the children: those of a dynamic supervisor may only be counted in a snapshot.
  const left = new Map(Object.entries(below.statuses));
  for (const { status } of shown) left.set(status, (left.get(status) ?? 0) - 1);
  const words = Array.from(left, ([status, n]) => [n, status] as const).filter(([n]) => n > 0);
  return {
    shown: shown.map((child) => ({ child, below: child.supervisor, at: below.at })),
    folded:
      words.length === 0
        ? undefined
        : {
            words: inWords(words, shown.length > 0 ? ' more' : ''),
            isUp: words.every(([, status]) => status === 'running'),
          },
  };
}

/** In their order: first come those that are not simply up, then those that are, until there is no room. */
function choose(children: readonly ChildSnapshot[], most: number): readonly ChildSnapshot[] {
  if (children.length <= most) return children;
  const odd = children.filter((child) => !isCalm(child)).slice(0, most);
  let room = most - odd.length;
  const isOdd = new Set(odd);
  return children.filter((child) => isOdd.has(child) || (isCalm(child) && room-- > 0));
}

/** Is it up, with all that is below it? */
function isCalm({ status, paused, abandoned, supervisor }: ChildSnapshot): boolean {
  if (status !== 'running' || paused || abandoned.length > 0) return false;
  return !supervisor || supervisor.children.every(isCalm);
}

function inWords(left: readonly (readonly [n: number, status: string])[], more: string): string {
  const words = left.map(([n, status]) => `${number(n)} ${status}`);
  const [only] = left;
  if (only && left.length === 1) return `${number(only[0])}${more} ${only[1]}`;
  return `${number(left.reduce((sum, [n]) => sum + n, 0))}${more}: ${words.join(', ')}`;
}

const number = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** A whole number from `least` on, or the caller is told. */
export function checkCount(call: string, name: string, value: number, least: number): void {
  if (value === Infinity || (Number.isInteger(value) && value >= least)) return;
  throw coppiceError('COPPICE_INVALID_ARGUMENT', {
    call,
    expected: `${name} to be a whole number from ${least} on, or Infinity`,
    got: show(value),
  });
}
