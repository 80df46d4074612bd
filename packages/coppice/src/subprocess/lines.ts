/** Cuts the output of a process into lines, whatever it is: binary, endless, torn between two chunks. */
import { StringDecoder } from 'node:string_decoder';

/** Holds no more than one line of the greatest length, however much comes without an end of line. */
export class LineSplitter {
  readonly #maxLength: number;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #cut = 0;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** What has come of a line that has not ended yet, such as a prompt. */
  get partial(): string {
    return this.#line;
  }

  /** The lines that this piece of output ends. */
  push(chunk: Buffer): string[] {
    return this.#split(this.#decoder.write(chunk));
  }

  /** What is left when the output has ended without an end of line. */
  end(): string[] {
    const lines = this.#split(this.#decoder.end());
    return this.#line === '' && this.#cut === 0 ? lines : [...lines, this.#take()];
  }

  #split(text: string): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      this.#add(text, from, to);
      lines.push(this.#take());
      from = to + 1;
    }
    this.#add(text, from, text.length);
    return lines;
  }

  #add(text: string, from: number, to: number): void {
    const fits = Math.min(to, from + this.#maxLength - this.#line.length);
    if (fits > from) this.#line += text.slice(from, fits);
    this.#cut += to - fits;
  }

  #take(): string {
    const line =
      this.#cut === 0 ? this.#line.replace(/\r$/, '') : `${whole(this.#line)}... (${this.#cut} more cut)`;
    this.#line = '';
    this.#cut = 0;
    return line;
  }
}

/** Without the first half of a character that was cut in two. */
const whole = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '');
