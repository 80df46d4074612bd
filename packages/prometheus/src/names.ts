/** Names as Prometheus has them: those that an OpenTelemetry exporter makes of the same metrics. */
import { METRICS, type MetricName } from '@coppice/core/kit';

const UNITS: Readonly<Record<string, string>> = { s: '_seconds', '1': '_ratio' };

/**
 * The name of a metric in Prometheus: dots become underscores, a unit is named, what counts up is a total.
 *
 * @example
 * ```ts
 * prometheusName('supervision.child.restarts'); // 'supervision_child_restarts_total'
 * ```
 */
export function prometheusName(name: MetricName): string {
  const { kind, unit } = METRICS[name];
  return `${underscored(name)}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

/** The name of a label. */
export const underscored = (name: string): string => name.replaceAll('.', '_');
