/** What an application says of itself: one table. What its children do is told by events, see `@coppice/pino`. */
import { type HealthReason, type UnstoppedChild, isCoppiceError, toWire } from '@coppice/core';
import { placeOnce } from '@coppice/core/kit';
import type { EventLoopBlock } from '../event-loop/index.js';
import type { Fault } from '../faults/index.js';
import { causesOf } from './causes.js';
import type { ApplicationLogger } from './types.js';

/** Why a fault ends the process. */
type FatalWhy = NonNullable<Fault['why']> | 'faults: label';

/** Whose a fault is, how that is known, and what it was: a throw, or a rejection. */
interface FaultFacts extends Pick<Fault, 'origin' | 'attribution'> {
  readonly err: unknown;
  readonly path: string | undefined;
}

interface Facts {
  ready: { readonly startMs: number; readonly children: number };
  unready: { readonly reasons: readonly HealthReason[] };
  'ready-again': { readonly afterMs: number };
  stopping: {
    readonly because: string;
    readonly drainMs: number;
    readonly shutdownMs: number;
  };
  stopped: { readonly stopMs: number; readonly killed: readonly string[]; readonly exitCode: number };
  unstopped: UnstoppedChild & { readonly since: string; readonly resources: readonly string[] };
  /** `oneAttempt`: the path of the child that failed, if it has a backoff or a limit that does not hold yet. */
  'start-failed': { readonly err: unknown; readonly exitCode: number; readonly oneAttempt?: string };
  'gave-up': { readonly err: unknown; readonly exitCode: number };
  incomplete: {
    readonly unstopped: readonly string[];
    readonly killed: readonly string[];
    readonly shutdownMs: number;
    readonly exitCode: number;
  };
  fault: FaultFacts & Pick<Fault, 'outcome'>;
  'fatal-fault': FaultFacts & { readonly why: FatalWhy; readonly limit?: Fault['limit'] };
  'child-failed': { readonly err: unknown; readonly path: string; readonly what: string };
  'child-down': { readonly path: string; readonly what: string };
  'child-up': { readonly path: string; readonly what: string };
  'event-loop-blocked': EventLoopBlock;
  failed: { readonly err: unknown; readonly exitCode: number };
  warning: { readonly code: string; readonly message: string };
}

/** The name of a record; its `event` field is `application:` and the name. */
export type RecordName = keyof Facts;

type Level = 'info' | 'warn' | 'error' | 'fatal';

const PHASES: Readonly<Record<UnstoppedChild['phase'], string>> = {
  starting: 'while starting',
  running: 'while running',
  'cleaning-up': 'while cleaning up',
};

const messageOf = (err: unknown): string => toWire(err).message;

const inMs = (ms: number): string => `${Math.round(ms).toLocaleString('en-US')} ms`;

/** So many children are named in a sentence. */
const MOST_NAMED = 3;

function named(paths: readonly string[]): string {
  const left = paths.length - MOST_NAMED;
  return paths.slice(0, MOST_NAMED).join(', ') + (left > 0 ? ` and ${left} more` : '');
}

const exit = (code: number): string => ` (exit code ${code})`;

/** Why it does. */
const FATAL: Readonly<Record<FatalWhy, (facts: Facts['fatal-fault']) => string>> = {
  unattributed: () => 'as no child can be restarted for it',
  denied: () => 'as no process can be trusted after it',
  budget: ({ limit }) =>
    limit === undefined
      ? 'as there were too many of them'
      : `as ${limit.maxContained} within ${limit.withinMs / 1_000} s are contained, and this is one more ` +
        `(\`faults: { policy: 'contain', maxContained }\` says how many)`,
  supervisor: () => 'as it comes from the supervisors themselves',
  'faults: label': () => "as `faults` is 'label'",
};

