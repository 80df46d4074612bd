/**
 * The registry of errors: each stable code with its message, by class. A message says what was expected,
 * what was got, where in the tree, and how to mend it. `docs/errors.md` lists them; a test holds the two
 * against each other.
 */
import { asText } from './wire.js';

/** The details of an error as text (an empty one where there is none) in, its message out. */
type Template = (d: Readonly<Record<string, string>>) => string;

/** Codes that are not in the list at the end do not compile. */
type Codes = Readonly<Partial<Record<ErrorCode, Template>>>;

/** A declaration is wrong: `SpecError`. The path in the tree is put behind each message. */
const SPEC = {
  COPPICE_NOT_A_SPEC: (d) =>
    `expected ${d['expected']}, got ${d['got']}; make one with task({ id, run }) or service({ id, start })`,
  COPPICE_MISSING_ID: (d) =>
    `a ${d['kind']} needs an id: its name in logs, events and paths, like id: 'db'; got none`,
  COPPICE_INVALID_ID: (d) =>
    `an id has to be a non-empty string in one line, without '/', which joins ids to paths; got ${d['got']}`,
  COPPICE_MISSING_START: (d) =>
    `a ${d['kind']} needs ${d['key']}: a function that is called for each of its starts; got none`,
  COPPICE_INVALID_START: (d) =>
    `${d['key']} has to be a function that makes a new one for each start, since nothing can be started twice; ` +
    `got ${d['got']}. Write ${d['key']}: () => ...`,
  COPPICE_INVALID_FUNCTION: (d) => `${d['key']} has to be a function; got ${d['got']}`,
  COPPICE_INVALID_RESTART: (d) => `restart has to be ${d['expected']}; got ${d['got']}${d['hint']}`,
  COPPICE_INVALID_SHUTDOWN: (d) =>
    `shutdownMs has to be a whole number of milliseconds, 0 (kill at once) or more, or Infinity; got ${d['got']}`,
  COPPICE_INVALID_ON_STUCK: (d) => `onStuck has to be ${d['expected']}; got ${d['got']}${d['hint']}`,
  COPPICE_INVALID_REQUIRED: (d) => `required has to be true or false; got ${d['got']}`,
  COPPICE_INVALID_KIND: (d) => `kind has to be ${d['expected']}; got ${d['got']}${d['hint']}`,
  COPPICE_INVALID_SIGNIFICANT: (d) => `significant has to be true or false; got ${d['got']}`,
  COPPICE_BAD_COMBINATION: (d) => `${d['problem']}; ${d['cure']}`,
  COPPICE_DUPLICATE_ID: (d) =>
    `two children of '${d['supervisor']}' have the id '${d['id']}'; ids are unique among siblings, rename one`,
  COPPICE_CHILDREN_NOT_A_LIST: (d) => `children has to be an array of specs; got ${d['got']}`,
  COPPICE_INVALID_STRATEGY: (d) => `strategy has to be ${d['expected']}; got ${d['got']}${d['hint']}`,
  COPPICE_INVALID_MAX_RESTARTS: (d) =>
    `maxRestarts has to be a whole number, 0 (the first failure is too many) or more, or Infinity; got ${d['got']}`,
  COPPICE_INVALID_WITHIN: (d) =>
    `withinMs has to be a number of milliseconds above 0, and finite; got ${d['got']}`,
  COPPICE_INVALID_AUTO_SHUTDOWN: (d) =>
    `autoShutdown has to be ${d['expected']}; got ${d['got']}${d['hint']}`,
  COPPICE_INVALID_NUMBER: (d) => `${d['key']} has to be ${d['expected']}; got ${d['got']}`,
  COPPICE_INVALID_BACKOFF: (d) => `${d['key']} expects ${d['expected']}; got ${d['got']}`,
  COPPICE_INVALID_CHOICE: (d) => `${d['key']} has to be ${d['expected']}; got ${d['got']}${d['hint']}`,
  COPPICE_INVALID_BINDS_TO: (d) =>
    `bindsTo has to be a list of siblings, or of their ids, each of them once; got ${d['got']}`,
  COPPICE_BOUND_TO_NO_SIBLING: (d) =>
    `it is bound to '${d['id']}', which is no child of '${d['supervisor']}'${d['hint']}; its siblings are ${d['siblings']}`,
  COPPICE_BOUND_IN_A_RING: (d) =>
    `the children are bound in a ring, so that none could be the first to start: ${d['ring']}; take one of these bonds out`,
  COPPICE_LIMIT_NEVER_TRIPS: (d) => `${d['problem']}; ${d['cure']}`,
  COPPICE_UNKNOWN_OPTION: (d) =>
    `a ${d['kind']} has no option '${d['key']}'${d['hint']}; its options are ${d['expected']}`,
} satisfies Codes;

