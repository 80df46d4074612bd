/** Runs the agent as `npm start` does: as a process of its own, in real time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const MAIN = join(__dirname, '../dist/main.js');

/** A record of its log, as far as tests look at it. */
export interface LogRecord {
  readonly level: number;
  readonly pid: number;
  readonly msg: string;
  readonly event?: string;
  readonly path?: string;
}

const children: ChildProcess[] = [];
afterEach(() => children.forEach((child) => child.kill('SIGKILL')));

export function runAgent(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return run(process.execPath, [MAIN, '--port', '0', ...args], env);
}

/** Runs a command line that runs the agent. */
export function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const mark = `HOST_AGENT_TEST=${process.pid}-${children.length}`;
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, HOST_AGENT_TEST: mark.slice(mark.indexOf('=') + 1) },
  });
  children.push(child);
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (errors += text));
  let hasEnded = false;
  const exit = once(child, 'close').finally(() => (hasEnded = true));
  return {
    child,
    output: () => output,
    errors: () => errors,
    /** Its log so far; fails if a line is no JSON. */
    records: (): LogRecord[] =>
      output
        .slice(0, output.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogRecord),
    /** Resolves when this was printed, with the first group of the pattern. */
    until: async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found[1] ?? found[0];
        await Promise.race([once(child.stdout, 'data'), exit]);
        if (hasEnded && !pattern.test(output)) throw new Error(`no ${pattern} in:\n${output}\n${errors}`);
      }
    },
    /** The exit code. */
    end: async (): Promise<unknown> => (await exit)[0],
    /** Processes that it has started and that are still there; where there is no `/proc`, nobody knows. */
    leftBehind: (): string[] => processesWith(mark),
  };
}

function processesWith(mark: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
    } catch {
      return false; // has just ended, or is somebody else's
    }
  });
}

/** Reads a page, also while its server is being started. */
export async function read(url: string): Promise<Response> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await fetch(url, { headers: { connection: 'close' } });
    } catch (error) {
      if (attempts >= 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
