/** Counts by itself what the metrics of `@coppice/prometheus` count, and holds the two against each other. */
import type { ReasonWire, SupervisionEvent } from 'coppice';
import { count } from './ledger.js';
import type { Findings } from '../findings.js';

/** As much of prom-client's registry as is read. */
interface Registry {
  getMetricsAsJSON(): Promise<readonly { readonly name: string; readonly values?: readonly unknown[] }[]>;
}

interface Value {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
}

/** Which label tells the outcome, and whether it is a histogram. */
const COUNTED: Readonly<Record<string, string | undefined>> = {
  supervision_child_starts_total: 'supervision_start_outcome',
  supervision_child_exits_total: 'supervision_exit_reason',
  supervision_child_restarts_total: undefined,
  supervision_child_give_ups_total: 'supervision_give_up_action',
  supervision_child_start_duration_seconds: 'supervision_start_outcome',
  supervision_child_stop_duration_seconds: undefined,
  supervision_escalations_total: undefined,
};

export class OwnMetrics {
  readonly #counts = new Map<string, number>();
  readonly #dynamic = new Set<string>();
  readonly #starting = new Set<string>();

  hear(event: SupervisionEvent): void {
    const { type } = event;
    const label = this.#labelOf(event.path);
    const add = (metric: string, outcome = ''): void => count(this.#counts, `${metric} ${label} ${outcome}`);
    const key = 'incarnation' in event ? `${event.path} ${event.incarnation}` : '';
    const start = (outcome: string): void => {
      add('supervision_child_starts_total', outcome);
      this.#starting.delete(key);
    };
    switch (type) {
      case 'child:starting':
        if (event.kind === 'dynamic-supervisor') this.#dynamic.add(label);
        this.#starting.add(key);
        if (event.incarnation > 1) add('supervision_child_restarts_total');
        return;
      case 'child:started':
        add('supervision_child_start_duration_seconds', 'ok');
        return start('ok');
      case 'child:start-failed': {
        const outcome = event.error.code === 'COPPICE_START_TIMEOUT' ? 'timeout' : 'error';
        add('supervision_child_start_duration_seconds', outcome);
        return start(outcome);
      }
      case 'child:ignored':
        return start('ignored');
      case 'child:crashed':
        this.#starting.delete(key);
        return add('supervision_child_exits_total', 'crash');
      case 'child:completed':
        this.#starting.delete(key);
        return add('supervision_child_exits_total', event.reason.kind);
      case 'child:stopped':
        add('supervision_child_stop_duration_seconds');
        return this.#starting.has(key)
          ? start('interrupted')
          : add('supervision_child_exits_total', ended(event.reason));
      case 'child:gave-up':
        return add('supervision_child_give_ups_total', event.giveUp);
      case 'supervisor:gave-up':
        return add('supervision_escalations_total');
      default:
    }
  }

  /** Of both: `metric path outcome`, and how often. */
  async compare(registry: Registry, findings: Findings): Promise<number> {
    const theirs = await readOff(registry);
    for (const key of new Set([...this.#counts.keys(), ...theirs.keys()])) {
      const [own = 0, told = 0] = [this.#counts.get(key), theirs.get(key)];
      if (own !== told) findings.add('metrics', `${key}: ${told}, but it was ${own}`);
    }
    return theirs.size;
  }

  /** Children of dynamic supervisors are told together. */
  #labelOf(path: string): string {
    const [root = '', ...ids] = path.split('/');
    return ids.reduce((label, id) => (this.#dynamic.has(label) ? `${label}/*` : `${label}/${id}`), root);
  }
}

async function readOff(registry: Registry): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { name, values = [] } of await registry.getMetricsAsJSON()) {
    if (!(name in COUNTED)) continue;
    const outcome = COUNTED[name];
    for (const { value, metricName, labels } of values as readonly Value[]) {
      // Of a histogram: how many there were.
      if (metricName !== undefined && metricName !== name && !metricName.endsWith('_count')) continue;
      const path = labels['supervision_child_path'] ?? labels['supervision_supervisor_path'];
      count(counts, `${name} ${path} ${outcome === undefined ? '' : labels[outcome]}`, value);
    }
  }
  return counts;
}

const ended = ({ kind }: ReasonWire): string => (kind === 'crash' || kind === 'killed' ? kind : 'stopped');