/** Something did not start: `StartError`; the cause is what its start threw. */
const START = {
  COPPICE_START_FAILED: (d) => `'${d['path']}' failed to start: ${d['reason']}${d['undone']}`,
  COPPICE_ENDED_AT_START: (d) => `'${d['path']}' ended (${d['kind']}) before it had started`,
  COPPICE_START_TIMEOUT: (d) =>
    `'${d['path']}' was not up within its startTimeoutMs of ${d['startTimeoutMs']} ms`,
  COPPICE_START_INTERRUPTED: (d) =>
    `'${d['path']}' was asked to stop before all of its children had started; those that had are stopped again`,
} satisfies Codes;

/** A command is refused, and nothing has changed: `CommandError`. */
const COMMAND = {
  COPPICE_INVALID_ARGUMENT: (d) => `${d['call']} expects ${d['expected']}; got ${d['got']}`,
  COPPICE_ALREADY_STARTED: (d) =>
    `'${d['path']}' is already running; end it first with terminateChild('${d['id']}'), or choose another id`,
  COPPICE_ALREADY_PRESENT: (d) =>
    `'${d['path']}' is already declared, and ${d['status']}; restartChild('${d['id']}') starts it again, ` +
    `deleteChild('${d['id']}') frees its id`,
  COPPICE_RUNNING: (d) => `'${d['path']}' is running; end it first with terminateChild('${d['id']}')`,
  COPPICE_RESTARTING: (d) =>
    `'${d['path']}' is being restarted: its last start failed and the next attempt is due; ` +
    `terminateChild('${d['id']}') ends that, restartNow('${d['id']}') does not wait for it`,
  COPPICE_BOUND: (d) =>
    `'${d['path']}' cannot be started: it is bound to '${d['other']}', which is ${d['status']}; start that first`,
  COPPICE_HAS_DEPENDANTS: (d) =>
    `'${d['path']}' cannot be deleted: bound to it are ${d['dependants']}; delete those first`,
  COPPICE_NOT_FOUND: (d) => `'${d['supervisor']}' has no child '${d['id']}'${d['hint']}`,
  COPPICE_PAGE_LOST: (d) =>
    `the children of '${d['path']}' after '${d['after']}' cannot be found: all those around that place have gone ` +
    `meanwhile; begin again without after, or use eachChild()`,
  COPPICE_RECONCILE_FAILED: (d) =>
    `'${d['path']}' could not be reconciled in everything: ${d['failed']}; these go on as they were, all else is done`,
  COPPICE_TOO_MANY_CHILDREN: (d) =>
    `'${d['supervisor']}' has its maxChildren of ${d['maxChildren']} children; try again when one has ended`,
  COPPICE_KEY_TAKEN: (d) =>
    `${d['key']} is taken in '${d['path']}': '${d['owner']}' has it${d['state']}; choose another key, or end that one first`,
  COPPICE_POOL_EXHAUSTED: (d) =>
    `'${d['path']}' had nothing to lend within ${d['timeoutMs']} ms: ${d['lent']} of ${d['most']} are lent; ` +
    `waiting for one: ${d['waiting']}`,
  COPPICE_DYNAMIC_SUPERVISOR: (d) =>
    `${d['call']} has no meaning for the dynamic supervisor '${d['supervisor']}', whose children are gone when they ` +
    `end; use startChild and terminateChild`,
} satisfies Codes;

