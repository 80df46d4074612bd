/** What has to be there: the ids below each supervisor as they are declared, by those who declare them. */
import type { SupervisorSpec } from 'coppice';
import type { Declared } from './books/balance.js';

interface Known {
  /** undefined: two have changed it at the same time, or a change has failed halfway. */
  ids: readonly string[] | undefined;
  changes: number;
  open: number;
}

export class Declarations implements Declared {
  readonly #known = new Map<string, Known>();

  constructor(root: SupervisorSpec) {
    this.#take(root, root.id);
  }

  get paths(): readonly string[] {
    return Array.from(this.#known.keys());
  }

  of(path: string): readonly string[] | undefined {
    return this.#known.get(path)?.ids;
  }

  /** While it is being changed nobody can say. @param change - gives the ids after it; undefined: those of before */
  async whileChanging(path: string, change: () => Promise<readonly string[] | undefined>): Promise<void> {
    const known = this.#known.get(path)!;
    const { ids } = known;
    const number = ++known.changes;
    const isAlone = known.open++ === 0;
    known.ids = undefined;
    try {
      const changed = (await change()) ?? ids;
      if (isAlone && number === known.changes) known.ids = changed;
    } finally {
      known.open--;
    }
  }

  #take({ children }: SupervisorSpec, path: string): void {
    // Whoever is temporary goes.
    const ids = children.filter(({ restart }) => restart !== 'temporary').map(({ id }) => id);
    this.#known.set(path, { ids, changes: 0, open: 0 });
    for (const child of children) if (child.kind === 'supervisor') this.#take(child, `${path}/${child.id}`);
  }
}
