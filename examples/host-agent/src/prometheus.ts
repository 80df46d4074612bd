/** The machine's metrics as a registry of prom-client. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { Metric } from './metrics.js';

/** Made anew for each scrape, so that what is not fresh any more is not in it. */
export function registryOf(metrics: readonly Metric[]): Registry {
  const registry = new Registry();
  for (const { name, help, type, samples } of metrics) {
    const labelNames = [...new Set(samples.flatMap(({ labels = {} }) => Object.keys(labels)))];
    const metric = new { counter: Counter, gauge: Gauge }[type]({
      name,
      help,
      labelNames,
      registers: [registry],
    });
    for (const { labels = {}, value } of samples) metric.inc(labels, value);
  }
  return registry;
}