/** What a function of the user's says makes no sense: `HookError`. */
const HOOK = {
  COPPICE_INVALID_CLASS: (d) =>
    `the classify of '${d['path']}' has to say 'transient', 'permanent' or 'fatal'; it said ${d['got']}, ` +
    `and the error counts as transient`,
} satisfies Codes;

/** What is asked for is not there: `NotRunningError`. */
const NOT_RUNNING = {
  COPPICE_NOT_RUNNING: (d) => `'${d['path']}' is not running${d['state'] ? `: ${d['state']}` : ''}`,
  COPPICE_NOT_READY: (d) => `'${d['path']}' is not up ${d['state']}`,
  COPPICE_NOT_REGISTERED: (d) => `nobody is registered as ${d['key']} in '${d['path']}'${d['state']}`,
  COPPICE_UNKNOWN_REF: (d) =>
    `'${d['path']}' asks for '${d['id']}', which stands nowhere in the tree; ` +
    `pass the very spec that stands in the tree (a copy made by spreading is another one)`,
} satisfies Codes;

/** A supervisor has given up: `GaveUpError`; the cause is the error of the last child. */
const GAVE_UP = {
  COPPICE_GAVE_UP: (d) => `'${d['path']}' gave up: ${d['why']}; last: ${d['reason']}`,
  COPPICE_CHILD_GAVE_UP: (d) => `'${d['path']}' gave up: ${d['why']}; last: ${d['reason']}`,
} satisfies Codes;

/** A child did not end in time, and its `onStuck` is `exit`: `StuckError`. */
const STUCK = {
  COPPICE_STUCK: (d) =>
    `'${d['path']}' did not end within ${d['waitedMs']} ms and cannot be killed; as its onStuck is 'exit', all ends`,
} satisfies Codes;

/** A child made no progress, or took too long: `WatchdogError`. */
const WATCHDOG = {
  COPPICE_STALE: (d) =>
    `'${d['path']}' has called heartbeat() no more for its staleAfterMs of ${d['staleAfterMs']} ms: it counts as crashed`,
  COPPICE_RAN_TOO_LONG: (d) =>
    `'${d['path']}' has run for its maxRunMs of ${d['maxRunMs']} ms and is not done: it counts as crashed`,
} satisfies Codes;

/** A task has no result: `TaskError`. */
const TASK = {
  COPPICE_TASK_STOPPED: (d) => `'${d['path']}' was stopped before it had a result: ${d['why']}`,
  COPPICE_TASK_TIMEOUT: (d) =>
    `'${d['path']}' had no result within its timeoutMs of ${d['timeoutMs']} ms, and is stopped`,
} satisfies Codes;

/** The reason of an aborted signal: `StopRequest`. */
const STOP = {
  COPPICE_STOP_REQUESTED: (d) => `'${d['path']}' was asked to stop`,
  COPPICE_ENDED: (d) => `'${d['path']}' has ended, and with it all that it had started`,
} satisfies Codes;

/** All codes with their messages, by the class of the error. */
export const MESSAGES = {
  SpecError: SPEC,
  StartError: START,
  CommandError: COMMAND,
  NotRunningError: NOT_RUNNING,
  HookError: HOOK,
  GaveUpError: GAVE_UP,
  StuckError: STUCK,
  WatchdogError: WATCHDOG,
  TaskError: TASK,
  StopRequest: STOP,
};

/** The name of an error class of the core. */
export type ErrorClassName = keyof typeof MESSAGES;