const RECORDS: { readonly [N in RecordName]: readonly [Level, (facts: Facts[N]) => string] } = {
  ready: ['info', (f) => `ready after ${inMs(f.startMs)}`],
  unready: [
    'warn',
    ({ reasons: [first, ...more] }) =>
      `not ready` +
      (first ? `: ${first.path} ${first.why}` : '') +
      (more.length > 0 ? `; also because of ${named(more.map(({ path }) => path))}` : ''),
  ],
  'ready-again': ['info', (f) => `ready again after ${inMs(f.afterMs)}`],
  stopping: [
    'info',
    (f) =>
      `${f.because}: stopping within ${inMs(f.shutdownMs)}` +
      (f.drainMs > 0 ? `; serves for another ${inMs(f.drainMs)} first` : ''),
  ],
  stopped: [
    'info',
    ({ stopMs, killed, exitCode }) =>
      `stopped after ${inMs(stopMs)}${exitCode === 0 ? '' : exit(exitCode)}` +
      (killed.length > 0 ? `; by force: ${killed.join(', ')}` : ''),
  ],
  unstopped: [
    'error',
    (f) =>
      `${f.path} did not stop: asked at ${f.since} ${PHASES[f.phase]}, given up after ${inMs(f.waitedMs)} ` +
      `(incarnation ${f.incarnation})`,
  ],
  'start-failed': [
    'fatal',
    ({ err, exitCode, oneAttempt }) =>
      'did not start' +
      (oneAttempt === undefined
        ? ''
        : `, as the first start of '${oneAttempt.split('/').at(-1)}' has one attempt unless its boot is 'retry'`) +
      `${exit(exitCode)}: ${messageOf(err)}`,
  ],
  'gave-up': [
    'fatal',
    ({ err, exitCode }) =>
      `ends, since a ${isCoppiceError(err, 'COPPICE_GAVE_UP') ? 'supervisor' : 'child'} gave up${exit(exitCode)}: ` +
      messageOf(err),
  ],
  incomplete: [
    'fatal',
    ({ unstopped, killed, shutdownMs, exitCode }) =>
      [
        ...(unstopped.length > 0
          ? [`ends with ${unstopped.length} still running${exit(exitCode)}: ${unstopped.join(', ')}`]
          : [`ends by force${exit(exitCode)}: not all had stopped within ${inMs(shutdownMs)}`]),
        ...(killed.length > 0 ? [`killed: ${killed.join(', ')}`] : []),
      ].join('; '),
  ],
  fault: [
    'error',
    (f) =>
      `a fault went astray from ${f.path ?? 'nobody knows where'}` +
      (f.outcome === 'crash'
        ? ' and is its crash: '
        : f.outcome === 'late'
          ? ', which is over already: '
          : ': ') +
      messageOf(f.err),
  ],
  'fatal-fault': [
    'fatal',
    (f) =>
      `a fault went astray from ${f.path ?? 'nobody knows where'} and ends the process, ${FATAL[f.why](f)}: ` +
      messageOf(f.err),
  ],
  'child-failed': ['error', (f) => `${f.path} ${f.what}: ${messageOf(f.err)}`],
  'child-down': ['warn', (f) => `${f.path} ${f.what}`],
  // As its failure was: on the same stream, so that both stand in order.
  'child-up': ['warn', (f) => `${f.path} ${f.what}`],
  'event-loop-blocked': ['warn', (f) => `the event loop was blocked for ${inMs(f.blockedMs)}${culprit(f)}`],
  failed: ['fatal', (f) => `ends with an error${exit(f.exitCode)}: ${messageOf(f.err)}`],
  warning: ['warn', (f) => f.message],
};

/** The thread that watches, which can import nothing, says the same while it lasts: `event-loop/watcher.ts`. */
function culprit({ sample, path, incarnation, at }: EventLoopBlock): string {
  const who = path === undefined ? '' : `${path} (incarnation ${incarnation})`;
  switch (sample) {
    case 'exact':
      return `${who && ` by ${who}`}, in ${at}`;
    case 'late':
      return `, not by JavaScript; then ran ${who && `${who}, in `}${at}`;
    case 'native':
      return ', not by JavaScript';
    case 'debugger':
      return '; the inspector is open: it may have been at a breakpoint';
    case 'unavailable':
      return '; in which call is not known here';
  }
}

/** Writes one record. A logger that throws does not keep an application from stopping. */
export function record<N extends RecordName>(
  logger: ApplicationLogger,
  id: string,
  name: N,
  facts: Facts[N],
): void {
  const [level, message] = RECORDS[name];
  const write = (
    level === 'fatal' && logger.fatal ? logger.fatal : logger[level === 'fatal' ? 'error' : level]
  ).bind(logger);
  const causes = 'err' in facts ? { causes: causesOf(facts.err) } : {};
  try {
    write({ event: `application:${name}`, application: id, ...facts, ...causes }, placeOnce(message(facts)));
  } catch (error) {
    console.error('%s', `${id}: the logger failed:`, error);
  }
}
