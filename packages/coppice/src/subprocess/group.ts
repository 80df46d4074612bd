/**
 * A process and all that it has started, as one: on POSIX the process group that it leads. Where there are
 * no groups (Windows) it is the process alone.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export const HAS_GROUPS = process.platform !== 'win32';

const FIRST_POLL_MS = 2;
const SLOWEST_POLL_MS = 100;

export class ProcessGroup {
  readonly id: number;
  /** Once the group is gone its number may be given to others: from then on nothing is sent to it. */
  #isGone = false;
  #isLeaderGone = false;

  constructor(leader: number) {
    this.id = leader;
  }

  /** The leader has ended, and its end was seen. True if that was the last of the group. */
  leaderGone(): boolean {
    this.#isLeaderGone = true;
    if (!HAS_GROUPS) this.#isGone = true;
    return !this.#exists();
  }

  /** @throws the system's error if it may not be signalled (a process that runs as another user) */
  signal(signal: NodeJS.Signals): void {
    if (this.#isGone) return;
    try {
      process.kill(HAS_GROUPS ? -this.id : this.id, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      if (this.#isLeaderGone) this.#isGone = true;
    }
  }

  /** Resolves when none of it is left; call it after the leader has gone. The system does not tell, so it asks. */
  async gone(): Promise<void> {
    for (let ms = FIRST_POLL_MS; this.#exists(); ms = Math.min(2 * ms, SLOWEST_POLL_MS)) {
      if (ms === SLOWEST_POLL_MS && !hasLivingMember(this.id)) this.#isGone = true;
      else await wait(ms);
    }
  }

  #exists(): boolean {
    if (this.#isGone) return false;
    try {
      process.kill(-this.id, 0);
    } catch (error) {
      // macOS answers EPERM for a group of which only zombies are left.
      const { code } = error as NodeJS.ErrnoException;
      this.#isGone = code === 'ESRCH' || process.platform === 'darwin';
    }
    return !this.#isGone;
  }
}

/**
 * Is anybody of this group more than a zombie? In a container whose first process does not collect the dead
 * (an application without an init), what the leader has left behind stays in the table of processes for ever.
 */
function hasLivingMember(group: number): boolean {
  try {
    return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isLivingMember(name, group));
  } catch {
    return true; // no /proc: nothing is known
  }
}

function isLivingMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // `pid (name) state ppid pgrp ...`, where the name may hold anything.
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false; // it has gone meanwhile
  }
}
