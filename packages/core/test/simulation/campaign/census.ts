/** What a campaign has covered: so many of each event, by what they were about. */
import type { EventBody } from '../../../src/model/event.js';

/** The field that says which of several things an event is about. */
const DETAILS: Partial<Record<string, string>> = {
  'child:restarting': 'because',
  'child:not-restarted': 'because',
  'child:gave-up': 'giveUp',
  'child:stopping': 'because',
  'child:removed': 'because',
  'supervisor:stopping': 'because',
};

export class Census {
  readonly #counts = new Map<string, number>();
  /** Simulated time of all scripts, one after the other. */
  simulatedMs = 0;

  hear(event: EventBody): void {
    this.#add(event.type);
    const field = DETAILS[event.type];
    const detail = field === undefined ? undefined : (event as unknown as Record<string, unknown>)[field];
    if (typeof detail === 'string') this.#add(`${event.type} ${detail}`);
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** A line for each event: its name, how many there were, and what of. */
  lines(): string[] {
    const names = [...this.#counts.keys()].sort();
    const events = names.filter((name) => !name.includes(' '));
    return events.map((name) => {
      const kinds = names.filter((each) => each.startsWith(`${name} `));
      const details = kinds.map((each) => `${each.slice(name.length + 1)} ${inThousands(this.count(each))}`);
      const list = details.length > 0 ? `  (${details.join(', ')})` : '';
      return `${name.padEnd(26)}${inThousands(this.count(name)).padStart(11)}${list}`;
    });
  }

  #add(name: string): void {
    this.#counts.set(name, this.count(name) + 1);
  }
}

export const inThousands = (n: number): string => Math.round(n).toLocaleString('en-US');
