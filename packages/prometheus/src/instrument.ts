/** The subscription: what happens in a tree is counted, and what it is at is read off at each scrape. */
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
import { Registry } from 'prom-client';
import { type PrometheusRegistry, expositionOf } from './exposition.js';

/** Where to, and how much. */
export interface InstrumentOptions extends MeasureOptions {
  /** prom-client's registry for the metrics; several trees may share one. Default: a new one. */
  readonly registry?: PrometheusRegistry | undefined;
}

/** What is used of a registry, by us and by prom-client. */
const REGISTRY = ['registerMetric', 'removeSingleMetric', 'metrics'];

/** A tree that is measured. */
export interface Instrumented {
  /** What a scrape asks: `await registry.metrics()`, with `registry.contentType`. */
  readonly registry: PrometheusRegistry;
  /**
   * Ends it, and takes all listeners back; calling it again does nothing. With the last tree of a registry its
   * metrics go from there.
   */
  readonly stop: () => void;
}

/**
 * Measures a tree, or what is below one handle. Call it before the tree is started: what was up before is not counted
 * as started.
 *
 * @param tree - the handle of a tree, or of a supervisor further down
 * @throws CommandError `COPPICE_INVALID_ARGUMENT` if an option is wrong, or unknown
 *
 * @example
 * ```ts
 * const { registry } = instrument(shop.handle(), { health: () => shop.health() });
 * http.createServer(async (_, response) => {
 *   response.setHeader('content-type', registry.contentType);
 *   response.end(await registry.metrics());
 * });
 * ```
 */
export function instrument(tree: AnySupervisorHandle, options: InstrumentOptions = {}): Instrumented {
  const { registry = new Registry(), ...measuring } = checkOptions('instrument', options, [
    'registry',
    'maxPaths',
    'health',
  ]);
  checkPort('registry', registry ?? null, REGISTRY, 'instrument');
  const exposition = expositionOf(registry);
  const measured = measure(tree, exposition.write, measuring);
  try {
    exposition.add(measured);
  } catch (cause) {
    measured.stop();
    const expected = 'registry: one that takes these metrics, and has no others of their names';
    throw new CommandError(
      'COPPICE_INVALID_ARGUMENT',
      { call: 'instrument', expected, got: `${show(registry)} that refuses them` },
      cause,
    );
  }
  subscribe(FAULT_CHANNEL, measured.fault);
  let isOn = true;
  const stop = (): void => {
    if (!isOn) return;
    isOn = false;
    measured.stop();
    unsubscribe(FAULT_CHANNEL, measured.fault);
    exposition.remove(measured);
  };
  return { registry, stop };
}
