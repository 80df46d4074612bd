/** Threads and other processes. */
import { type ChildProcess, exec, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type Case, type Scene, later } from '../case.js';

const WORKER_EXIT = 'A thread that ends calls back without a context: bind its `exit` listener.';
const MADE_BY_B =
  'Listeners run in the context in which the thread or process was made: bind those of others.';
const ECHO =
  "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m))";

export const processes: readonly Case[] = [
  {
    name: 'thread fails, without `error` listener',
    right: 'A',
    parts: () => ({ A: () => void new Worker('throw new Error("in the thread")', { eval: true }) }),
  },
  {
    name: 'thread, `error` listener',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => void new Worker('throw new Error()', { eval: true }).on('error', boom),
    }),
  },
  {
    name: 'thread, `message` listener',
    right: 'A',
    parts: (scene) => ({ A: () => echo(scene).on('message', scene.boom).postMessage('a') }),
  },
  {
    name: 'thread, `online` listener',
    right: 'A',
    parts: (scene) => ({ A: () => void echo(scene).on('online', scene.boom) }),
  },
  {
    name: 'thread, `exit` listener',
    right: 'A',
    note: WORKER_EXIT,
    parts: ({ boom }) => ({ A: () => void new Worker('', { eval: true }).on('exit', boom) }),
  },
  {
    name: 'thread, `exit` listener, bound',
    right: 'A',
    parts: ({ boom }) => ({ A: ({ bind }) => void new Worker('', { eval: true }).on('exit', bind(boom)) }),
  },
  {
    name: 'thread, `terminate()`, then a throw',
    right: 'A',
    parts: (scene) => ({ A: () => void echo(scene).terminate().then(scene.boom) }),
  },
  {
    name: '`message` listener of A on a thread that B made',
    right: 'A',
    note: MADE_BY_B,
    parts: (scene) => {
      let worker: Worker;
      return {
        B: () => void (worker = echo(scene)),
        A: () => worker.on('message', scene.boom).postMessage('a'),
      };
    },
  },
  {
    name: '`message` listener of A on a thread that B made, bound',
    right: 'A',
    parts: (scene) => {
      let worker: Worker;
      return {
        B: () => void (worker = echo(scene)),
        A: ({ bind }) => worker.on('message', bind(scene.boom)).postMessage('a'),
      };
    },
  },
  {
    name: '`spawn` of no program, without `error` listener',
    right: 'A',
    parts: () => ({ A: () => void spawn('coppice-there-is-no-such-program') }),
  },
  {
    name: 'process, `data` of its stdout',
    right: 'A',
    parts: (scene) => ({ A: () => void node(scene, 'console.log(1)').stdout?.on('data', scene.boom) }),
  },
  {
    name: 'process, `exit` listener',
    right: 'A',
    parts: (scene) => ({ A: () => void node(scene, '').on('exit', scene.boom) }),
  },
  {
    name: 'process, `close` listener',
    right: 'A',
    parts: (scene) => ({ A: () => void node(scene, '').on('close', scene.boom) }),
  },
  {
    name: 'process, `message` listener (IPC)',
    right: 'A',
    parts: (scene) => ({ A: () => void node(scene, 'process.send("a")').on('message', scene.boom) }),
  },
  {
    name: 'process, `disconnect` listener (IPC)',
    right: 'A',
    parts: (scene) => ({ A: () => void node(scene, 'process.disconnect()').on('disconnect', scene.boom) }),
  },
  {
    name: 'write to the stdin of a process that does not read it, without `error` listener',
    right: 'A',
    parts: (scene) => ({
      A: () => void node(scene, '').stdin?.write('a'.repeat(1_000_000)),
    }),
  },
  { name: '`exec`, callback', right: 'A', parts: ({ boom }) => ({ A: () => void exec('exit 1', boom) }) },
  {
    name: '`execFile` as a promise, unhandled',
    right: 'A',
    parts: () => ({ A: () => void promisify(execFile)('coppice-there-is-no-such-program') }),
  },
  {
    name: '`exit` listener of A on a process that B made',
    right: 'A',
    note: MADE_BY_B,
    parts: (scene) => {
      let child: ChildProcess;
      return {
        B: () => void (child = node(scene, 'setTimeout(() => {}, 1000)')),
        A: () => {
          child.on('exit', scene.boom);
          later(() => child.kill());
        },
      };
    },
  },
];

function echo({ defer }: Scene): Worker {
  const worker = new Worker(ECHO, { eval: true });
  defer(() => worker.terminate());
  return worker;
}

function node({ defer }: Scene, code: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'ignore', 'ipc'] });
  defer(() => child.kill());
  return child;
}
