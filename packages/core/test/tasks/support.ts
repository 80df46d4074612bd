/** A task supervisor on a simulated clock, alone or with others, and all that happens there. */
import {
  type DeclaredTaskSupervisor,
  SimulatedClock,
  type SupervisionEvent,
  type SupervisorOptions,
  type TaskSupervisorOptions,
  type TaskSupervisorTree,
  taskSupervisor,
} from '@coppice/core';
import { boot } from '../support/scripted.js';

export interface TaskWorld {
  readonly tree: TaskSupervisorTree;
  readonly clock: SimulatedClock;
  readonly events: SupervisionEvent[];
  readonly settle: () => Promise<void>;
}

/** A task supervisor that is the root of a tree. */
export async function bootTasks(options: Partial<TaskSupervisorOptions> = {}): Promise<TaskWorld> {
  const clock = new SimulatedClock();
  const tree = taskSupervisor({ id: 'tasks', ...options }).handle({ clock });
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => void events.push(event));
  await tree.start();
  return { tree, clock, events, settle: () => clock.advance(0) };
}

/** The task supervisor `tasks`, and others after it. */
export async function bootWith(
  tasks: DeclaredTaskSupervisor,
  children: SupervisorOptions['children'],
  options: Partial<SupervisorOptions> = {},
) {
  const world = await boot({ ...options, children: [tasks, ...children] });
  return { ...world, handle: world.tree.supervisor(tasks) };
}

/** `child:crashed tasks/task#1` for each event of interest. */
export const story = (events: readonly SupervisionEvent[], ...types: SupervisionEvent['type'][]): string[] =>
  events.filter(({ type }) => types.includes(type)).map(({ type, path }) => `${type} ${path}`);

/** Runs until it is asked to stop, and then ends at once. */
export const untilStopped = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_resolve, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
