/** Paths as they are told in metrics: a bounded number of them, however many children come and go. */
import type { SupervisorSnapshot } from '../engine/snapshot.js';

/** Where there are too many paths, all others are told together. */
const OVERFLOW = '*';

export class Labels {
  readonly #max: number;
  readonly #known = new Set<string>();
  /** The labels of dynamic supervisors: their children are told together. */
  readonly #dynamic = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * The path of a child, or of a supervisor; of children of dynamic supervisors `shop/sessions/*`. One label always
   * stays what it is: what was known is told on when there are too many.
   */
  of(path: string): string {
    const label = this.#template(path);
    if (this.#known.has(label)) return label;
    if (this.#known.size >= this.#max) return OVERFLOW;
    this.#known.add(label);
    return label;
  }

  /** The supervisor at this path has children that come and go. */
  noteDynamic(path: string): void {
    this.#dynamic.add(this.of(path));
  }

  /** Finds the dynamic supervisors of a tree. */
  noteAll({ kind, path, children }: SupervisorSnapshot): void {
    if (kind === 'dynamic-supervisor') this.noteDynamic(path);
    for (const { supervisor } of children) if (supervisor) this.noteAll(supervisor);
  }

  /** Does the label stand for many children? */
  isShared(label: string): boolean {
    return label.endsWith('*');
  }

  #template(path: string): string {
    if (this.#dynamic.size === 0) return path;
    const [root = '', ...ids] = path.split('/');
    let label = root;
    for (const id of ids) label += this.#dynamic.has(label) ? '/*' : `/${id}`;
    return label;
  }
}
