/** Keeps what is measured: sums of counters, and the last reading. */
import type { AnySupervisorHandle } from '@coppice/core';
import { METRICS, type MeasureOptions, type MetricName, measure } from '@coppice/core/kit';

type Values = Record<string, number>;

/** `metric{attribute values}` and its value. */
const keyOf = (metric: string, attributes: object): string =>
  `${metric}{${Object.values(attributes).join(',')}}`;

export function measured(tree: AnySupervisorHandle, options?: MeasureOptions) {
  const counted: Values = {};
  const touched = new Set<MetricName>();
  const {
    read,
    fault,
    stop: off,
  } = measure(
    tree,
    (metric, value, attributes) => {
      touched.add(metric);
      const key = keyOf(metric, attributes);
      if (METRICS[metric].kind === 'histogram') counted[key] = value;
      else counted[key] = (counted[key] ?? 0) + value;
    },
    options,
  );
  const reading = (): Values => {
    const values: Values = {};
    read((metric, value, attributes) => {
      const key = keyOf(metric, attributes);
      if (key in values) throw new Error(`${key} is told twice`);
      values[key] = value;
    });
    return values;
  };
  /** What is not 0 of one metric, without its name. */
  const of = (metric: MetricName, values: Values = reading()): Values =>
    Object.fromEntries(
      Object.entries(values)
        .filter(([key, value]) => key.startsWith(`${metric}{`) && value !== 0)
        .map(([key, value]) => [key.slice(metric.length), value]),
    );
  return { counted, touched, reading, of, count: (metric: MetricName) => of(metric, counted), fault, off };
}
