/**
 * Brings a mutant before its judges: each in the fresh process of `court-process.ts`, which is ended when a test file
 * takes far longer than it does without a mutant.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Stands for a test file: what is done while core is loaded. */
export const LOADING = 'loading';

/** What became of one test file. */
export interface Told {
  readonly file: string;
  readonly ms: number;
  /** The first test that failed. */
  readonly failure?: string;
  /** Without a mutant: which ones are come by. */
  readonly covers?: readonly string[];
}

export interface Case {
  readonly mutant?: string;
  readonly files: readonly string[];
  readonly seed: number;
}

const PROCESS = fileURLToPath(new URL('court-process.js', import.meta.url));
const PATIENCE_MS = 5_000;
/** This machine may be busy. */
const PATIENCE_FACTOR = 4;

/** What became of each file, up to the first that failed; and which one took too long, or ended the process. */
export function hear(
  given: Case,
  usualMs: (file: string) => number,
): Promise<{ told: Told[]; hung?: string; died?: string }> {
  return new Promise((resolve) => {
    const told: Told[] = [];
    let hung: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    const court = fork(PROCESS, [JSON.stringify(given)], { stdio: 'ignore' });
    const wait = (): void => {
      clearTimeout(timer);
      const file = given.files[told.length];
      if (file === undefined) return;
      timer = setTimeout(
        () => {
          hung = file;
          court.kill('SIGKILL');
        },
        PATIENCE_MS + PATIENCE_FACTOR * usualMs(file),
      );
    };
    wait();
    court.on('message', (message: Told) => {
      told.push(message);
      wait();
    });
    court.on('exit', () => {
      clearTimeout(timer);
      const isDone =
        told.length === given.files.length ||
        (given.mutant !== undefined && told.at(-1)?.failure !== undefined);
      if (hung !== undefined) resolve({ told, hung });
      else if (isDone) resolve({ told });
      else resolve({ told, died: given.files[told.length]! });
    });
  });
}
