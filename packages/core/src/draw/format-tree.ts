/** A tree as text, for terminals, logs and docs. */
import type { SupervisorSnapshot } from '../engine/snapshot.js';
import { A_SNAPSHOT, checkOptions, reading } from '../spec/checks.js';
import { type Point, factsOf, idOf, lookOf } from './facts.js';
import { belowOf, checkCount, rootOf } from './points.js';
import { ascii as toAscii, cut, visible } from './visible.js';

/** How a tree is drawn as text. */
export interface FormatTreeOptions {
  /** So many characters in a line at most; what is too long is cut, and says so. Default: 100. */
  readonly width?: number | undefined;
  /** With ASCII characters alone. Default: false. */
  readonly ascii?: boolean | undefined;
  /**
   * So many children of one supervisor at most, first those that are not simply up; the others are counted in a last
   * line. Default: 20.
   */
  readonly maxChildren?: number | undefined;
}

interface Style {
  readonly branch: string;
  readonly last: string;
  readonly pass: string;
  readonly more: string;
  readonly up: string;
  readonly between: string;
  readonly trouble: string;
  readonly down: string;
}

const UNICODE: Style = {
  branch: '├─ ',
  last: '└─ ',
  pass: '│  ',
  more: '…',
  up: '●',
  between: '◐',
  trouble: '✖',
  down: '○',
};
const ASCII: Style = {
  branch: '|- ',
  last: '`- ',
  pass: '|  ',
  more: '...',
  up: '*',
  between: '~',
  trouble: '!',
  down: 'o',
};

/** A line: what stands at its left, and what is said in the second column; null: nothing is. */
type Line = readonly [left: string, right: string | null];

/** The second column begins here at the latest. */
const LEFT_MOST = 40;

/**
 * A tree as text, one line for each child: how it is, for how long, how often it was started again, how it ended
 * last, and how much of a limit is used.
 *
 * @param snapshot - of a whole tree, or of a part of it; also one that has been through JSON
 * @returns lines without an end of line after the last one
 * @throws CoppiceError `COPPICE_INVALID_ARGUMENT` for no snapshot, a width below 20, or a `maxChildren` below 0
 *
 * @example
 * ```ts
 * console.log(formatTree(tree.snapshot()));
 * // ● shop      rest-for-one, running, 1 of 3 restarts within 5 s used
 * // ├─ ● db     service, up 1.2 s, 1 restart, last: Connection terminated unexpectedly
 * // └─ ● feeds  dynamic, up 1.2 s
 * //    └─ … 100,000 more running
 * ```
 */
export function formatTree(snapshot: SupervisorSnapshot, options: FormatTreeOptions = {}): string {
  return reading('formatTree', A_SNAPSHOT, snapshot, () => drawn(snapshot, options));
}

function drawn(snapshot: SupervisorSnapshot, options: FormatTreeOptions): string {
  const keys = ['width', 'ascii', 'maxChildren'] as const;
  const { width = 100, ascii = false, maxChildren = 20 } = checkOptions('formatTree', options, keys);
  checkCount('formatTree', 'width', width, 20);
  checkCount('formatTree', 'maxChildren', maxChildren, 0);
  const style = ascii ? ASCII : UNICODE;
  const clean = (text: string): string => (ascii ? toAscii(visible(text)) : visible(text));
  const lines: Line[] = [];

  const draw = (point: Point, lead: string, below: string): void => {
    lines.push([`${lead}${style[lookOf(point)]} ${clean(idOf(point))}`, clean(factsOf(point).join(', '))]);
    const { shown, folded } = belowOf(point, maxChildren);
    shown.forEach((child, at) => {
      const isLast = at === shown.length - 1 && !folded;
      draw(child, below + (isLast ? style.last : style.branch), below + (isLast ? '   ' : style.pass));
    });
    if (folded) lines.push([`${below}${style.last}${style.more} ${folded.words}`, null]);
  };
  draw(rootOf(snapshot), '', '');

  const lefts = lines.filter(([, right]) => right !== null).map(([left]) => Array.from(left).length);
  const column = Math.min(LEFT_MOST, Math.max(...lefts));
  return lines
    .map(([left, right]) => {
      if (right === null) return cut(left, width, style.more);
      const gap = ' '.repeat(Math.max(0, column - Array.from(left).length));
      return cut(`${left}${gap}  ${right}`, width, style.more);
    })
    .join('\n');
}
