/** Memory and swap. */
import { freemem, totalmem } from 'node:os';
import { type Sampler, readIfThere } from '../collector.js';
import type { Metric } from '../metrics.js';

/** In bytes. */
export interface Memory {
  readonly total: number;
  readonly available: number;
  readonly swapTotal?: number | undefined;
  readonly swapFree?: number | undefined;
}

/** `/proc/meminfo`: lines like `MemTotal:       24684092 kB`. */
export function parseMemory(meminfo: string): Memory {
  const bytes = new Map(
    Array.from(meminfo.matchAll(/^(\w+):\s+(\d+) kB$/gm), ([, key = '', kib]) => [key, Number(kib) * 1024]),
  );
  const total = bytes.get('MemTotal');
  // MemAvailable is younger than some kernels that are still around.
  const available = bytes.get('MemAvailable') ?? bytes.get('MemFree');
  if (total === undefined || available === undefined) {
    throw new Error('/proc/meminfo has no MemTotal, or neither MemAvailable nor MemFree');
  }
  return { total, available, swapTotal: bytes.get('SwapTotal'), swapFree: bytes.get('SwapFree') };
}

export function memoryMetrics({ total, available, swapTotal, swapFree }: Memory): Metric[] {
  const gauge = (name: string, help: string, value: number | undefined): Metric[] =>
    value === undefined ? [] : [{ name, help, type: 'gauge', samples: [{ value }] }];
  return [
    ...gauge('host_memory_total_bytes', 'Memory of the machine.', total),
    ...gauge('host_memory_available_bytes', 'Memory that programs could still get.', available),
    ...gauge('host_swap_total_bytes', 'Swap space of the machine.', swapTotal),
    ...gauge('host_swap_free_bytes', 'Swap space that is not used.', swapFree),
  ];
}

export const memory: Sampler = {
  id: 'memory',
  open: () => async () => {
    const meminfo = await readIfThere('/proc/meminfo');
    return memoryMetrics(
      meminfo === undefined ? { total: totalmem(), available: freemem() } : parseMemory(meminfo),
    );
  },
};
