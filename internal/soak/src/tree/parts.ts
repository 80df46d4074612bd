/** What several parts of the application are made of. */
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServiceOptions, service, task } from 'coppice';

/** What is in a resource that stays with it, so that one that is not given back is seen. */
export interface Resource {
  readonly file: string;
  readonly ticks: { count: number };
}

type Own = Omit<ServiceOptions<Resource, []>, 'start' | 'stop'>;

/** What a resource holds: a file and a timer. All is gone with its incarnation, also if its start is broken off. */
export const resource = (options: Own) =>
  service<Resource>({
    shutdownMs: 1_000,
    ...options,
    start: async ({ sleep, defer, id }) => {
      const file = join(tmpdir(), `${id}-${randomUUID()}`);
      writeFileSync(file, 'held');
      defer(() => rmSync(file));
      const ticks = { count: 0 };
      const timer = setInterval(() => ticks.count++, 50);
      defer(() => clearInterval(timer));
      await sleep(5);
      return { file, ticks };
    },
    stop: () => new Promise<void>((resolve) => setTimeout(resolve, 5)),
  });

/** A loop that hears its signal. */
export const loop = (options: Omit<Parameters<typeof task>[0], 'run'> & { readonly id: string }) =>
  task({
    shutdownMs: 1_000,
    ...options,
    run: async ({ sleep, heartbeat }) => {
      for (;;) {
        await sleep(40);
        heartbeat();
      }
    },
  });

/** Waits, and hears no signal. */
export const deafWait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
