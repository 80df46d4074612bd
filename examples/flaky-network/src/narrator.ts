/**
 * What is told while it happens: of hundreds of children only a few. Each lifecycle event makes a line or none;
 * where a delay is told, the range that is allowed for it is drawn beside it.
 */
import type { Backoff, ErrorWire, SupervisionEvent } from 'coppice';
import { type Delay, allowedAfter, isAllowed } from './delays.js';
import { rangePlot } from './draw.js';
import type { Accepted } from './server.js';
import type { Style } from './style.js';
import { duration } from './words.js';

/** Whose events are told, by path. */
export interface Cast {
  /** Each of its delays. */
  readonly one: string;
  readonly backoff: Backoff;
  /** That they are parked, and come back. */
  readonly parked: ReadonlySet<string>;
  /** The supervisor of those whose falls and returns are told. */
  readonly desk: string;
}

/** Columns. */
const TIME = 8;
const WHO = 14;
const PLOT = 32;

export class Narrator {
  readonly #write: (line: string) => void;
  readonly #style: Style;
  readonly #cast: Cast;
  readonly #began: number;
  readonly #why = new Map<string, string>();
  readonly #parkedAt = new Map<string, number>();
  readonly #down = new Set<string>();

  constructor(write: (line: string) => void, style: Style, cast: Cast, began: number) {
    this.#write = write;
    this.#style = style;
    this.#cast = cast;
    this.#began = began;
  }

  /** A new chapter. */
  chapter(title: string, ...text: string[]): void {
    const { bold, dim } = this.#style;
    this.#write(`\n${bold(title)} ${dim('─'.repeat(Math.max(3, 89 - title.length)))}`);
    for (const line of text) this.#write(dim(line));
  }

  plain(line = ''): void {
    this.#write(line);
  }

  say(at: number, who: string, text: string, tone: keyof Style = 'bold', symbol = '●'): void {
    const { [tone]: paint, dim } = this.#style;
    const time = `${((at - this.#began) / 1000).toFixed(2)} s`;
    this.#write(`${dim(time.padStart(TIME))}  ${paint(symbol)} ${who.padEnd(WHO)} ${paint(text)}`);
  }

  tell(event: SupervisionEvent): void {
    const { type, path } = event;
    if (type === 'child:crashed' || type === 'child:start-failed') this.#why.set(path, shortly(event.error));
    if (path === this.#cast.one) this.#tellOne(event);
    if (this.#cast.parked.has(path)) this.#tellParked(event);
    if (path.startsWith(`${this.#cast.desk}/`)) this.#tellDesk(event);
  }

  /** The server has let somebody in. */
  welcome({ name, at }: Accepted): void {
    if (name === this.#cast.one && this.#why.delete(name)) this.say(at, nameOf(name), 'back', 'good', '▲');
  }

  #tellOne(event: SupervisionEvent): void {
    const { type, path, at } = event;
    if (type !== 'child:backing-off') return;
    const { failures, delayMs } = event;
    const delay = { delayMs, allowed: allowedAfter(this.#cast.backoff, failures) };
    const why = this.#why.get(path) ?? '';
    this.say(at, nameOf(path), `${why.padEnd(18)} ${this.#delay(failures, delay)}`, 'warn', '✗');
  }

  #delay(failures: number, delay: Pick<Delay, 'delayMs' | 'allowed'>): string {
    const { allowed, delayMs } = delay;
    const range = `${Math.round(allowed.minMs)}..${Math.round(allowed.maxMs)}`;
    const plot = rangePlot(allowed, delayMs, this.#cast.backoff.maxMs, PLOT);
    const mark = isAllowed(delay) ? '' : ' not allowed!';
    return `#${failures}: ${String(delayMs).padStart(4)} ms in ${range.padEnd(9)} ${plot}${mark}`;
  }

  #tellParked(event: SupervisionEvent): void {
    const { type, path, at } = event;
    if (type === 'child:gave-up' && event.giveUp === 'park') {
      const { because, budget, reviveAt } = event;
      const reason =
        because === 'limit' && budget.max !== null
          ? `one restart more than ${budget.max} in ${duration(budget.withinMs)}`
          : `${because}: ${this.#why.get(path) ?? ''}`;
      const until = reviveAt === null ? 'until somebody revives it' : `for ${duration(reviveAt - at)}`;
      this.#parkedAt.set(path, at);
      this.say(at, nameOf(path), `parked ${until} (${reason})`, 'bad', '◼');
    }
    const parkedAt = this.#parkedAt.get(path);
    if (type !== 'child:started' || parkedAt === undefined) return;
    this.#parkedAt.delete(path);
    this.say(at, nameOf(path), `back, after ${duration(at - parkedAt)}`, 'good', '▲');
  }

  #tellDesk(event: SupervisionEvent): void {
    const { type, path, at } = event;
    if (type === 'child:crashed') {
      this.#down.add(path);
      this.say(at, `desk/${nameOf(path)}`, this.#why.get(path) ?? '', 'bad', '✗');
    } else if (type === 'child:waiting' && !this.#down.has(path)) {
      this.#down.add(path);
      this.say(at, `desk/${nameOf(path)}`, `stopped: it is bound to ${nameOf(event.waitsFor)}`, 'warn', '■');
    } else if (type === 'child:started' && this.#down.delete(path)) {
      this.say(at, `desk/${nameOf(path)}`, 'back', 'good', '▲');
    }
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `connect ECONNREFUSED 127.0.0.1:20123` in the words of a person. */
function shortly({ code, message }: ErrorWire): string {
  return code === 'ECONNREFUSED' ? 'connection refused' : message;
}
