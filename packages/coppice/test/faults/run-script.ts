/** Runs a script on the built package in a process of its own: where the process is the subject. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PRELUDE = `
import { FaultDomain, service, supervisor, task } from 'coppice';

/** A domain that says what it is told, and a tree in it. */
function contain(options = {}) {
  const domain = new FaultDomain({
    policy: 'contain',
    onFault: ({ owner, error, attribution, outcome, why, origin }) => {
      console.log([outcome, owner?.path + '#' + owner?.incarnation, attribution, origin, why, error?.message].join(' '));
    },
    onFatal: () => process.exit(1),
    ...options,
  });
  domain.install();
  return domain;
}
const start = (domain, ...children) =>
  supervisor({ id: 'root', children }).start({ ...(domain.scope && { faultScope: domain.scope }) });
const idle = ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve));
const turn = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));
const boom = () => { throw new Error('boom'); };
`;

/** The package finds itself by its name from within its folder. */
export function runScript(script: string, ...flags: string[]): Promise<Ended> {
  const args = [...flags, '--input-type=module', '-e', PRELUDE + script];
  const child = spawn(process.execPath, args, {
    cwd: join(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A fault that is contained though it should not be leaves a process that waits for nothing.
    timeout: 8_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
