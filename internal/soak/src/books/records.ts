/** Counts the records of pino by the events that they tell of. */
import { Writable } from 'node:stream';
import { EVENT_NAMES, type EventName } from 'coppice';
import { type Logger, pino } from 'pino';
import type { Findings } from '../findings.js';
import { count } from './ledger.js';

const FATAL = 60;
const NAMES: ReadonlySet<string> = new Set<string>(EVENT_NAMES);

export class Records {
  readonly told = new Map<string, number>();
  /** What the application says of itself. */
  readonly ofApplication = new Map<string, number>();
  /** What ended it, or would have. */
  readonly ends: string[] = [];
  #lines = 0;
  readonly logger: Logger;

  constructor() {
    const sink = new Writable({
      decodeStrings: false,
      write: (line: string, _encoding, done) => {
        this.#take(line);
        done();
      },
    });
    this.logger = pino({ level: 'trace', base: null }, sink);
  }

  get lines(): number {
    return this.#lines;
  }

  #take(line: string): void {
    this.#lines++;
    const { event, level = 0 } = JSON.parse(line) as { readonly event?: string; readonly level?: number };
    if (level >= FATAL) this.ends.push(line);
    if (event === undefined) return;
    if (NAMES.has(event)) count(this.told, event);
    if (event.startsWith('application:')) count(this.ofApplication, event);
  }

  compare(events: ReadonlyMap<EventName, number>, findings: Findings): void {
    for (const name of EVENT_NAMES) {
      const [told = 0, recorded = 0] = [events.get(name), this.told.get(name)];
      if (told !== recorded) findings.add('records', `${name}: ${recorded} records of ${told} events`);
    }
  }
}
