/** Load averages: how many processes ran or wanted to. */
import { loadavg } from 'node:os';
import { type Sampler, readIfThere } from '../collector.js';
import type { Metric } from '../metrics.js';

const MINUTES = [1, 5, 15];

/** `/proc/loadavg`: like `0.27 0.19 0.25 2/87 13535`. */
export function parseLoad(text: string): number[] {
  const averages = text.trim().split(/\s+/).slice(0, MINUTES.length).map(Number);
  if (averages.length < MINUTES.length || averages.some(Number.isNaN)) {
    throw new Error(`/proc/loadavg does not begin with three numbers: '${text.trim()}'`);
  }
  return averages;
}

export const loadMetrics = (averages: readonly number[]): Metric[] =>
  averages.map((value, i) => ({
    name: `host_load${MINUTES[i]}`,
    help: `Load average over ${MINUTES[i]} min.`,
    type: 'gauge',
    samples: [{ value }],
  }));

export const load: Sampler = {
  id: 'load',
  open: () => async () => {
    const text = await readIfThere('/proc/loadavg');
    return loadMetrics(text === undefined ? loadavg() : parseLoad(text));
  },
};
