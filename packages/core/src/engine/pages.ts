/** The children of a supervisor piece by piece: as an iterator, and in pages for those who ask from far away. */
import type { Child } from '../model/child.js';
import { coppiceError } from '../model/errors.js';
import type { Supervisor } from '../model/supervisor.js';
import { checkOptions, show } from '../spec/checks.js';
import type { ChildInfo } from '../spec/dynamic-types.js';
import { infoOf } from './snapshot.js';
import type { SupervisorProcess } from './supervisor-process.js';

/** Which children to show. */
export interface PageOptions {
  /** Those after this place: the `next` of the page before, or the id of a child. Default: from the first. */
  readonly after?: string | undefined;
  /** So many at most, a whole number, 1 or more. Default: 100. */
  readonly limit?: number | undefined;
}

/** Some children in start order, as JSON data. */
export interface ChildPage {
  /** At most `limit` of them. */
  readonly children: readonly ChildInfo[];
  /** Where the next page begins; null: there are no more now. */
  readonly next: string | null;
}

/** Takes each child as it is when it comes to it. Nothing is copied; what comes later is shown, what goes is not. */
export function* infosOf(process: SupervisorProcess): IterableIterator<ChildInfo> {
  for (const child of process.state.children.live()) yield infoOf(process, child);
}

export function pageOf(process: SupervisorProcess, options: PageOptions): ChildPage {
  const { after, limit = 100 } = checkOptions('childPage', options, ['after', 'limit']);
  if (!Number.isSafeInteger(limit) || limit < 1) throw invalid('limit: a whole number, 1 or more', limit);
  const children: ChildInfo[] = [];
  let child = after === undefined ? process.state.children.first : resume(process.state, after);
  let last: Child | undefined;
  for (; child && children.length < limit; child = child.next) {
    children.push(infoOf(process, child));
    last = child;
  }
  return { children, next: last && child ? placeBetween(last, child) : null };
}

/**
 * A place between two children is written down as some of those before it and some of those after it. Any of them that
 * is still there marks it, since new children come at the end. So nothing has to be kept for one who may never come
 * back, but for a number for each mark, so that a later child with the same id is not taken for it.
 */
const MARKS = 8;

const numbers = new WeakMap<Child, number>();
let count = 0;

/** Ids with numbers, joined by the `/` that no id has. */
function marksOf(first: Child, step: 'previous' | 'next'): string {
  const marks: (string | number)[] = [];
  for (let at: Child | undefined = first; at && marks.length < 2 * MARKS; at = at[step]) {
    const number = numbers.get(at) ?? ++count;
    numbers.set(at, number);
    marks.push(at.id, number);
  }
  return marks.join('/');
}

const placeBetween = (last: Child, first: Child): string =>
  `${marksOf(last, 'previous')}//${marksOf(first, 'next')}`;

/** The first child after a place, or after a child. */
function resume({ children, path }: Supervisor, after: unknown): Child | undefined {
  if (typeof after !== 'string') throw invalid('after: the next of a page, or the id of a child', after);
  const marked = (marks: string): Child | undefined => {
    const parts = marks.split('/');
    for (let i = 0; i < parts.length; i += 2) {
      const child = children.get(parts[i] as string);
      if (child && (parts.length === 1 || numbers.get(child) === Number(parts[i + 1]))) return child;
    }
    return undefined;
  };
  const [before = '', behind = ''] = after.split('//');
  const last = marked(before);
  if (last) return last.next;
  const first = marked(behind);
  if (first) return first;
  throw coppiceError('COPPICE_PAGE_LOST', { path, after: before.split('/')[0] });
}

const invalid = (expected: string, got: unknown): Error =>
  coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'childPage', expected, got: show(got) });
