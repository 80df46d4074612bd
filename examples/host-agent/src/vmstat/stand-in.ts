/** Stands in for `vmstat 1` where there is none: a program that prints a few of its columns. */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** Counted since the machine was started; the load has to do where there is no `/proc`. */
interface Counts {
  readonly runnable: number;
  readonly blocked: number;
  readonly interrupts: number;
  readonly switches: number;
}

function read(): Counts {
  let stat: string;
  try {
    stat = readFileSync('/proc/stat', 'utf8');
  } catch {
    const runnable = Math.round(loadavg()[0] ?? 0);
    return { runnable, blocked: 0, interrupts: 0, switches: 0 };
  }
  const number = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(stat)?.[1] ?? 0);
  return {
    runnable: number('procs_running'),
    blocked: number('procs_blocked'),
    interrupts: number('intr'),
    switches: number('ctxt'),
  };
}

let before: Counts = { runnable: 0, blocked: 0, interrupts: 0, switches: 0 };

function print(): void {
  const now = read();
  const row = [now.runnable, now.blocked, now.interrupts - before.interrupts, now.switches - before.switches];
  console.log(row.map((value) => String(value).padStart(6)).join(' '));
  before = now;
}

process.stdout.on('error', () => process.exit());
console.log(['r', 'b', 'in', 'cs'].map((heading) => heading.padStart(6)).join(' '));
print();
setInterval(print, 1_000);
