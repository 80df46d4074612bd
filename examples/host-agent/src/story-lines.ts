/** Which line of the story an event makes. */
import { type EventOf, type SupervisionEvent, toWire } from 'coppice';
import { causeText, errorText, plural, reasonText, duration } from './words.js';

export interface Line {
  readonly tone: 'dim' | 'good' | 'bad' | 'warn' | 'note' | 'bold';
  readonly symbol: string;
  /** Whom it is about, from the root on. */
  readonly path: string;
  readonly text: string;
}

/** Starts, or stops, that came one after the other. */
export interface Run {
  readonly type: 'child:started' | 'child:stopped';
  readonly at: number;
  readonly children: { readonly path: string; readonly incarnation: number }[];
}

/** The run that an event begins or belongs to; undefined if it is of no run. */
export function runOf(event: SupervisionEvent): Run | undefined {
  if (event.type !== 'child:started' && event.type !== 'child:stopped') return undefined;
  // That it had to be ended by force is worth a line of its own.
  if (event.type === 'child:stopped' && event.reason.kind !== 'shutdown') return undefined;
  const { type, at, path, incarnation } = event;
  return { type, at, children: [{ path, incarnation }] };
}

export const addToRun = (run: Run, more: Run): void => void run.children.push(...more.children);

export function lineOfRun({ type, children }: Run): Line {
  const isStart = type === 'child:started';
  const look = isStart ? ({ tone: 'good', symbol: '▲' } as const) : ({ tone: 'dim', symbol: '■' } as const);
  // Whoever is below another one of the run needs no mention.
  const tops = children.filter(({ path }) => !children.some((other) => path.startsWith(`${other.path}/`)));
  const [first] = tops;
  if (tops.length === 1 && first) {
    const text = isStart ? `up again, incarnation ${first.incarnation}` : 'stopped';
    return { ...look, path: first.path, text };
  }
  const paths = tops.map(({ path }) => path);
  const common = commonSupervisor(paths);
  const names = paths.map((path) => path.slice(common.length + 1)).join(', ');
  return { ...look, path: common, text: isStart ? `up again: ${names}` : `stopped: ${names}` };
}

function commonSupervisor(paths: readonly string[]): string {
  let common = paths[0] ?? '';
  while (common !== '' && !paths.every((path) => path.startsWith(`${common}/`))) {
    common = common.slice(0, Math.max(0, common.lastIndexOf('/')));
  }
  return common;
}

/** Who is started again, by strategy. */
const RESTARTING = {
  'one-for-one': 'restarting',
  'one-for-all': 'restarting it and its siblings',
  'rest-for-one': 'restarting it and all after it',
} as const;

/** The line of an event; undefined if it is not worth one. */
export function lineOf(event: SupervisionEvent, root: string): Line | undefined {
  const { path } = event;
  const line = (tone: Line['tone'], symbol: string, text: string): Line => ({ tone, symbol, path, text });
  switch (event.type) {
    case 'child:crashed':
      return line('bad', '✗', `crashed after ${duration(event.uptimeMs)}: ${errorText(event.error)}`);
    case 'child:start-failed':
      return line('bad', '✗', `failed to start: ${errorText(event.error)}`);
    case 'child:completed':
      return completed(event);
    case 'child:restarting':
      return line('warn', '↻', decision(event));
    case 'child:gave-up':
      return line('bad', '✗', givenUp(event));
    case 'child:waiting':
      return line('dim', '…', `waits for ${event.waitsFor.slice(event.waitsFor.lastIndexOf('/') + 1)}`);
    case 'child:paused':
      return line('warn', '‖', `paused${onBehalfOf(event)}: not started again by itself`);
    case 'child:resumed':
      return line('good', '▶', `resumed${onBehalfOf(event)}`);
    case 'child:classify-failed':
      return line('warn', '!', `its classify failed: ${errorText(event.error)}`);
    case 'child:ignored':
      return line('dim', '○', 'does not want to run');
    case 'child:stopped':
      return event.reason.kind === 'shutdown'
        ? line('dim', '■', `stopped after ${duration(event.uptimeMs)}`)
        : line('bad', '■', badStop(event));
    case 'child:stuck':
      return line('warn', '…', 'did not stop in time; waited for all the same');
    case 'child:abandoned':
      return line('bad', '✗', `did not stop within ${duration(event.waitedMs)}; not waited for any longer`);
    case 'child:settled':
      return line('dim', '○', `incarnation ${event.incarnation} has stopped after all`);
    case 'child:cleanup-failed':
      return line('bad', '✗', `clean-up failed: ${errorText(event.error)}`);
    case 'child:late-fault':
      return line('dim', '·', `failed once more, too late to count: ${errorText(event.error)}`);
    case 'supervisor:started':
      return path === root ? line('good', '▲', `up in ${duration(event.startMs)}`) : undefined;
    case 'supervisor:gave-up':
      return line(
        'bad',
        '✗',
        event.error.cause?.code === 'COPPICE_CHILD_GAVE_UP'
          ? `gives up, as ${event.offender.id} has`
          : `gives up: ${plural(event.budget.used, 'restart')} in ${duration(event.budget.withinMs)} did not help`,
      );
    case 'supervisor:stopping':
      return path === root ? line('bold', '■', 'stopping, the last started first') : undefined;
    case 'supervisor:stopped':
      return path === root ? line('bold', '■', 'stopped') : undefined;
    case 'supervisor:warning':
      return line('warn', '!', event.message);
    case 'listener:failed':
      return line('bad', '!', `a listener failed: ${errorText(event.error)}`);
    case 'supervisor:auto-shutdown':
      return line('warn', '■', `ends, since ${event.child} has ended`);
    // The agent is never declared anew while it runs.
    case 'supervisor:reconciled':
    // That came with the decision.
    case 'child:backing-off':
    // What comes of it is told next.
    case 'child:timed-out':
    case 'child:killing':
    case 'child:not-restarted':
    case 'child:starting':
    case 'child:started':
    case 'child:stopping':
    case 'child:removed':
    case 'supervisor:starting':
    case 'supervisor:start-failed':
      return undefined;
  }
}

