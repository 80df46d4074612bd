/** The same with a supervisor: what is run, and what is said about it. */
import { type StopReport, type Subscribable, supervisor, task } from 'coppice';
import type { Job, World } from './work.js';

/** Keeps the jobs running; gives up when they need more than 5 restarts within a second. */
export const supervised = (jobs: readonly Job[]) =>
  supervisor({
    id: 'jobs',
    maxRestarts: 5,
    withinMs: 1_000,
    children: jobs.map((job) => task({ id: job.name, run: ({ signal }) => job.run(signal) })),
  });

/** Says what happens to the jobs. */
export function narrate(tree: Subscribable, say: World['say']): void {
  tree.on('child:started', ({ id, incarnation }) => say(`${id} runs${incarnation > 1 ? ' again' : ''}`));
  tree.on('child:crashed', ({ id, error }) => say(`${id} crashed: ${error.message}`));
  tree.on('child:completed', ({ id }) => say(`${id} returned, though it should run for ever`));
  tree.on('child:restarting', ({ id, budget: { used, max } }) =>
    say(`${id} is started again (${used} of ${max} restarts within a second used)`),
  );
  tree.on('child:stopped', ({ id }) => say(`${id} stopped, as it was asked to`));
  tree.on('supervisor:gave-up', ({ error }) => say(error.message));
}

/** The end in a sentence. */
export function verdict({ reason, unstopped }: StopReport): string {
  if (reason.kind === 'shutdown' && reason.cause !== undefined) return 'over: gave up';
  const left = unstopped.map(({ path }) => path).join(', ');
  return `over: everything is closed${left && `, except ${left}`}`;
}
