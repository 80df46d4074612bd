/** Runs the agent as `npm start` does: as a process of its own, in real time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(__dirname, '../dist/main.js');

const children: ChildProcess[] = [];
afterEach(() => children.forEach((child) => child.kill('SIGKILL')));

export function runAgent(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const mark = `HOST_AGENT_TEST=${process.pid}-${children.length}`;
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, HOST_AGENT_TEST: mark.slice(mark.indexOf('=') + 1) },
  });
  children.push(child);
  let output = '';
  const heard = (text: string): void => void (output += text);
  child.stdout.setEncoding('utf8').on('data', heard);
  child.stderr.setEncoding('utf8').on('data', heard);
  let hasEnded = false;
  const exit = once(child, 'close').finally(() => (hasEnded = true));
  return {
    child,
    output: () => output,
    /** Resolves when this was printed, with the first group of the pattern. */
    until: async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found[1] ?? found[0];
        await Promise.race([once(child.stdout, 'data'), exit]);
        if (hasEnded && !pattern.test(output)) throw new Error(`no ${pattern} in:\n${output}`);
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
