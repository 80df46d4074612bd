/** Requests, each over a connection of its own, and the example as a process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function ask(url: string, post?: string | object): Promise<Answer> {
  const response = await fetch(url, {
    headers: { connection: 'close' },
    ...(post !== undefined && {
      method: 'POST',
      body: typeof post === 'string' ? post : JSON.stringify(post),
    }),
  });
  return { status: response.status, body: await response.json() };
}

/** A line of its log. */
export type LogRecord = Readonly<Record<string, unknown>>;

export interface ShopProcess {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** The next line that has all of this. */
  readonly until: (wanted: LogRecord) => Promise<LogRecord>;
  /** Its exit code, and the signal that has ended it. */
  readonly end: Promise<unknown[]>;
}

export function run(env: NodeJS.ProcessEnv): ShopProcess {
  const child = spawn(process.execPath, [join(__dirname, '../dist/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0', HEALTH_PORT: '0', METRICS_PORT: '0', ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const until = async (wanted: LogRecord): Promise<LogRecord> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it has ended before ${JSON.stringify(wanted)}`);
      const record = JSON.parse(value) as LogRecord;
      if (Object.entries(wanted).every(([key, is]) => record[key] === is)) return record;
    }
  };
  return { kill: (signal) => child.kill(signal), until, end: once(child, 'exit') };
}
