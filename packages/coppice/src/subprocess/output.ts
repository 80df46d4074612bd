/**
 * The output of a process as log lines of its child. A chunk is read when the lines of the one before it are
 * dealt with, so a slow `onLine` slows the process down (its pipe is full) and nothing piles up here.
 */
import type { Readable } from 'node:stream';
import type { Logger } from '@coppice/core';
import { LineSplitter } from './lines.js';
import { within } from './within.js';

export type OutputStream = 'stdout' | 'stderr';

export interface OutputOptions {
  readonly log: Logger | undefined;
  readonly logsStdout: boolean;
  readonly maxLineLength: number;
  readonly onLine: ((line: string, stream: OutputStream) => unknown) | undefined;
  /** Is called with each line before that is dealt with. */
  readonly onSeen: ((line: string) => void) | undefined;
  /** Is called when something has come, a line or not. */
  readonly onChunk: (() => void) | undefined;
  /** `onLine` has thrown, or its promise was rejected. It is not called again. */
  readonly onLineFailed: (error: unknown) => void;
}

const TAIL_LINES = 20;
const TAIL_LINE_LENGTH = 1_000;

export class Output {
  /** The last lines of stderr. */
  readonly stderrTail: string[] = [];
  /** When both streams have ended. */
  readonly ended: Promise<unknown>;
  /** Sees each line, and each beginning of one, while it is set: how readiness is seen. */
  watch: ((text: string) => void) | undefined;
  readonly #options: OutputOptions;
  readonly #streams: readonly Readable[];
  #onLine: OutputOptions['onLine'];
  /** Calls of `onLine` that are under way, and how many lines there have been: is it still at work? */
  #pending = 0;
  #lines = 0;
  #isClosed = false;

  constructor(stdout: Readable, stderr: Readable, options: OutputOptions) {
    this.#options = options;
    this.#streams = [stdout, stderr];
    this.#onLine = options.onLine;
    this.ended = Promise.all([this.#read(stdout, 'stdout'), this.#read(stderr, 'stderr')]);
  }

  /**
   * Resolves when all of it is read, or nothing has come for a while though the process has gone: then somebody
   * who has left its group holds its pipes.
   */
  async drained(idleMs: number): Promise<void> {
    let isOver = false;
    const ended = this.ended.then(() => (isOver = true));
    let seen = -1;
    while (!isOver && !this.#isClosed && (this.#pending > 0 || seen !== this.#lines)) {
      seen = this.#lines;
      await within(idleMs, ended);
    }
  }

  /** Reads no more. */
  close(): void {
    this.#isClosed = true;
    this.#onLine = undefined;
    for (const stream of this.#streams) stream.destroy();
  }

  async #read(source: Readable, stream: OutputStream): Promise<void> {
    const splitter = new LineSplitter(this.#options.maxLineLength);
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        this.#options.onChunk?.();
        for (const line of splitter.push(chunk)) await this.#line(line, stream);
        if (splitter.partial !== '') this.watch?.(splitter.partial);
      }
    } catch {
      // Destroyed by us, since a process that has left the group still holds it; what has come so far counts.
    }
    for (const line of splitter.end()) await this.#line(line, stream);
  }

  /** A promise only where there is something to wait for: most lines are just logged. */
  #line(line: string, stream: OutputStream): Promise<void> | undefined {
    this.#lines++;
    if (stream === 'stderr') {
      if (this.stderrTail.push(line.slice(0, TAIL_LINE_LENGTH)) > TAIL_LINES) this.stderrTail.shift();
    }
    this.#log(line, stream);
    this.watch?.(line);
    this.#options.onSeen?.(line);
    try {
      const result = this.#onLine?.(line, stream);
      return isThenable(result) ? this.#wait(result) : undefined;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  async #wait(result: PromiseLike<unknown>): Promise<void> {
    this.#pending++;
    try {
      await result;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#pending--;
    }
  }

  /** A logger that throws is no reason to lose the output, or the process. */
  #log(line: string, stream: OutputStream): void {
    try {
      const { log, logsStdout } = this.#options;
      if (stream === 'stderr') log?.warn({ stream }, line);
      else if (logsStdout) log?.info({ stream }, line);
    } catch {
      // There is nobody left to tell.
    }
  }

  #failed(error: unknown): void {
    if (this.#onLine === undefined) return;
    this.#onLine = undefined;
    this.#options.onLineFailed(error);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
