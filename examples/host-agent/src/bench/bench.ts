/**
 * The bench: a thread that does the heavy work, and a referee that asks it for some every second. A thread whose
 * event loop is blocked cannot say so; that it does not answer is what the referee sees.
 */
import { type Service, type Task, type ThreadHandle, task, thread } from 'coppice';
import type { Metric, MetricStore } from '../metrics.js';
import { BLOCK_BYTES, type HasherProtocol, type Measured } from './measure.js';

export type Hasher = Service<ThreadHandle<HasherProtocol>>;

export const hasherThread = (): Hasher =>
  thread<HasherProtocol>({
    id: 'hasher',
    file: new URL('./hasher-thread.js', import.meta.url),
    resourceLimits: { maxOldGenerationSizeMb: 64 },
    // It answers within moments, or never: then it is terminated.
    shutdownMs: 300,
  });

const EVERY_MS = 1_000;
const HASH_FOR_MS = 50;

/** Crashes when there was no answer. It takes `one-for-all` that the thread is then made anew as well. */
export const referee = (hasher: Hasher, store: Service<MetricStore>): Task =>
  task({
    id: 'referee',
    shutdownMs: 300,
    run: async ({ use, sleep, bind, defer }) => {
      const running = use(hasher);
      let isAnswered = true;
      // Called by the thread's port; `bind` says whose it is if it throws.
      const answered = bind((measured: Measured) => {
        isAnswered = true;
        use(store).put('bench', benchMetrics(measured));
      });
      running.on('message', answered);
      defer(() => running.off('message', answered));
      while (isAnswered) {
        isAnswered = false;
        running.post({ hashForMs: HASH_FOR_MS });
        await sleep(EVERY_MS);
      }
      throw new Error('no answer from the thread');
    },
  });

const benchMetrics = ({ p50, p99 }: Measured): Metric[] => [
  {
    name: 'host_hash_seconds',
    help: `Seconds to hash ${BLOCK_BYTES / 1024} KiB on one core, with SHA-256.`,
    type: 'gauge',
    samples: [
      { labels: { quantile: '0.5' }, value: p50 },
      { labels: { quantile: '0.99' }, value: p99 },
    ],
  },
];
