/** A thread with a tree of its own, in which something fails all the time. */
import { runThread, service, supervisor, task } from 'coppice';

runThread(
  supervisor({
    id: 'inside',
    strategy: 'one-for-all',
    maxRestarts: 100,
    withinMs: 10_000,
    children: [
      service({ id: 'still', start: () => 'up' }),
      supervisor({
        id: 'deeper',
        maxRestarts: 100,
        withinMs: 10_000,
        children: [
          task({
            id: 'restless',
            run: async ({ sleep }) => {
              await sleep(700);
              throw new Error('restless fails');
            },
          }),
        ],
      }),
    ],
  }),
);
