/** `vmstat 1` as a process of its own, and the reader that hands its numbers over. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Service, type Subprocess, type Task, interval, subprocess } from 'coppice';
import type { Logger } from 'pino';
import type { MetricStore } from '../metrics.js';
import { VmstatLines, vmstatMetrics } from './lines.js';

export interface Vmstat {
  readonly process: Service<Subprocess>;
  readonly reader: Task;
}

export function vmstat(store: Service<MetricStore>, logger: Logger): Vmstat {
  const lines = new VmstatLines();
  const isThere = isInstalled();
  if (!isThere) logger.info('there is no vmstat on this machine: a program of our own stands in for it');
  const { file, args } = isThere ? VMSTAT : STAND_IN;
  return {
    process: subprocess({
      id: 'vmstat',
      file,
      args,
      env: { LC_ALL: 'C' },
      log: false,
      onLine: (line, stream) => stream === 'stdout' && lines.add(line),
      shutdownMs: 1_000,
      // It says something every second. A process that runs and says nothing is of no more use than none.
      heartbeat: 'output',
      staleAfterMs: 4_000,
      backoff: { minMs: 100, maxMs: 2_000, resetAfterMs: 10_000 },
      // One that hangs each time takes up to 7 s for each of these.
      maxRestarts: 20,
      withinMs: 300_000,
    }),
    reader: interval({
      id: 'reader',
      everyMs: 1_000,
      shutdownMs: 300,
      run: ({ use }) => {
        const row = lines.take();
        if (row) use(store).put('vmstat', vmstatMetrics(row));
      },
    }),
  };
}

/** Headings only once, and a line every second. */
const VMSTAT = { file: 'vmstat', args: ['-n', '1'] };

const STAND_IN = {
  file: process.execPath,
  args: [fileURLToPath(new URL('./stand-in.js', import.meta.url))],
};

/** The one of Linux: what others call so has other options and columns. */
const isInstalled = (): boolean =>
  process.platform === 'linux' &&
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'vmstat')));
