/** The aggregator: the latest samples of each collector, as long as they are fresh. */
import { type Service, service } from 'coppice';

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric with all of its samples. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly Sample[];
}

/** What has not been heard of for so long is not reported any more: no number is better than an old one. */
export const STALE_MS = 5_000;

export class MetricStore {
  readonly #latest = new Map<string, { readonly at: number; readonly metrics: readonly Metric[] }>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Replaces what this collector has said before. */
  put(collector: string, metrics: readonly Metric[]): void {
    this.#latest.set(collector, { at: this.#now(), metrics });
  }

  /** All fresh metrics, by collector in the order in which they first came. */
  fresh(): Metric[] {
    const oldest = this.#now() - STALE_MS;
    return Array.from(this.#latest.values()).flatMap(({ at, metrics }) => (at < oldest ? [] : metrics));
  }
}

export const metricStore = (): Service<MetricStore> =>
  service({ id: 'aggregator', shutdownMs: 300, start: () => new MetricStore() });
