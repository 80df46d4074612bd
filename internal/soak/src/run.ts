/** One run: starts the application, watches its processes, stops it with a signal, and looks what is left. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finding, Findings } from './findings.js';
import type { Options } from './options.js';
import { ProcessWatch } from './process-watch.js';
import { MARK } from './processes.js';
import type { Result, Said } from './result.js';
import { SHUTDOWN_MS } from './tree/shutdown.js';
import { PORT } from './tree/port.js';

/** Told by a thread of its own, while it lasts. */
const BLOCKED = /^soak: the event loop has been blocked/;
const LOOK_MS = 500;
/** Killing may take a second more. */
const STOP_MS = SHUTDOWN_MS + 1_000;
/** Once its books are closed nothing may keep it. */
const END_MS = 2_000;
/** For the start, and for all to come back. */
const REST_MS = 120_000;

export interface Run {
  readonly options: Options;
  readonly result: Result | undefined;
  readonly processes: number;
  readonly most: number;
  /** Blocks of its event loop that it has told of. */
  readonly blocks: number;
  readonly findings: readonly Finding[];
}

export async function runOnce(options: Options): Promise<Run> {
  const findings = new Findings();
  const mark = randomUUID();
  const temporary = mkdtempSync(join(tmpdir(), 'soak-'));
  const port = await freePort();
  const { minutes, seed } = options;
  const child = fork(
    fileURLToPath(new URL('soak-process.js', import.meta.url)),
    ['--minutes', String(minutes), '--seed', String(seed)],
    {
      execArgv: ['--expose-gc', '--enable-source-maps'],
      env: { ...process.env, [MARK]: mark, [PORT]: String(port), TMPDIR: temporary },
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    },
  );
  let blocks = 0;
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (BLOCKED.test(line)) blocks++;
    // Where it was blocked.
    else if (!line.startsWith('    at ')) findings.add('stderr', line);
  });
  const watch = new ProcessWatch(child.pid!, mark, findings);
  const looking = setInterval(() => watch.look(), LOOK_MS);
  let result: Result | undefined;
  let saidAt = NaN;
  const overdue = setTimeout(
    () => {
      findings.add('end', `it has not ended ${Math.round(REST_MS / 1_000)} s after it should have`);
      child.kill('SIGKILL');
    },
    minutes * 60_000 + REST_MS,
  );
  child.on('message', (message) => {
    const said = message as Said | 'ready';
    if (said === 'ready') return;
    if (said.type === 'calm') {
      child.kill('SIGTERM');
    } else {
      saidAt = performance.now();
      result = said;
    }
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (...end) => resolve(end)),
  );
  const endedAt = performance.now();
  clearTimeout(overdue);
  clearInterval(looking);
  if (!result) findings.add('end', `it ended without a result: exit code ${code}, signal ${signal}`);
  else {
    if (code !== result.exitCode)
      findings.add('exit code', `${code} (${signal}), but it was to be ${result.exitCode}`);
    if (result.stopMs > STOP_MS) findings.add('end', `its stop took ${Math.round(result.stopMs)} ms`);
    if (endedAt - saidAt > END_MS)
      findings.add('end', `it ended ${Math.round(endedAt - saidAt)} ms after it had closed its books`);
  }
  watch.endWhatIsLeft();
  for (const name of readdirSync(temporary)) findings.add('left behind', `a file: ${name}`);
  rmSync(temporary, { recursive: true });
  if (await isOpen(port)) findings.add('left behind', `somebody listens on port ${port}`);
  return {
    options,
    result,
    processes: watch.count,
    most: watch.most,
    blocks,
    findings: [...findings.all, ...(result?.findings ?? [])],
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve((socket.destroy(), true)));
    socket.once('error', () => resolve(false));
  });
