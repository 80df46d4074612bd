/** The subscription: what happens in a tree becomes metrics and spans, until it is taken back. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type AnySupervisorHandle, CommandError } from '@coppice/core';
import {
  FAULT_CHANNEL,
  type MeasureOptions,
  checkOptions,
  checkPort,
  measure,
  show,
} from '@coppice/core/kit';
import {
  type BatchObservableResult,
  type Meter,
  type Tracer,
  createNoopMeter,
  metrics,
  trace,
} from '@opentelemetry/api';
import { instrumentsOf } from './instruments.js';
import { Spans } from './spans.js';

/** Where to, and how much. */
export interface InstrumentOptions extends MeasureOptions {
  /** What makes the instruments. Default: the global meter provider's, for `@coppice/otel`. */
  readonly meter?: Meter | undefined;
  /** What makes the spans. Default: the global tracer provider's, for `@coppice/otel`. */
  readonly tracer?: Tracer | undefined;
}

const NAME = '@coppice/otel';

/** What is used of a meter. */
const METER = [
  'createCounter',
  'createHistogram',
  'createObservableGauge',
  'createObservableUpDownCounter',
  'addBatchObservableCallback',
  'removeBatchObservableCallback',
];

/**
 * Measures and traces a tree, or what is below one handle. Call it before the tree is started, and after the SDK is
 * registered: what was up before is not counted as started, and a meter that was had before its SDK stays mute.
 * Without an SDK nothing is measured, and no span is made.
 *
 * @param tree - the handle of a tree, or of a supervisor further down
 * @returns a function that ends it and takes all listeners and callbacks back; calling it again does nothing
 * @throws CommandError `COPPICE_INVALID_ARGUMENT` if an option is wrong, or unknown
 *
 * @example
 * ```ts
 * const stop = instrument(shop.handle(), { health: () => shop.health() });
 * await shop.run();
 * ```
 */
export function instrument(tree: AnySupervisorHandle, options: InstrumentOptions = {}): () => void {
  const { meter, tracer, ...measuring } = checkOptions('instrument', options, [
    'meter',
    'tracer',
    'maxPaths',
    'health',
  ]);
  checkPort('meter', meter, METER, 'instrument');
  checkPort('tracer', tracer, ['startSpan'], 'instrument');
  const stops = [measureWith(meter ?? metrics.getMeter(NAME), tree, measuring)];
  const off = (): void => stops.splice(0).forEach((stop) => stop());
  try {
    stops.push(traceWith(tracer ?? trace.getTracer(NAME), tree));
  } catch (error) {
    off();
    throw error;
  }
  return off;
}

function measureWith(meter: Meter, tree: AnySupervisorHandle, options: MeasureOptions): () => void {
  const { write, observables, observe } = made('meter', meter, () => instrumentsOf(meter));
  const measured = measure(tree, write, options);
  // Nobody would ever read it, and a listener has its price.
  if (meter === createNoopMeter()) {
    measured.stop();
    return () => {};
  }
  let isOn = true;
  const collect = (result: BatchObservableResult): void => {
    if (isOn) return observe(result, measured.read);
    observe(result, () => {});
    meter.removeBatchObservableCallback(collect, observables);
  };
  try {
    made('meter', meter, () => meter.addBatchObservableCallback(collect, observables));
  } catch (error) {
    measured.stop();
    throw error;
  }
  subscribe(FAULT_CHANNEL, measured.fault);
  return () => {
    isOn = false; // what was read off is told to be 0 when somebody collects once more
    measured.stop();
    unsubscribe(FAULT_CHANNEL, measured.fault);
  };
}

/** What comes of asking something of the user's that has the right methods. */
function made<T>(name: string, given: unknown, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const expected = `${name}: one that does what its methods are for`;
    throw new CommandError(
      'COPPICE_INVALID_ARGUMENT',
      { call: 'instrument', expected, got: `${show(given)} that throws` },
      cause,
    );
  }
}

function traceWith(tracer: Tracer, tree: AnySupervisorHandle): () => void {
  const { listener } = new Spans(tracer, tree.path);
  tree.on('event', listener);
  return () => void tree.off('event', listener);
}
