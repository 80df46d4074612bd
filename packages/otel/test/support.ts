/** A tree with a history, on a simulated clock; the SDK, with everything kept in memory. */
import {
  SimulatedClock,
  type SupervisorTree,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

export interface Sdk {
  readonly meters: MeterProvider;
  readonly tracers: NodeTracerProvider;
  /** Collects now: values by name and attribute values; of a histogram its sum. */
  values(): Promise<Record<string, number>>;
  /** `name type unit` of all that was ever told; sums are up-down where they may go down. */
  described(): Promise<string[]>;
  spans(): ReadableSpan[];
  shutdown(): Promise<void>;
}

/** The real thing, without an interval that would matter. */
export function sdk(): Sdk {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meters = new MeterProvider({ readers: [reader] });
  const memory = new InMemorySpanExporter();
  const tracers = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  return {
    meters,
    tracers,
    values: async () => {
      exporter.reset();
      await reader.forceFlush();
      const values: Record<string, number> = {};
      for (const { scopeMetrics } of exporter.getMetrics())
        for (const { metrics } of scopeMetrics)
          for (const { descriptor, dataPoints } of metrics)
            for (const { attributes, value } of dataPoints) {
              const key = `${descriptor.name}{${Object.values(attributes).join(',')}}`;
              if (key in values) throw new Error(`${key} is told twice`);
              values[key] = typeof value === 'number' ? value : (value.sum ?? 0);
            }
      return values;
    },
    described: async () => {
      exporter.reset();
      await reader.forceFlush();
      const all = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      return all.map((one) => {
        const isMonotonic = one.dataPointType === DataPointType.SUM && one.isMonotonic;
        return `${one.descriptor.name} ${DataPointType[one.dataPointType]}${isMonotonic ? '+' : ''} ${one.descriptor.unit}`;
      });
    },
    spans: () => memory.getFinishedSpans(),
    shutdown: async () => {
      await meters.shutdown();
      await tracers.shutdown();
    },
  };
}

/** Those of one metric that are not 0. */
export const only = (values: Record<string, number>, name: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([key, value]) => key.startsWith(`${name}{`) && value !== 0)
      .map(([key, value]) => [key.slice(name.length), value]),
  );

export interface Shop {
  readonly tree: SupervisorTree;
  readonly clock: SimulatedClock;
  /** Starts it; the poller crashes after 312 ms each time, and its supervisor gives up at the second. */
  readonly start: () => Promise<void>;
  /** Stops it; one child does not, and is given up after 500 ms. */
  readonly stop: () => Promise<void>;
}

/** A shop: a database that takes 12 ms to start, a poller that crashes, one that gets stuck, sessions. */
export function shop(): Shop {
  const clock = new SimulatedClock();
  const after = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(resolve, ms));
  const poller = task({
    id: 'poller',
    run: async ({ sleep }) => {
      await sleep(312);
      throw new TypeError('connect ECONNREFUSED', { cause: new RangeError('port 0') });
    },
  });
  const session = service({ id: 'session', start: ({ attempt }) => attempt });
  const tree = supervisor({
    id: 'shop',
    children: [
      service({ id: 'db', start: () => after(12), stop: () => after(40) }),
      task({ id: 'stuck', shutdownMs: 500, run: () => after(10_000) }),
      supervisor({ id: 'feeds', maxRestarts: 1, children: [poller] }),
      dynamicSupervisor({ id: 'sessions', child: session }),
    ],
  }).handle({ clock });
  void tree.whenStopped();
  return {
    tree,
    clock,
    start: async () => {
      const starting = tree.start();
      await clock.advance(12);
      await starting;
    },
    stop: async () => {
      const stopping = tree.stop();
      await clock.advance(540);
      await stopping;
    },
  };
}
