/** The metrics of one registry, which all trees that are measured with it share. */
import {
  BUCKETS_S,
  METRICS,
  type Measured,
  type Metric,
  type MetricName,
  type Write,
} from '@coppice/core/kit';
import { Counter, Gauge, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import { prometheusName, underscored } from './names.js';

/** prom-client's registry, for either of its text formats. */
export type PrometheusRegistry = Registry | Registry<OpenMetricsContentType>;

const expositions = new WeakMap<PrometheusRegistry, Exposition>();

/** That of a registry; made when it is first asked for. */
export function expositionOf(registry: PrometheusRegistry): Exposition {
  const known = expositions.get(registry);
  if (known) return known;
  const exposition = new Exposition(registry);
  expositions.set(registry, exposition);
  return exposition;
}

interface Options {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: PrometheusRegistry[];
}

export class Exposition {
  readonly #registry: PrometheusRegistry;
  readonly #sources = new Set<Measured>();
  readonly #metrics = new Map<MetricName, Counter | Histogram | Gauge>();
  #isRead = false;

  constructor(registry: PrometheusRegistry) {
    this.#registry = registry;
  }

  add(source: Measured): void {
    if (this.#sources.size === 0) this.#register();
    this.#sources.add(source);
  }

  /** What nobody measures any longer is taken off the registry. */
  remove(source: Measured): void {
    this.#sources.delete(source);
    if (this.#sources.size === 0) this.#unregister();
  }

  #unregister(): void {
    for (const name of this.#metrics.keys()) this.#registry.removeSingleMetric(prometheusName(name));
    this.#metrics.clear();
  }

  readonly write: Write = (name, value, attributes) => {
    const metric = this.#metrics.get(name);
    const labels = Object.fromEntries(
      Object.entries(attributes).map(([key, label]) => [underscored(key), String(label)]),
    );
    if (metric instanceof Counter) metric.inc(labels, value);
    else if (metric instanceof Histogram) metric.observe(labels, value);
    // Of several trees some may have parts under the same path: as many as are told together.
    else if (METRICS[name].kind === 'sum') metric?.inc(labels, value);
    else metric?.set(labels, value);
  };

  #register(): void {
    for (const [name, { kind, description, attributes }] of Object.entries(METRICS) as [
      MetricName,
      Metric,
    ][]) {
      const options = {
        name: prometheusName(name),
        help: description,
        labelNames: attributes.map(underscored),
        registers: [this.#registry],
      };
      try {
        this.#metrics.set(name, this.#make(kind, options));
      } catch (error) {
        // Somebody else has a metric of this name: then the registry is left as it was.
        this.#unregister();
        throw error;
      }
    }
  }

  #make(kind: Metric['kind'], options: Options): Counter | Histogram | Gauge {
    if (kind === 'counter') return new Counter(options);
    if (kind === 'histogram') return new Histogram({ ...options, buckets: [...BUCKETS_S] });
    return new Gauge({ ...options, collect: () => this.#read() });
  }

  /** Each gauge asks for its own; all are read at once, and once for each scrape. */
  #read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    queueMicrotask(() => {
      this.#isRead = false;
    });
    for (const metric of this.#metrics.values()) if (metric instanceof Gauge) metric.reset();
    for (const source of this.#sources) source.read(this.write);
  }
}