const badStop = ({ reason, uptimeMs }: EventOf<'child:stopped'>): string =>
  reason.kind === 'killed'
    ? `did not stop in time; ended by force after ${duration(uptimeMs)}`
    : `stopped badly: ${reasonText(reason)}`;

/** Of a supervisor that is started again there is no need to say that it has ended: it has said why. */
function completed({ path, kind, restart, reason, uptimeMs }: EventOf<'child:completed'>): Line | undefined {
  const isSupervisor = kind === 'supervisor' || kind === 'dynamic-supervisor';
  if (isSupervisor && restart === 'permanent') return undefined;
  const text = isSupervisor
    ? `not started again (${restart}); the others go on`
    : `${reasonText(reason)} (after ${duration(uptimeMs)})`;
  return { tone: 'warn', symbol: '○', path, text };
}

function decision({ strategy, budget, because, delayMs }: EventOf<'child:restarting'>): string {
  const delay = delayMs > 0 ? ` in ${duration(delayMs)}` : '';
  if (because === 'revive') return `revived${delay}`;
  if (because === 'resume' || because === 'request') return `started, as somebody wants it${delay}`;
  const count =
    budget.max === null ? '' : ` (${budget.used} of ${budget.max} in ${duration(budget.withinMs)})`;
  return `${RESTARTING[strategy]}${delay}${count}`;
}

function givenUp({ giveUp, because, at, reviveAt, error }: EventOf<'child:gave-up'>): string {
  const why = because === 'limit' ? '' : `, as its error is ${because}`;
  const then = {
    escalate: '',
    park: `; parked${reviveAt === null ? '' : ` for ${duration(reviveAt - at)}`}`,
    'keep-trying': '; tried on at the longest delay',
    exit: '; all ends',
    remove: '; removed',
  }[giveUp];
  return `gives up${why}${then}: ${causeText(error)}`;
}

const onBehalfOf = ({ by, reason }: EventOf<'child:paused' | 'child:resumed'>): string =>
  `${by === null ? '' : ` by ${by}`}${reason === null ? '' : ` (${reason})`}`;

/** A record of a log: what pino would write as a line of JSON. */
export type LogRecord = Readonly<Record<string, unknown>>;

/**
 * What the application says of itself, as far as the events do not say it already: undefined if they do, or if
 * the program does.
 */
export function lineOfApplication(record: LogRecord, text: string): Line | undefined {
  const whose = record['path'] ?? record['application'];
  const path = typeof whose === 'string' ? whose : '';
  switch (record['event']) {
    case 'application:ready':
    case 'application:stopped':
      return undefined;
    case 'application:stopping': {
      const because = String(record['because']);
      const isSignal = because.startsWith('SIG');
      return isSignal
        ? { tone: 'bold', symbol: '●', path, text: `${because}; once more to exit at once` }
        : undefined;
    }
    case 'application:fault': {
      const fault = errorText(toWire(record['err']));
      return { tone: 'note', symbol: '◆', path, text: `contained: ${fault}` };
    }
    case 'application:start-failed':
      return { tone: 'bad', symbol: '✗', path, text: 'did not start' };
    default:
      return { tone: record['event'] === 'application:warning' ? 'warn' : 'bad', symbol: '!', path, text };
  }
}