/** The stable code of an error of the core, by the class of the error. */
export type ErrorCode =
  // SpecError
  | 'COPPICE_NOT_A_SPEC'
  | 'COPPICE_MISSING_ID'
  | 'COPPICE_INVALID_ID'
  | 'COPPICE_MISSING_START'
  | 'COPPICE_INVALID_START'
  | 'COPPICE_INVALID_FUNCTION'
  | 'COPPICE_INVALID_RESTART'
  | 'COPPICE_INVALID_SHUTDOWN'
  | 'COPPICE_INVALID_ON_STUCK'
  | 'COPPICE_INVALID_REQUIRED'
  | 'COPPICE_INVALID_KIND'
  | 'COPPICE_INVALID_SIGNIFICANT'
  | 'COPPICE_BAD_COMBINATION'
  | 'COPPICE_DUPLICATE_ID'
  | 'COPPICE_CHILDREN_NOT_A_LIST'
  | 'COPPICE_INVALID_STRATEGY'
  | 'COPPICE_INVALID_MAX_RESTARTS'
  | 'COPPICE_INVALID_WITHIN'
  | 'COPPICE_INVALID_AUTO_SHUTDOWN'
  | 'COPPICE_INVALID_NUMBER'
  | 'COPPICE_INVALID_BACKOFF'
  | 'COPPICE_INVALID_CHOICE'
  | 'COPPICE_INVALID_BINDS_TO'
  | 'COPPICE_BOUND_TO_NO_SIBLING'
  | 'COPPICE_BOUND_IN_A_RING'
  | 'COPPICE_LIMIT_NEVER_TRIPS'
  | 'COPPICE_UNKNOWN_OPTION'
  // StartError
  | 'COPPICE_START_FAILED'
  | 'COPPICE_ENDED_AT_START'
  | 'COPPICE_START_TIMEOUT'
  | 'COPPICE_START_INTERRUPTED'
  // CommandError
  | 'COPPICE_INVALID_ARGUMENT'
  | 'COPPICE_ALREADY_STARTED'
  | 'COPPICE_ALREADY_PRESENT'
  | 'COPPICE_RUNNING'
  | 'COPPICE_RESTARTING'
  | 'COPPICE_BOUND'
  | 'COPPICE_HAS_DEPENDANTS'
  | 'COPPICE_NOT_FOUND'
  | 'COPPICE_PAGE_LOST'
  | 'COPPICE_RECONCILE_FAILED'
  | 'COPPICE_TOO_MANY_CHILDREN'
  | 'COPPICE_KEY_TAKEN'
  | 'COPPICE_POOL_EXHAUSTED'
  | 'COPPICE_DYNAMIC_SUPERVISOR'
  // HookError
  | 'COPPICE_INVALID_CLASS'
  // NotRunningError
  | 'COPPICE_NOT_RUNNING'
  | 'COPPICE_NOT_READY'
  | 'COPPICE_NOT_REGISTERED'
  | 'COPPICE_UNKNOWN_REF'
  // GaveUpError
  | 'COPPICE_GAVE_UP'
  | 'COPPICE_CHILD_GAVE_UP'
  // StuckError
  | 'COPPICE_STUCK'
  // WatchdogError
  | 'COPPICE_STALE'
  | 'COPPICE_RAN_TOO_LONG'
  // TaskError
  | 'COPPICE_TASK_STOPPED'
  | 'COPPICE_TASK_TIMEOUT'
  // StopRequest
  | 'COPPICE_STOP_REQUESTED'
  | 'COPPICE_ENDED';

/** Codes of the list that have no message do not compile either, where {@link ERRORS} is asked for one. */
type CodeWithMessage = { [C in ErrorClassName]: keyof (typeof MESSAGES)[C] }[ErrorClassName];

/** Each code with its class and its message. */
export const ERRORS = new Map<
  CodeWithMessage,
  { readonly className: ErrorClassName; readonly template: Template }
>(
  Object.entries(MESSAGES).flatMap(([className, group]) =>
    Object.entries(group).map(([code, template]) => [
      code as CodeWithMessage,
      { className: className as ErrorClassName, template },
    ]),
  ),
);

/** No single fact makes a message longer than this: an id, or what a user's error says, may be of any length. */
const MAX_FACT = 2_000;

function factOf(value: unknown): string {
  const text = asText(value ?? '');
  return text.length > MAX_FACT ? `${text.slice(0, MAX_FACT)}...` : text;
}

/** The message of a code. A spec error says at its end where in the tree it stands. */
export function messageFor(code: ErrorCode, details: Readonly<Record<string, unknown>>): string {
  const entry = ERRORS.get(code)!;
  const text = new Proxy(details as Record<string, string>, {
    get: (target, key) => factOf(target[key as string]),
  });
  const place = entry.className === 'SpecError' && text['path'] ? ` (at ${text['path']})` : '';
  return entry.template(text) + place;
}
