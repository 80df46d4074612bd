/** Who can come to be in a tree: what is said of anybody else never happens. */
import type { ChildSnapshot, ChildSpec, SupervisionEvent, SupervisorSnapshot } from '@coppice/core';
import { closest } from '@coppice/core/kit';

/** A name that nobody has or can get. */
export interface Unknown {
  /** It, without the number of an incarnation. */
  readonly who: string;
  /** The nearest that there is. */
  readonly near: string | undefined;
  /** All that there are, in words. */
  readonly expected: string;
}

interface Known {
  readonly paths: Set<string>;
  /**
   * Below these others come and go that nobody can know beforehand: dynamic supervisors, and trees that run elsewhere.
   * True: whole trees.
   */
  readonly open: Map<string, boolean>;
}

/** So many names are listed. */
const MANY = 30;

export class Names {
  readonly #spec: ChildSpec;
  readonly #seen = new Set<string>();

  constructor(spec: ChildSpec) {
    this.#spec = spec;
  }

  /** Who has been there is known from then on, whatever becomes of it. */
  readonly see = ({ path }: SupervisionEvent): void => {
    this.#seen.add(path);
  };

  /** @param who - the end of a path, perhaps with the number of an incarnation. Undefined: it is, was, or can come */
  unknown(who: string, snapshot: SupervisorSnapshot): Unknown | undefined {
    const known: Known = { paths: new Set(), open: new Map() };
    declared(this.#spec, this.#spec.id, known);
    living(snapshot, known);
    for (const path of this.#seen) known.paths.add(path);
    const plain = who.replace(/#\d+$/, '');
    if (who === '*' || plain === '*') return undefined;
    const paths = [...known.paths];
    const isThere = paths.some((path) => endsWith(path, who) || endsWith(path, plain));
    if (isThere || [...known.open].some(([path, isDeep]) => isDeep || mayBeBelow(path, plain)))
      return undefined;
    const depth = plain.split('/').length;
    const near = closest(
      plain,
      paths.map((path) => path.split('/').slice(-depth).join('/')),
    );
    const listed = paths.filter((path) => path.includes('/'));
    const more = listed.length > MANY ? ` and ${listed.length - MANY} more` : '';
    return {
      who: plain,
      near,
      expected: listed.length === 0 ? 'none' : `${listed.slice(0, MANY).join(', ')}${more}`,
    };
  }
}

function declared(spec: ChildSpec, path: string, known: Known): void {
  known.paths.add(path);
  if (spec.kind === 'dynamic-supervisor')
    known.open.set(path, /supervisor/.test((spec.child as ChildSpec).kind));
  if (spec.kind === 'supervisor')
    for (const child of spec.children) declared(child, `${path}/${child.id}`, known);
}

/** Children are added to a tree that runs, and what runs elsewhere is shown in it. */
function living({ path, kind, children }: SupervisorSnapshot, known: Known): void {
  known.paths.add(path);
  if (kind === 'dynamic-supervisor' && !known.open.has(path)) known.open.set(path, true);
  for (const child of children) {
    known.paths.add(child.path);
    if (runsElsewhere(child)) known.open.set(child.path, true);
    if (child.supervisor) living(child.supervisor, known);
  }
}

const runsElsewhere = ({ kind, supervisor }: ChildSnapshot): boolean =>
  supervisor !== null && (kind === 'service' || kind === 'task');

/** Any name may come directly below; more of a path has to lead there. */
function mayBeBelow(open: string, who: string): boolean {
  const end = who.lastIndexOf('/');
  return end < 0 || endsWith(open, who.slice(0, end));
}

const endsWith = (path: string, end: string): boolean => path === end || path.endsWith(`/${end}`);
