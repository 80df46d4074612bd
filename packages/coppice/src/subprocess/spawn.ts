/** Starts the process, or says in words that help why the system did not. */
import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Config } from './check.js';
import { ProcessError } from './errors.js';
import { HAS_GROUPS } from './group.js';
import type { Execa } from './load-execa.js';

/** A process that runs. */
export interface Spawned extends ChildProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/** A process that runs, or why there is none: `COPPICE_SPAWN_FAILED`. */
export type Attempt = { readonly spawned: Spawned } | { readonly failure: Promise<ProcessError> };

/** Where it succeeds there is no promise: nothing can come in between the start of a process and its guard. */
export function spawnProcess(execa: Execa, config: Config, path: string): Attempt {
  const subprocess = execa(config.file, config.args, {
    ...(config.cwd !== undefined && { cwd: config.cwd }),
    // Put together here: a test runner may have given us another `process.env` than execa sees.
    env: { ...(config.extendEnv && process.env), ...config.env },
    extendEnv: false,
    stdin: config.stdin,
    stdout: 'pipe',
    stderr: 'pipe',
    ipc: config.ipc,
    serialization: config.serialization,
    // The leader of a group of its own: what is sent to the group reaches all that it starts.
    detached: HAS_GROUPS,
    // Reading, stopping and killing are done here: for the group, with deadlines, and within bounds.
    buffer: false,
    cleanup: false,
    reject: false,
    windowsHide: true,
  });
  if (subprocess.pid === undefined) {
    const failed = (cause: unknown): ProcessError => spawnError(cause, config, path);
    return {
      failure: subprocess.then((result) => failed((result as { cause?: unknown }).cause ?? result), failed),
    };
  }
  void subprocess.then(undefined, () => {}); // how it ends is seen by its `exit`
  return { spawned: subprocess as unknown as Spawned };
}

function spawnError(cause: unknown, config: Config, path: string): ProcessError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = explain(code, config) ?? message;
  return new ProcessError(
    'COPPICE_SPAWN_FAILED',
    `could not start '${config.file}': ${why}`,
    { path },
    cause,
  );
}

/** What the system's code means here, and what to do. */
function explain(code: string | undefined, { file, cwd }: Config): string | undefined {
  const kind = (path: string): 'directory' | 'file' | 'nothing' => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? 'nothing' : stats.isDirectory() ? 'directory' : 'file';
  };
  try {
    // The system has one code for both; a directory that is not there is the one that is hard to see.
    if (cwd !== undefined && kind(cwd) !== 'directory') {
      return `its cwd '${cwd}' is ${kind(cwd) === 'file' ? 'no directory' : 'not there'} (${code})`;
    }
    switch (code) {
      case 'ENOENT':
        if (!/[/\\]/.test(file)) {
          return `there is no such program in PATH; install it, or give its full path as file (ENOENT)`;
        }
        // Seen from the cwd of the process; where that is another one, a relative path is left alone.
        return kind(file) === 'file' && cwd === undefined
          ? `it is there, but the interpreter that its first line (#!) names is not (ENOENT)`
          : `there is no such file; a relative path starts at cwd (ENOENT)`;
      case 'EACCES':
        return kind(file) === 'directory'
          ? `it is a directory (EACCES)`
          : `it may not be executed; 'chmod +x' makes it so, or run it with its interpreter, like ` +
              `file: 'node', args: ['script.js'] (EACCES)`;
      case 'E2BIG':
        return `args and env together are too long for the system; pass it through a file or stdin (E2BIG)`;
      case 'EMFILE':
      case 'ENFILE':
        return `no file descriptors are left; see 'ulimit -n' (${code})`;
      case 'EAGAIN':
      case 'ENOMEM':
        return `the system has no room for another process; see 'ulimit -u' and the memory limit (${code})`;
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
