/** Pools, queues and batches that children share: what libraries do with the callbacks of several children. */
import { EventEmitter } from 'node:events';
import net from 'node:net';
import { type Case, type Scene, ignoreErrors, later } from '../case.js';
import { connect, listen } from './network.js';

const CONNECTION =
  'A pooled connection calls back in the context in which it was opened, which may have been for somebody else (`pg`: ' +
  '`pool.query(callback)`). Use the promise form, or `bind`.';
const QUEUE = 'A queue calls back in the context of whoever drains it. Use the promise form, or `bind`.';

export const shared: readonly Case[] = [
  {
    name: 'pooled connection, opened for B: callback of A',
    right: 'A',
    note: CONNECTION,
    parts: (scene) => {
      const pool = new Connection();
      return {
        B: async () => pool.ask(await pool.open(scene)),
        A: () => pool.query(scene.boom),
      };
    },
  },
  {
    name: 'pooled connection, opened for B: callback of A, bound',
    right: 'A',
    parts: (scene) => {
      const pool = new Connection();
      return {
        B: async () => pool.ask(await pool.open(scene)),
        A: ({ bind }) => pool.query(bind(scene.boom)),
      };
    },
  },
  {
    name: 'pooled connection, opened for B: promise form, awaited by A',
    right: 'A',
    parts: (scene) => {
      const pool = new Connection();
      return {
        B: async () => pool.ask(await pool.open(scene)),
        A: () => void new Promise<void>((resolve) => pool.query(resolve)).then(scene.boom),
      };
    },
  },
  {
    name: 'pool of A without `error` listener, whose idle connection was opened for B',
    right: 'A',
    note: 'The connection fails in the context in which it was opened: give every pool an `error` listener that calls `fail`.',
    parts: (scene) => {
      const pool = new EventEmitter();
      const connection = new Connection();
      return {
        A: () => undefined,
        B: async () => {
          connection.ask(await connection.open(scene));
          connection.socket.on('data', () => pool.emit('error', scene.error)).write('a');
        },
      };
    },
  },
  {
    name: 'queue of callbacks: callback of A, drained by B',
    right: 'A',
    note: QUEUE,
    parts: ({ boom }) => {
      const queue: (() => void)[] = [];
      return {
        A: () => void queue.push(boom),
        B: () => later(() => queue.shift()?.()),
      };
    },
  },
  {
    name: 'queue of callbacks: callback of A, drained by B, bound',
    right: 'A',
    parts: ({ boom }) => {
      const queue: (() => void)[] = [];
      return {
        A: ({ bind }) => void queue.push(bind(boom)),
        B: () => later(() => queue.shift()?.()),
      };
    },
  },
  {
    name: 'job of A in a queue of limit 1 behind a job of B: a timer the job has set',
    right: 'A',
    note: QUEUE,
    parts: ({ boom }) => {
      const limit = new Limit();
      return {
        B: () => limit.add(() => new Promise((done) => setTimeout(done, 20))),
        A: () => limit.add(() => later(boom)),
      };
    },
  },
  {
    name: 'batch that B has begun, callback of A (as loaders do)',
    right: 'A',
    note: 'A batch runs in the context of whoever began it. Use the promise form, or `bind`.',
    parts: ({ boom }) => {
      const batch: (() => void)[] = [];
      const add = (callback: () => void): void => {
        if (batch.push(callback) === 1) setTimeout(() => batch.splice(0).forEach((each) => each()), 20);
      };
      return { B: () => add(ignoreErrors), A: () => add(boom) };
    },
  },
  {
    name: 'function of B called by A in a timer',
    right: 'A',
    parts: ({ boom }) => {
      let api: () => void;
      return { B: () => void (api = boom), A: () => later(() => api()) };
    },
  },
  {
    name: 'async function of B called by A, unhandled',
    right: 'A',
    parts: ({ boom }) => {
      let api: () => Promise<void>;
      return {
        B: () => {
          api = async () => {
            await Promise.resolve();
            boom();
          };
        },
        A: () => later(() => void api()),
      };
    },
  },
  {
    name: 'timer that no child has set',
    right: 'none',
    parts: ({ boom }) => ({ A: () => undefined, outside: () => later(boom) }),
  },
  {
    name: 'rejection that no child has caused',
    right: 'none',
    parts: ({ error }) => ({ A: () => undefined, outside: () => void Promise.reject(error) }),
  },
  {
    name: 'interval that was set up before any child, calling no child',
    right: 'none',
    parts: ({ boom, defer }) => {
      const timer = setInterval(() => (clearInterval(timer), boom()), 10);
      defer(() => clearInterval(timer));
      return { A: () => undefined };
    },
  },
];

/** One connection and the callbacks that wait for answers, in order: what drivers of databases do. */
class Connection {
  socket!: net.Socket;
  readonly #waiting: (() => void)[] = [];

  async open(scene: Scene): Promise<number> {
    const server = net.createServer((socket) => socket.on('error', ignoreErrors).pipe(socket));
    const port = await listen(server, scene);
    this.socket = connect(port, scene);
    return port;
  }

  ask(_port: number): void {
    this.socket.on('data', () => this.#waiting.shift()?.());
  }

  query(callback: () => void): void {
    this.#waiting.push(callback);
    this.socket.write('a');
  }
}

/** Jobs one after the other; the next one is started where the one before it has ended. */
class Limit {
  readonly #jobs: (() => unknown)[] = [];
  #isBusy = false;

  add(job: () => unknown): void {
    this.#jobs.push(job);
    if (!this.#isBusy) void this.#next();
  }

  async #next(): Promise<void> {
    this.#isBusy = true;
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) await job();
    this.#isBusy = false;
  }
}
