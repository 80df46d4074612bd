/** Watches the processes of a run from outside: none may stay dead and unburied, none may be left by its parents. */
import type { Findings } from './findings.js';
import { type ProcessInfo, processesOf } from './processes.js';

/** Whoever is blocked on purpose cannot bury its dead at once. */
const PATIENCE_MS = 6_000;

export class ProcessWatch {
  readonly #root: number;
  readonly #mark: string;
  readonly #findings: Findings;
  /** Since when something is odd, by what it is. */
  readonly #since = new Map<string, number>();
  /** At most so many at a time, the application included. */
  most = 0;
  readonly #seen = new Set<number>();

  constructor(root: number, mark: string, findings: Findings) {
    this.#root = root;
    this.#mark = mark;
    this.#findings = findings;
  }

  /** How many different ones there were. */
  get count(): number {
    return this.#seen.size;
  }

  look(now = performance.now()): void {
    const { family, strays } = processesOf(this.#root, this.#mark);
    this.most = Math.max(this.most, family.length);
    for (const { pid } of [...family, ...strays]) this.#seen.add(pid);
    const odd = [
      ...family.filter(({ state }) => state === 'Z').map((info) => ['zombies', info] as const),
      ...strays.map((info) => ['orphans', info] as const),
    ];
    const names = new Set<string>();
    for (const [check, info] of odd) {
      const name = `${check} ${tell(info)}`;
      names.add(name);
      const since = this.#since.get(name) ?? now;
      this.#since.set(name, since);
      if (now - since > PATIENCE_MS)
        this.#findings.add(check, `${tell(info)} for ${Math.round(now - since)} ms`);
    }
    for (const name of this.#since.keys()) if (!names.has(name)) this.#since.delete(name);
  }

  /** After the end nothing may be left; and what is, is not left any longer. */
  endWhatIsLeft(): void {
    const { family, strays } = processesOf(this.#root, this.#mark);
    for (const info of [...family, ...strays]) {
      this.#findings.add('left behind', `a process: ${tell(info)}`);
      end(info);
    }
  }
}

function end({ pid }: ProcessInfo): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended
  }
}

const tell = ({ pid, name, state, parent }: ProcessInfo): string =>
  `${pid} (${name}, ${state}, below ${parent})`;
