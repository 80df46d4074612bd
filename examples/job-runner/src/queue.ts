/**
 * The queue: all jobs that are not done yet, in memory and in a file. The file has those that are under way as well, so
 * whatever becomes of this program, no job is lost; one that was under way when it was killed is done again. What was
 * tried in vain is kept beside them, with the reason.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Job } from './job.js';

export interface DeadJob {
  readonly job: Job;
  readonly error: string;
}

/** The file. */
export interface QueueContents {
  readonly jobs: readonly Job[];
  readonly dead: readonly DeadJob[];
}

export interface QueueOptions {
  readonly file: string;
  /** Is it over when all is done, or are there jobs to come? */
  readonly endWhenEmpty: boolean;
  /** Called if the file cannot be written. */
  readonly failed: (error: unknown) => void;
}

export class Queue {
  readonly #options: QueueOptions;
  /** In the order in which they are to be done. */
  readonly #waiting: Job[] = [];
  readonly #underWay = new Set<Job>();
  readonly #dead: DeadJob[] = [];
  /** Those who wait for a job, the first one first. */
  readonly #takers = new Set<(job: Job | undefined) => void>();
  #writing: Promise<void> | undefined = undefined;
  #isChanged = false;

  private constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Reads the file, if there is one. */
  static async open(options: QueueOptions): Promise<Queue> {
    const queue = new Queue(options);
    const { jobs, dead } = await read(options.file);
    for (const job of jobs) queue.#insert(job);
    queue.#dead.push(...dead);
    return queue;
  }

  get contents(): QueueContents {
    return { jobs: [...this.#underWay, ...this.#waiting], dead: this.#dead };
  }

  add(job: Job): void {
    this.#insert(job);
    this.#changed();
  }

  /** The next job, as soon as there is one; it is under way then. Undefined if the signal is aborted, or all is done. */
  next(signal: AbortSignal): Promise<Job | undefined> {
    return new Promise((resolve) => {
      const give = (job: Job | undefined): void => {
        this.#takers.delete(give);
        signal.removeEventListener('abort', stop);
        resolve(job);
      };
      const stop = (): void => give(undefined);
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      this.#takers.add(give);
      this.#handOut();
    });
  }

  /** It is done. */
  done(job: Job): void {
    this.#underWay.delete(job);
    this.#changed();
  }

  /** It was tried in vain. */
  bury(job: Job, { message }: Error): void {
    this.#dead.push({ job, error: message });
    this.done(job);
  }

  /** It is not done, and has to be tried again. */
  putBack(job: Job): void {
    this.#underWay.delete(job);
    this.add(job);
  }

  /** Resolves when the file says what is here. */
  async close(): Promise<void> {
    this.#changed();
    await this.#writing;
  }

  /** Behind all that are as urgent. */
  #insert(job: Job): void {
    const at = this.#waiting.findIndex(({ priority }) => priority < job.priority);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, job);
  }

  #handOut(): void {
    for (const give of this.#takers) {
      const job = this.#waiting.shift();
      const isOver = this.#options.endWhenEmpty && this.#underWay.size === 0;
      if (job) this.#underWay.add(job);
      else if (!isOver) return;
      give(job);
    }
  }

  #changed(): void {
    this.#handOut();
    this.#isChanged = true;
    this.#writing ??= this.#write();
  }

  /** Writes one after the other; what changes while it writes is in the next one. */
  async #write(): Promise<void> {
    const { file, failed } = this.#options;
    try {
      while (this.#isChanged) {
        this.#isChanged = false;
        // Beside it first: a file that was written by half would be no queue.
        await writeFile(`${file}.new`, `${JSON.stringify(this.contents, null, 1)}\n`);
        await rename(`${file}.new`, file);
      }
    } catch (error) {
      failed(error);
    } finally {
      this.#writing = undefined;
    }
  }
}

async function read(file: string): Promise<QueueContents> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as QueueContents;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { jobs: [], dead: [] };
    throw error;
  }
}
