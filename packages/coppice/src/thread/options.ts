/** The options of a thread, checked where the caller stands. */
import { SpecError, type WorkerOptions } from '@coppice/core';
import { show } from '@coppice/core/kit';
import { fileURLToPath } from 'node:url';
import { isAbsolute } from 'node:path';
import { SHARE_ENV, type ResourceLimits } from 'node:worker_threads';
import { CHILD_KEYS } from '../shared/child-options.js';
import { OptionError } from '../shared/option-error.js';
import { unknownKey } from '../shared/unknown-key.js';
import { ThreadError } from './errors.js';
import type { ThreadHandle } from './handle.js';
import type { FromThread, ThreadProtocol } from './protocol.js';
import { uncloneablePart } from './uncloneable.js';

/** What a thread is declared with; `id`, `restart`, `shutdownMs` and the like as for any child. */
export type ThreadOptions<P extends ThreadProtocol = ThreadProtocol> = ThreadBaseOptions<P> &
  (P extends { data: infer T }
    ? {
        /**
         * Handed to the thread: `data` of the context, or `workerData` in a file without `runThread`. It is copied
         * (structured clone) for each incarnation, and once when it is declared, to see that it can be.
         */
        readonly data: T;
      }
    : {
        /** The same, where the protocol says nothing of it. Default: undefined. */
        readonly data?: unknown;
      });

/** The options of a thread, without its `data`. */
export interface ThreadBaseOptions<P extends ThreadProtocol = ThreadProtocol>
  extends Omit<WorkerOptions, 'awaitReady'> {
  /**
   * The file that the thread runs: a `file:` URL, as `new URL('./worker.js', import.meta.url)`, or an
   * absolute path. Anything that Node can import; for TypeScript the built file, or one that loads the source. It is looked
   * for at each start.
   */
  readonly file: string | URL;
  /** Called with each message that the thread posts, in every incarnation. If it throws, the thread crashes. Default: nobody is told. */
  readonly onMessage?: ((message: FromThread<P>, thread: ThreadHandle<P>) => unknown) | undefined;
  /**
   * How much memory the thread may use, in megabytes; beyond it, it crashes with the code
   * `ERR_WORKER_OUT_OF_MEMORY`, and the process lives on. It limits the JavaScript heap and the stack, not
   * buffers. Default: the limits of the process.
   */
  readonly resourceLimits?: ResourceLimits | undefined;
  /** The thread's `process.env`. Default: a copy of the parent's; `SHARE_ENV`: the parent's itself. */
  readonly env?: Readonly<Record<string, string | undefined>> | typeof SHARE_ENV | undefined;
  /** Put behind the file in the thread's `process.argv`. Default: nothing. */
  readonly argv?: readonly string[] | undefined;
  /**
   * Options of Node for the thread, as `['--heapsnapshot-near-heap-limit=1']`. A loader given here (`--import tsx`) does
   * not reach `file` on Node 20. Default: those of the process.
   */
  readonly execArgv?: readonly string[] | undefined;
  /** The name of the thread in debuggers. Default: its `id`. */
  readonly name?: string | undefined;
  /**
   * It has crashed if it does not show itself alive for so many milliseconds (give or take a tenth): a function of
   * `runThread` by calling `heartbeat()`; a supervisor, or a file without `runThread`, as long as the event loop of
   * the thread turns. What does not end by itself then, such as a busy loop, is terminated after `shutdownMs`.
   * Default: it is not watched.
   */
  readonly staleAfterMs?: number | undefined;
}

const OWN_KEYS = ['file', 'data', 'onMessage', 'resourceLimits', 'env', 'argv', 'execArgv', 'name'];
const KEYS = [...CHILD_KEYS.filter((key) => key !== 'awaitReady'), ...OWN_KEYS];
const LIMITS = ['maxOldGenerationSizeMb', 'maxYoungGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb'];

/** Checks what is special to threads. @throws SpecError, OptionError, ThreadError */
export function checkOptions(given: unknown): { readonly options: ThreadOptions; readonly file: string } {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SpecError('COPPICE_NOT_A_SPEC', { expected: 'the options of a thread', got: show(given) });
  }
  const own: Record<string, unknown> = { ...given };
  const path = typeof own['id'] === 'string' ? own['id'] : undefined;
  const fail = (key: string, expected: string, got: unknown = own[key]): never => {
    throw new OptionError({ key, of: 'thread()', expected, got: show(got), path });
  };
  if (own['awaitReady'] !== undefined) {
    fail('awaitReady', `left out: a thread says when it is up with runThread(run, { awaitReady: true })`);
  }
  checkKeys(own, path);
  const optional = (key: string, holds: (value: unknown) => boolean, expected: string): void => {
    if (own[key] !== undefined && !holds(own[key])) fail(key, expected);
  };
  optional('onMessage', (value) => typeof value === 'function', 'a function');
  optional('env', (value) => value === SHARE_ENV || isTexts(value), 'an object of strings, or SHARE_ENV');
  optional('argv', isListOfTexts, 'an array of strings');
  optional('execArgv', isListOfTexts, `an array of strings, like ['--import', './instrument.js']`);
  optional('name', (value) => typeof value === 'string', 'a string');
  optional('resourceLimits', isRecord, 'an object of megabytes, like { maxOldGenerationSizeMb: 64 }');
  for (const [key, value] of Object.entries(own['resourceLimits'] ?? {})) {
    if (!LIMITS.includes(key)) fail('resourceLimits', `made of ${LIMITS.join(', ')}`, key);
    const isSize = typeof value === 'number' && value > 0 && value < Infinity;
    if (!isSize && value !== undefined) fail(`resourceLimits.${key}`, 'a number of megabytes above 0', value);
  }
  const part = uncloneablePart(own['data'], 'data');
  if (part) throw new ThreadError('COPPICE_THREAD_DATA_NOT_CLONEABLE', { ...part, path }, part.cause);
  return { options: own as unknown as ThreadOptions, file: pathOf(own['file'], path) };
}

/** The path of the file. A relative one would depend on the folder that the process was started in. */
function pathOf(file: unknown, path: string | undefined): string {
  const href = isUrlLike(file) ? file.href : file;
  if (typeof href === 'string') {
    if (isAbsolute(href)) return href;
    if (href.startsWith('file:')) return fileURLToPath(href);
  }
  throw new OptionError({
    key: 'file',
    of: 'thread()',
    expected: `a file: URL, like new URL('./worker.js', import.meta.url), or an absolute path`,
    got: isUrlLike(file) ? show(href) : show(file),
    path,
  });
}

/** What other ways to make threads call it. */
const ELSEWHERE = {
  filename: 'file',
  script: 'file',
  url: 'file',
  path: 'file',
  workerData: 'data',
  environment: 'env',
  limits: 'resourceLimits',
};

function checkKeys(own: object, path: string | undefined): void {
  const key = Object.keys(own).find((name) => !KEYS.includes(name) && name !== 'awaitReady');
  if (key !== undefined) throw unknownKey({ kind: 'thread', key, known: KEYS, elsewhere: ELSEWHERE, path });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isUrlLike = (value: unknown): value is { href: unknown } => isRecord(value) && 'href' in value;

const isTexts = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every((each) => each === undefined || typeof each === 'string');

const isListOfTexts = (value: unknown): boolean =>
  Array.isArray(value) && Array.from(value as unknown[]).every((each) => typeof each === 'string');
