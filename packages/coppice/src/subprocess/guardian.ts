/**
 * Sees to it that no process outlives the application, also when that is killed with SIGKILL and can do
 * nothing any more.
 *
 * One small shell beside the application reads from a pipe which process groups there are. The system closes
 * the pipe when the application is gone, however it went; then the shell kills the groups that are left and
 * ends. It is started with the first process and ended with the last. If it is killed it is started again.
 *
 * Why not PR_SET_PDEATHSIG: Node cannot set it, it holds for the child and not for what that starts, and it
 * fires when the *thread* that spawned ends. `docs/guides/subprocess.md` says how far this goes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { HAS_GROUPS } from './group.js';

/** `+ 123` adds a group, `- 123` takes it out; at the end of the input those that are left are killed. */
const SCRIPT = `
trap '' HUP INT QUIT TERM USR1 USR2
groups=' '
while read -r what id; do
  case $id in '' | 0 | 1 | *[!0-9]*) continue ;; esac
  case $what in
    +) groups="$groups$id " ;;
    -) case $groups in *" $id "*) groups="\${groups%%" $id "*} \${groups#*" $id "}" ;; esac ;;
  esac
done
for id in $groups; do kill -s KILL -- "-$id"; done`;

/** After the last process has gone the shell stays this long, for the one that is started in its place. */
const LINGER_MS = 500;
/** A shell that does not live this long has failed; after so many failures in a row there is no other. */
const TOO_SHORT_MS = 1_000;
const MAX_FAILURES = 3;

/** The guard of one process: taken before it is spawned, so that there is no time without one. */
export class Guard {
  readonly #guardian: Guardian;
  id: number | undefined;

  constructor(guardian: Guardian) {
    this.#guardian = guardian;
  }

  watch(id: number): void {
    this.id = id;
    this.#guardian.tell(`+ ${id}`);
  }

  /** The group is gone, or was never there. */
  release(): void {
    this.#guardian.release(this);
  }
}

class Guardian {
  readonly #guards = new Set<Guard>();
  #shell: ChildProcess | undefined;
  #closing: NodeJS.Timeout | undefined;
  #failures = 0;

  /** The guard for a process to come; `warn` is told if there can be none. */
  take(warn: (problem: string) => void): Guard {
    const guard = new Guard(this);
    this.#guards.add(guard);
    clearTimeout(this.#closing);
    if (HAS_GROUPS && !this.#shell) this.#open(warn);
    return guard;
  }

  release(guard: Guard): void {
    if (!this.#guards.delete(guard)) return;
    if (guard.id !== undefined) this.tell(`- ${guard.id}`);
    if (this.#guards.size > 0) return;
    this.#closing = setTimeout(() => this.#close(), LINGER_MS).unref();
  }

  tell(line: string): void {
    this.#shell?.stdin?.write(`${line}\n`);
  }

  #open(warn: (problem: string) => void): void {
    const startedAt = performance.now();
    // In a session of its own, out of reach of what is sent to the application's group or terminal.
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'coppice-guardian'], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell = shell;
    shell.unref();
    (shell.stdin as Partial<Socket> | null)?.unref?.();
    shell.stdin?.on('error', () => {}); // it has gone; `exit` tells
    let isOver = false;
    const over = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      if (this.#shell !== shell) return;
      this.#shell = undefined;
      if (this.#guards.size === 0) return;
      if (performance.now() - startedAt >= TOO_SHORT_MS) this.#failures = 0;
      if (++this.#failures < MAX_FAILURES) return this.#open(warn);
      this.#failures = 0;
      warn(
        `the guardian of processes does not run (${reason}): if this application is killed with SIGKILL, ` +
          `its processes will outlive it`,
      );
    };
    shell.once('error', (error) => over(error.message));
    shell.once('exit', (code, signal) => over(signal ?? `exit code ${code}`));
    for (const { id } of this.#guards) if (id !== undefined) this.tell(`+ ${id}`);
  }

  #close(): void {
    if (this.#guards.size > 0) return;
    const shell = this.#shell;
    this.#shell = undefined;
    shell?.stdin?.end();
  }
}

/** One for the application. */
export const guardian = new Guardian();
