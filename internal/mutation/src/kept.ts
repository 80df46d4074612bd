/**
 * What is known already, in a file beside the copy: a run that was interrupted goes on where it was, and a larger sample
 * of the same seed begins with the smaller one. It holds for one version of the sources and tests.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COPY } from './place.js';
import type { Verdict } from './report.js';

type Fate = Omit<Verdict, 'mutant'>;

export class Kept {
  readonly #file = join(COPY, '../verdicts.jsonl');
  readonly #fates: Map<string, Fate>;

  constructor(version: string) {
    const [key, ...lines] = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').trim().split('\n') : [];
    this.#fates = new Map(key === version ? lines.map((line) => JSON.parse(line) as [string, Fate]) : []);
    if (key !== version) writeFileSync(this.#file, `${version}\n`);
  }

  of(id: string): Fate | undefined {
    return this.#fates.get(id);
  }

  add({ mutant: { id }, ...fate }: Verdict): void {
    this.#fates.set(id, fate);
    appendFileSync(this.#file, `${JSON.stringify([id, fate])}\n`);
  }
}
