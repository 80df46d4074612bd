/** `taskSupervisor`: declares a supervisor of tasks whose results are awaited. */
import type { Startable } from '../engine/handle-types.js';
import type { TaskSupervisorHandle } from '../engine/handle-types.js';
import { coppiceError } from '../model/errors.js';
import { oneOf, readOnce } from '../spec/checks.js';
import { CHILD_KEYS, type Keys, checkKeys } from '../spec/keys.js';
import { WHOLE_LIFE_MS } from '../spec/limits.js';
import { task } from '../spec/task.js';
import type { AwaitedTaskOptions, TaskSupervisorOptions, TaskSupervisorSpec } from '../spec/task-types.js';
import type { BackoffOptions, Task, TaskOptions } from '../spec/types.js';
import { readBackoff } from '../spec/durations.js';
import { completeSpec, readOptions } from '../spec/validate.js';
import { type Declared, declared } from '../supervisor.js';
import { type Job, runJob } from './job.js';

/** A whole tree whose root is a task supervisor. */
export interface TaskSupervisorTree extends TaskSupervisorHandle, Startable {}

/** A declared task supervisor: frozen data, that can be a child, or be started as the root of a tree. */
export interface DeclaredTaskSupervisor extends TaskSupervisorSpec, Declared<TaskSupervisorTree> {}

const TASK_OPTIONS: Keys = {
  of: 'task of a task supervisor',
  known: [
    'id',
    'restart',
    'backoff',
    'maxRestarts',
    'withinMs',
    'classify',
    'giveUp',
    'reviveAfterMs',
    'shutdownMs',
    'onStuck',
    'staleAfterMs',
    'maxRunMs',
  ],
};

const OPTIONS: Keys = {
  of: 'task supervisor',
  known: [...CHILD_KEYS, 'maxChildren', 'task'],
  meant: {
    maxRestarts: 'task.maxRestarts',
    withinMs: 'task.withinMs',
    childBackoff: 'task.backoff',
    child: 'task',
    maxConcurrent: 'maxChildren',
  },
};

/**
 * Declares a supervisor of tasks that are given to it at run time as functions, and whose results are awaited:
 * Elixir's `Task.Supervisor`. Its tasks are run through its handle (`tree.supervisor(tasks)`), and in children
 * through `use(tasks)`.
 *
 * @returns the declaration as frozen data; a child for a supervisor, or the root of a tree (`start`)
 * @throws SpecError if an option is wrong or unknown
 *
 * @example
 * ```ts
 * const tasks = taskSupervisor({ id: 'tasks', task: { restart: 'transient', backoff: { minMs: 100, maxMs: 5_000 } } });
 * const tree = await supervisor({ id: 'shop', children: [tasks, web] }).start();
 * const rate = await tree.supervisor(tasks).runTask(() => fetchRate('EUR'), { timeoutMs: 10_000 });
 * ```
 */
export function taskSupervisor(options: TaskSupervisorOptions): DeclaredTaskSupervisor {
  const { task: given = {}, ...own } = readOptions('a task supervisor', options);
  const path = typeof own['id'] === 'string' ? own['id'] : '';
  checkKeys(own, OPTIONS, path);
  const spec = { ...own, child: templateOf(given, path) };
  return completeSpec('dynamic-supervisor', spec, '', declared) as DeclaredTaskSupervisor;
}

function templateOf(given: unknown, path: string): Task<[Job]> {
  const { restart = 'temporary', id = 'task', ...rest } = taskOptions(given, path);
  oneOf({ restart }, 'restart', ['temporary', 'transient'], 'COPPICE_INVALID_RESTART', path);
  const options: TaskOptions<[Job]> = { ...rest, id, restart, run: runJob };
  return task<[Job]>(restart === 'temporary' ? options : withLimit(options, path));
}

function taskOptions(given: unknown, path: string): AwaitedTaskOptions {
  const expected = 'task: the options of each task';
  const own = readOnce(given, (got, cause) =>
    coppiceError('COPPICE_NOT_A_SPEC', { expected, got, path }, cause),
  );
  checkKeys(own, TASK_OPTIONS, path);
  return own;
}

/** One task that fails is not to take the others with it: it has a limit of its own, for all of its restarts. */
function withLimit(options: TaskOptions<[Job]>, path: string): TaskOptions<[Job]> {
  const { backoff, maxRestarts = 3, withinMs = WHOLE_LIFE_MS, giveUp = 'remove' } = options;
  return {
    ...options,
    maxRestarts,
    withinMs,
    // What never gives up has nothing to do then.
    giveUp:
      maxRestarts === Infinity && options.classify === undefined ? (options.giveUp ?? 'escalate') : giveUp,
    ...(backoff !== undefined && { backoff: lastingBackoff(backoff, path) }),
  };
}

/** Delays do not begin anew after a long run, unless it says so. */
const lastingBackoff = (given: unknown, path: string): BackoffOptions => {
  const { resetAfterMs = WHOLE_LIFE_MS, ...delays } = readBackoff(given, 'backoff', path);
  return { ...delays, resetAfterMs } as unknown as BackoffOptions;
};
