/** Children that come and go, and what is lent, found and awaited. */
import {
  dynamicSupervisor,
  partitionSupervisor,
  pool,
  registry,
  service,
  supervisor,
  task,
  taskSupervisor,
} from 'coppice';
import { resource } from './parts.js';

const GENEROUS = { maxRestarts: 1_000, withinMs: 10_000 } as const;

export const names = registry<{ readonly since: number }>({ id: 'names', keys: 'unique' });

export const sessions = dynamicSupervisor({
  id: 'sessions',
  ...GENEROUS,
  maxChildren: 200,
  childBackoff: { minMs: 10, maxMs: 100 },
  child: service({
    id: 'session',
    restart: 'transient',
    start: ({ use, end }, name: string, livesMs: number) => {
      use(names).register(name, { since: Date.now() });
      const timer = setTimeout(() => end(), livesMs);
      return timer;
    },
    stop: (timer) => clearTimeout(timer),
  }),
});

export const shards = partitionSupervisor({
  id: 'shards',
  partitions: 3,
  ...GENEROUS,
  child: dynamicSupervisor({
    id: 'shard',
    ...GENEROUS,
    child: task({
      id: 'job',
      restart: 'transient',
      run: ({ sleep }, ms: number) => sleep(ms),
    }),
  }),
});

export const db = pool({
  id: 'lent',
  size: 3,
  maxOverflow: 2,
  ...GENEROUS,
  child: resource({ id: 'connection' }),
});

/** Each borrows, works, and gives back; when it crashes what it has is discarded. */
const borrower = (id: string) =>
  task({
    id,
    run: async ({ use, sleep }) => {
      for (;;) {
        try {
          const lease = await use(db).checkout({ timeoutMs: 1_000 });
          await sleep(20);
          if (lease.isOpen) lease.release();
        } catch (error) {
          if (!isToldOf(error)) throw error;
        }
        await sleep(15);
      }
    },
  });

export const tasks = taskSupervisor({
  id: 'tasks',
  task: { restart: 'transient', maxRestarts: 2, backoff: { minMs: 5, maxMs: 50 }, shutdownMs: 1_000 },
});

/** Reads streams of results, over and over. */
const streamer = task({
  id: 'streamer',
  maxRestarts: Infinity,
  run: async ({ use, sleep }) => {
    for (let round = 0; ; round++) {
      const results = use(tasks).asyncStream(
        [1, 2, 3, 4, 5, 6],
        async (item, context) => {
          await context.sleep(10);
          if ((item + round + context.attempt) % 5 === 0) throw new Error(`item ${item} fails`);
          return item;
        },
        { concurrency: 3, settled: true, timeoutMs: 2_000, ordered: round % 2 === 0 },
      );
      for await (const result of results) if (result.status === 'fulfilled' && result.value === 6) break;
      await sleep(100);
    }
  },
});

const isToldOf = (error: unknown): boolean =>
  String((error as { code?: unknown } | undefined)?.code).startsWith('COPPICE_');

export const crowds = [
  names,
  sessions,
  shards,
  db,
  supervisor({ id: 'borrowers', ...GENEROUS, children: ['x', 'y', 'z', 'w'].map(borrower) }),
  tasks,
  supervisor({ id: 'readers', ...GENEROUS, children: [streamer] }),
];
