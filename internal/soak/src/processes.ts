/** The processes of this machine that belong to a run: those that descend from it, and those that carry its mark. */
import { readFileSync, readdirSync } from 'node:fs';

/** In the environment of whatever a run starts, so that it is known also when its parents are gone. */
export const MARK = 'SOAK_RUN';

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** `Z` for one that has ended and was not waited for, `T` for one that is stopped, ... */
  readonly state: string;
  readonly name: string;
}

/** All of one run: `root`, what descends from it, and what else carries the mark. */
export function processesOf(
  root: number,
  mark: string,
): { readonly family: ProcessInfo[]; readonly strays: ProcessInfo[] } {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => infoOf(Number(name)) ?? []);
  const family = descendants(all, root);
  const pids = new Set(family.map(({ pid }) => pid));
  return { family, strays: all.filter(({ pid }) => !pids.has(pid) && isMarked(pid, mark)) };
}

/** The process itself, and all below it. */
export function descendants(all: readonly ProcessInfo[], root: number): ProcessInfo[] {
  const found = all.filter(({ pid }) => pid === root);
  const pids = new Set([root]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const info of all) {
      if (pids.has(info.pid) || !pids.has(info.parent)) continue;
      pids.add(info.pid);
      found.push(info);
      grown = true;
    }
  }
  return found;
}

/** The line of /proc/PID/stat: the name is in brackets, and may have brackets and spaces in it. */
export function parseStat(text: string): ProcessInfo | undefined {
  const match = /^(\d+) \((.*)\) (\S) (\d+) /s.exec(text);
  if (!match) return undefined;
  const [, pid, name = '', state = '', parent] = match;
  return { pid: Number(pid), parent: Number(parent), state, name };
}

function infoOf(pid: number): ProcessInfo | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined; // it has just ended
  }
}

function isMarked(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${MARK}=${mark}`);
  } catch {
    return false; // it has just ended, or is somebody else's
  }
}
