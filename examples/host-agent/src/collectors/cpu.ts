/** CPU time by mode, and how busy the machine was since the last sample. */
import { cpus } from 'node:os';
import { type Sampler, readIfThere } from '../collector.js';
import type { Metric } from '../metrics.js';

/** Seconds since the machine started that one CPU spent in each mode. */
export interface CpuTimes {
  readonly cpu: string;
  readonly modes: Readonly<Record<string, number>>;
}

const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];
/** Linux counts in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** `/proc/stat`: a line for each CPU, like `cpu0 10090 0 4133 225583 50 0 25 47 0 0`. */
export function parseCpu(stat: string): CpuTimes[] {
  return Array.from(stat.matchAll(/^cpu(\d+) (.+)$/gm), ([, cpu = '', numbers = '']) => {
    const ticks = numbers.trim().split(/\s+/).map(Number);
    const modes = MODES.map((mode, i) => [mode, (ticks[i] ?? 0) / TICKS_PER_SECOND] as const);
    return { cpu, modes: Object.fromEntries(modes) };
  });
}

/** The part of all CPU time between two readings that was not idle, from 0 to 1. */
export function usageBetween(before: readonly CpuTimes[], after: readonly CpuTimes[]): number {
  const total = allSeconds(after) - allSeconds(before);
  const idle = idleSeconds(after) - idleSeconds(before);
  return total <= 0 ? 0 : Math.min(1, Math.max(0, 1 - idle / total));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const allSeconds = (times: readonly CpuTimes[]): number =>
  sum(times.flatMap(({ modes }) => Object.values(modes)));
const idleSeconds = (times: readonly CpuTimes[]): number =>
  sum(times.map(({ modes }) => (modes['idle'] ?? 0) + (modes['iowait'] ?? 0)));

export function cpuMetrics(times: readonly CpuTimes[], usage: number | undefined): Metric[] {
  const seconds: Metric = {
    name: 'host_cpu_seconds_total',
    help: 'Seconds that each CPU spent in each mode.',
    type: 'counter',
    samples: times.flatMap(({ cpu, modes }) =>
      Object.entries(modes).map(([mode, value]) => ({ labels: { cpu, mode }, value })),
    ),
  };
  if (usage === undefined) return [seconds];
  const help = 'Part of the CPU time since the last sample that was not idle, from 0 to 1.';
  return [{ name: 'host_cpu_usage_ratio', help, type: 'gauge', samples: [{ value: usage }] }, seconds];
}

/** Where there is no `/proc`; milliseconds in, seconds out. */
const fromNode = (): CpuTimes[] =>
  cpus().map(({ times: { user, nice, sys, idle, irq } }, i) => ({
    cpu: String(i),
    modes: { user: user / 1000, nice: nice / 1000, system: sys / 1000, idle: idle / 1000, irq: irq / 1000 },
  }));

export const cpu: Sampler = {
  id: 'cpu',
  open: () => {
    let before: CpuTimes[] | undefined;
    return async () => {
      const stat = await readIfThere('/proc/stat');
      const after = stat === undefined ? fromNode() : parseCpu(stat);
      const usage = before && usageBetween(before, after);
      before = after;
      return cpuMetrics(after, usage);
    };
  },
};
