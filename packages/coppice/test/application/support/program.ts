/** Programs that use the built package, each started as its own process and watched from outside. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PACKAGE = join(__dirname, '../../..');

const PREAMBLE = `
  import { application, dynamicSupervisor, healthServer, service, subprocess, supervisor, task, thread } from 'coppice';
  const say = (line) => console.log(line);
  // A task that does nothing but wait for its signal, and holds no process up.
  const idle = (id, more = {}) => task({
    id, ...more, run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  });
  // A service that says what happens to it.
  const told = (id, more = {}) => service({
    id, start: () => say('start ' + id), stop: () => say('stop ' + id), ...more,
  });
  // A task that ignores its signal.
  const hung = (id, more = {}) => task({ id, ...more, run: () => new Promise(() => {}) });
`;

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly node?: readonly string[];
  /** With an IPC channel, as PM2 starts programs. */
  readonly ipc?: boolean;
}

export class Program {
  readonly process: ChildProcess;
  /** All that it has written so far, to both streams. */
  readonly lines: string[] = [];
  readonly exited: Promise<number | NodeJS.Signals>;
  #waiting: { readonly pattern: RegExp; resolve(line: string): void; reject(error: Error): void }[] = [];

  constructor(source: string, { env = {}, node = [], ipc = false }: ProgramOptions = {}) {
    const stdio: SpawnOptions['stdio'] = ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc' as const] : [])];
    this.process = spawn(
      process.execPath,
      [...node, '--input-type=module', '--eval', `${PREAMBLE}${source}`],
      { cwd: PACKAGE, stdio, env: { ...process.env, ...env } },
    );
    for (const stream of [this.process.stdout!, this.process.stderr!])
      createInterface(stream).on('line', (line) => this.#heard(line));
    this.exited = new Promise((resolve) => {
      // `close`: when its output is read to the end, too.
      this.process.once('close', (code, signal) => {
        resolve(code ?? signal!);
        for (const waiting of this.#waiting)
          waiting.reject(new Error(`ended before ${waiting.pattern}; it wrote:\n${this.output}`));
      });
    });
  }

  get output(): string {
    return this.lines.join('\n');
  }

  /** Resolves with the first line that matches, also one that was written already. */
  line(pattern: RegExp): Promise<string> {
    const known = this.lines.find((line) => pattern.test(line));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => this.#waiting.push({ pattern, resolve, reject }));
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Nobody reads what it prints any longer. */
  closeStdout(): void {
    this.process.stdout?.destroy();
  }

  #heard(line: string): void {
    this.lines.push(line);
    this.#waiting = this.#waiting.filter((waiting) => {
      if (!waiting.pattern.test(line)) return true;
      waiting.resolve(line);
      return false;
    });
  }
}

const programs: Program[] = [];

/** Starts a program; what it imports of the package, and a few children, are there already. */
export function start(source: string, options?: ProgramOptions): Program {
  const program = new Program(source, options);
  programs.push(program);
  return program;
}

/** After each test: nothing that it has started is left. */
export function endPrograms(): void {
  for (const { process: child } of programs.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}
