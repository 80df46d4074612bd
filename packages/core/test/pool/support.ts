/** A pool of connections that are counted, in a tree on a simulated clock. */
import { type ChildSpec, type Context, type PoolOptions, pool, service } from '@coppice/core';
import { boot } from '../support/scripted.js';

export interface Connection {
  readonly number: number;
  readonly context: Context;
  isOpen: boolean;
}

export interface Script {
  /** What the nth start does before there is a connection. */
  readonly onStart?: (number: number, context: Context) => unknown;
  readonly onStop?: (connection: Connection) => unknown;
  readonly child?: Partial<ChildSpec>;
}

export function connectionPool(options: Partial<PoolOptions<Connection>> = {}, script: Script = {}) {
  /** All that there ever were. */
  const connections: Connection[] = [];
  let starts = 0;
  const child = service<Connection>({
    id: 'connection',
    ...(script.child as object),
    start: (context) => {
      const number = ++starts;
      const connect = (): Connection => {
        const connection = { number, context, isOpen: true };
        connections.push(connection);
        return connection;
      };
      const delay = script.onStart?.(number, context);
      return delay instanceof Promise ? delay.then(connect) : connect();
    },
    stop: async (connection) => {
      await script.onStop?.(connection);
      connection.isOpen = false;
    },
  });
  const spec = pool<Connection>({ id: 'db', size: 2, child, ...options });
  return {
    spec,
    connections,
    open: () => connections.filter(({ isOpen }) => isOpen).map(({ number }) => number),
    get starts() {
      return starts;
    },
  };
}

export async function bootPool(
  options: Partial<PoolOptions<Connection>> = {},
  script: Script = {},
  others: readonly ChildSpec[] = [],
) {
  const made = connectionPool(options, script);
  const world = await boot({ children: [made.spec, ...others] });
  const { tree } = world;
  return { ...world, ...made, db: tree.use(made.spec), handle: tree.supervisor(made.spec), made };
}
