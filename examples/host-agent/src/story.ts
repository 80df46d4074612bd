/**
 * The story: lifecycle events as lines to read. Each failure reads as a paragraph: what failed and why, what
 * was decided, who was stopped for it, who is up again. Which line an event makes is in story-lines.ts; this
 * is about time, columns, and runs: starts, or stops, that follow each other are told in one line.
 */
import { type Clock, type Logger, type SupervisionEvent, realClock } from 'coppice';
import {
  type Line,
  type LogRecord,
  type Run,
  addToRun,
  lineOf,
  lineOfApplication,
  lineOfRun,
  runOf,
} from './story-lines.js';
import { type Style, fit, plainStyle, wrap } from './style.js';

/** The time, the symbol and the longest name, with what is between them. */
const TIME_WIDTH = 8;
const WHO_WIDTH = 20;
const TEXT_AT = TIME_WIDTH + WHO_WIDTH + 4;
/** A run is over when nothing has been added to it for so long. */
const RUN_PAUSE_MS = 100;

export class Story {
  /** What the children log becomes part of the story. */
  readonly logger: Logger;
  readonly #write: (line: string) => void;
  readonly #style: Style;
  readonly #clock: Clock;
  #root = '';
  #beganAt: number | undefined;
  #lastTime = '';
  #phase: 'starting' | 'up' | 'stopping' = 'starting';
  #run: Run | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (line: string) => void, style: Style = plainStyle, clock: Clock = realClock) {
    this.#write = write;
    this.#style = style;
    this.#clock = clock;
    this.logger = this.#loggerOf('');
  }

  /** Something that the program itself has to say. */
  say(text: string): void {
    this.#tell({ tone: 'bold', symbol: '●', path: this.#root, text }, this.#clock.now());
  }

  tell(event: SupervisionEvent): void {
    if (this.#beganAt === undefined) {
      this.#beganAt = event.at;
      // The first may be a warning about somebody further down.
      [this.#root = ''] = event.path.split('/');
    }
    if (event.path === this.#root && event.type === 'supervisor:stopping') this.#phase = 'stopping';
    // That all come up at the start goes without saying.
    const isFirstStart = event.type === 'child:started' && event.incarnation === 1;
    if (isFirstStart && this.#phase === 'starting') return;
    const run = this.#phase === 'stopping' ? undefined : runOf(event);
    if (run) this.#goOn(run);
    else {
      const line = lineOf(event, this.#root);
      if (line) this.#tell(line, event.at);
    }
    if (event.path === this.#root && event.type === 'supervisor:started') this.#phase = 'up';
  }

  /** Tells what is still held back. */
  end(): void {
    clearTimeout(this.#timer);
    const run = this.#run;
    this.#run = undefined;
    if (run) this.#print(lineOfRun(run), run.at);
  }

  #goOn(run: Run): void {
    if (this.#run?.type === run.type) addToRun(this.#run, run);
    else {
      this.end();
      this.#run = run;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), RUN_PAUSE_MS).unref();
  }

  #tell(line: Line, at: number): void {
    this.end();
    this.#print(line, at);
  }

  #print({ tone, symbol, path, text }: Line, at: number): void {
    const { [tone]: paint, dim, width } = this.#style;
    const time = `${((at - (this.#beganAt ?? at)) / 1000).toFixed(2)}s`;
    const shown = time === this.#lastTime ? '' : time;
    this.#lastTime = time;
    const who = fit(shortPath(path), WHO_WIDTH).padEnd(WHO_WIDTH);
    const [first = '', ...more] = wrap(text, width - TEXT_AT);
    const name = tone === 'dim' ? dim(who) : who;
    this.#write(`${dim(shown.padStart(TIME_WIDTH))} ${paint(symbol)} ${name} ${paint(first)}`);
    for (const line of more) this.#write(' '.repeat(TEXT_AT) + paint(line));
  }

  #loggerOf(path: string): Logger {
    const at =
      (tone: 'dim' | 'note' | 'warn' | 'bad', symbol: string) =>
      (first: string | object, second?: string): void => {
        const text = typeof first === 'string' ? first : (second ?? JSON.stringify(first));
        const record: LogRecord = typeof first === 'string' ? {} : { ...first };
        const isOfApplication = String(record['event']).startsWith('application:');
        const line = isOfApplication ? lineOfApplication(record, text) : { tone, symbol, path, text };
        if (line) this.#tell(line, this.#clock.now());
      };
    return {
      debug: at('dim', '·'),
      info: at('note', '·'),
      warn: at('warn', '⚡'),
      error: at('bad', '✗'),
      child: (bindings) => this.#loggerOf(typeof bindings['path'] === 'string' ? bindings['path'] : path),
    };
  }
}

/** Two ids are enough to know who is meant; the root is in all paths. */
function shortPath(path: string): string {
  const [root = '', ...below] = path.split('/');
  return below.length === 0 ? root : below.slice(-2).join('/');
}
