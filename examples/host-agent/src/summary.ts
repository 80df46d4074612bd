/** The summary: a ledger of what happened to each child, and a table of it. */
import type { SupervisionEvent } from 'coppice';
import { type Style, fit, plainStyle } from './style.js';
import { plural, reasonText, duration } from './words.js';

interface Entry {
  readonly path: string;
  incarnations: number;
  /** In all of its incarnations together. */
  upMs: number;
  /** Why it ended last, before the agent was stopped. */
  lastReason: string;
}

export class Ledger {
  failures = 0;
  restarts = 0;
  gaveUp = 0;
  /** Ended by force, or left behind. */
  tooSlow = 0;
  readonly #entries = new Map<string, Entry>();
  /** What was decided last: why whoever is stopped now is stopped. */
  #decision = 'stopped';
  #isStopping = false;

  /** In the order in which they were first started: each supervisor before its children. */
  get entries(): readonly Readonly<Entry>[] {
    return Array.from(this.#entries.values());
  }

  note(event: SupervisionEvent): void {
    switch (event.type) {
      case 'child:starting':
        this.#entry(event.path).incarnations++;
        return;
      case 'child:crashed':
        this.failures++;
        return this.#ended(event.path, event.uptimeMs, reasonText({ kind: 'crash', error: event.error }));
      case 'child:start-failed':
        this.failures++;
        return this.#ended(event.path, 0, reasonText({ kind: 'crash', error: event.error }));
      case 'child:completed':
        return this.#ended(event.path, event.uptimeMs, reasonText(event.reason));
      case 'child:abandoned':
        this.tooSlow++;
        return;
      case 'child:stopped':
        if (event.reason.kind === 'killed') this.tooSlow++;
        return this.#ended(event.path, event.uptimeMs, this.#isStopping ? '' : this.#decision);
      case 'child:restarting':
        this.restarts++;
        // One for one nobody else is stopped.
        if (event.strategy !== 'one-for-one') this.#decision = `restarted with ${event.id}`;
        return;
      case 'child:gave-up':
        // Who escalates makes its supervisor give up, which counts.
        if (event.giveUp !== 'escalate') this.gaveUp++;
        return;
      case 'supervisor:gave-up':
        this.gaveUp++;
        this.#decision = `stopped when ${event.path.slice(event.path.lastIndexOf('/') + 1)} gave up`;
        return;
      case 'supervisor:stopping':
        this.#isStopping ||= !event.path.includes('/');
        return;
      default:
    }
  }

  #ended(path: string, uptimeMs: number, reason: string): void {
    const entry = this.#entry(path);
    entry.upMs += uptimeMs;
    if (reason !== '') entry.lastReason = reason;
  }

  #entry(path: string): Entry {
    const known = this.#entries.get(path);
    if (known) return known;
    const entry = { path, incarnations: 0, upMs: 0, lastReason: '' };
    this.#entries.set(path, entry);
    return entry;
  }
}

const HEAD = ['child', 'incarnations', 'uptime', 'last end'] as const;

export function summaryTable(ledger: Ledger, style: Style = plainStyle): string {
  const rows = ledger.entries.map(({ path, incarnations, upMs, lastReason }) => {
    const ids = path.split('/');
    const name = `${'  '.repeat(ids.length - 2)}${ids.at(-1)}`;
    return [name, String(incarnations), duration(upMs), lastReason === '' ? '–' : lastReason] as const;
  });
  const width = (column: 0 | 1 | 2) => Math.max(...[HEAD, ...rows].map((row) => row[column].length));
  const room = style.width - width(0) - width(1) - width(2) - 8;
  const line = (row: readonly [string, string, string, string]): string =>
    `  ${row[0].padEnd(width(0))}  ${row[1].padStart(width(1))}  ${row[2].padStart(width(2))}  ${fit(row[3], room)}`;
  const lines = rows.map((row) => (row[3] === '–' ? line(row) : style.warn(line(row))));
  return [style.bold(line(HEAD)), ...lines, '', `  ${totals(ledger)}`].join('\n');
}

function totals({ failures, restarts, gaveUp, tooSlow }: Ledger): string {
  const counts = [`gave up: ${gaveUp}`, `did not stop in time: ${tooSlow}`];
  return [plural(failures, 'failure'), plural(restarts, 'restart'), ...counts].join(', ');
}
