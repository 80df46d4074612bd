/** Threads and processes. */
import {
  type Service,
  type Subprocess,
  type ThreadProtocol,
  subprocess,
  supervisor,
  task,
  thread,
} from 'coppice';

const GENEROUS = { maxRestarts: 1_000, withinMs: 10_000 } as const;
const program = (name: string): URL => new URL(`../programs/${name}.js`, import.meta.url);
const BACKOFF = { minMs: 20, maxMs: 400, resetAfterMs: 2_000 } as const;

/** What a thread can be made to do. */
export type Order = 'answer' | 'spin' | 'exit' | 'throw' | 'return' | 'hoard';

export interface Ordered extends ThreadProtocol {
  readonly toThread: Order;
  readonly fromThread: 'answer';
}

/** What came from where: shows that messages go through. */
export const heard = { thread: 0, plain: 0, lines: 0, ipc: 0 };

export const obedient = thread<Ordered>({
  id: 'obedient',
  file: program('obedient-thread'),
  staleAfterMs: 800,
  // Time to load: one that is terminated in the middle of that leaves files open, whoever does it.
  shutdownMs: 2_000,
  resourceLimits: { maxOldGenerationSizeMb: 24 },
  onMessage: () => void heard.thread++,
});

const tree = thread({ id: 'tree', file: program('tree-thread'), staleAfterMs: 3_000, shutdownMs: 2_000 });

const plain = thread({ id: 'plain', file: program('plain-thread'), onMessage: () => void heard.plain++ });

/** Asks the thread all the time. */
const asker = task({
  id: 'asker',
  bindsTo: ['obedient'],
  run: async ({ use, sleep }) => {
    for (;;) {
      use(obedient).post('answer');
      await sleep(50);
    }
  },
});

export const THREADS = [obedient as typeof tree, tree, plain];

export const threads = supervisor({
  id: 'threads',
  childBackoff: BACKOFF,
  ...GENEROUS,
  children: [obedient, tree, plain, asker],
});

/** Answers line by line, and has to. */
export const lines = subprocess({
  id: 'lines',
  file: process.execPath,
  args: [program('lines-program').pathname],
  stdin: 'pipe',
  ready: /^listening/,
  heartbeat: /^done/,
  staleAfterMs: 2_500,
  shutdownMs: 800,
  onLine: () => void heard.lines++,
});

export const talkative = subprocess({
  id: 'talkative',
  file: process.execPath,
  args: [program('ipc-program').pathname],
  ready: 'ipc',
  heartbeat: 'ipc',
  staleAfterMs: 2_500,
  shutdownMs: 800,
});

/** Has processes of its own, which must not outlive it. */
const family = subprocess({
  id: 'family',
  file: 'sh',
  args: ['-c', 'sleep 10000 & sleep 10000 & wait'],
  shutdownMs: 500,
});

/** Does not want to go. */
const stubborn = subprocess({
  id: 'stubborn',
  file: 'sh',
  args: ['-c', `trap '' TERM; while :; do sleep 1; done`],
  shutdownMs: 300,
});

const asking = task({
  id: 'asking',
  bindsTo: ['lines', 'talkative'],
  run: async ({ use, sleep }) => {
    use(talkative).onMessage(() => void heard.ipc++);
    for (let n = 0; ; n++) {
      use(lines).stdin.write(`${n}\n`);
      // It may end between the question and its end being told.
      await use(talkative)
        .send({ n })
        .catch(() => {});
      await sleep(100);
    }
  },
});

export const PROCESSES: readonly Service<Subprocess>[] = [lines, talkative, family, stubborn];

export const processes = supervisor({
  id: 'processes',
  childBackoff: BACKOFF,
  ...GENEROUS,
  children: [...PROCESSES, asking],
});

export const machines = [threads, processes];
