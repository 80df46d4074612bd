/** The metrics of the table as instruments of a meter. */
import {
  type Attributes,
  BUCKETS_S,
  METRICS,
  type Metric,
  type MetricName,
  type Write,
} from '@coppice/core/kit';
import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';

export interface Instruments {
  /** Counts, or records. */
  readonly write: Write;
  /** What is read off when somebody collects. */
  readonly observables: Observable[];
  /** Tells a collector what is read off now, and of what is gone since it asked last that it is 0. */
  readonly observe: (result: BatchObservableResult, read: (write: Write) => void) => void;
}

export function instrumentsOf(meter: Meter): Instruments {
  const writers = new Map<MetricName, (value: number, attributes: Attributes) => void>();
  let before = new Told();
  const observables = new Map<MetricName, Observable>();
  for (const [name, metric] of Object.entries(METRICS) as [MetricName, Metric][]) {
    const { description, unit } = metric;
    if (metric.kind === 'counter') {
      const counter = meter.createCounter(name, { description, unit });
      writers.set(name, (value, attributes) => counter.add(value, attributes));
    } else if (metric.kind === 'histogram') {
      const advice = { explicitBucketBoundaries: [...BUCKETS_S] };
      const histogram = meter.createHistogram(name, { description, unit, advice });
      writers.set(name, (value, attributes) => histogram.record(value, attributes));
    } else {
      const make = metric.kind === 'sum' ? 'createObservableUpDownCounter' : 'createObservableGauge';
      observables.set(name, meter[make](name, { description, unit }));
    }
  }
  return {
    write: (name, value, attributes) => writers.get(name)?.(value, attributes),
    observables: [...observables.values()],
    observe: (result, read) => {
      const now = new Told();
      read((name, value, attributes) => {
        now.add(name, attributes);
        result.observe(observables.get(name)!, value, attributes);
      });
      // The SDK would go on telling what it was.
      for (const [name, attributes] of before.except(now))
        result.observe(observables.get(name)!, 0, attributes);
      before = now;
    },
  };
}

/** What was told when somebody collected. */
class Told {
  readonly #points = new Map<string, readonly [MetricName, Attributes]>();

  add(name: MetricName, attributes: Attributes): void {
    this.#points.set(`${name} ${JSON.stringify(attributes)}`, [name, attributes]);
  }

  /** What is not in another. */
  *except(other: Told): IterableIterator<readonly [MetricName, Attributes]> {
    for (const [key, point] of this.#points) if (!other.#points.has(key)) yield point;
  }
}
