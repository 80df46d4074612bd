/** The guardian of subprocesses, seen from outside: a shell, and the only one that the application itself has. */
import { readFileSync } from 'node:fs';
import { type ProcessInfo, processesOf } from './processes.js';

/** Shells directly below a process that guard others. */
export const guardiansOf = (pid: number): ProcessInfo[] =>
  processesOf(pid, '').family.filter((info) => info.parent === pid && isGuardian(info.pid));

function isGuardian(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('while read -r what id');
  } catch {
    return false; // it has just ended
  }
}
