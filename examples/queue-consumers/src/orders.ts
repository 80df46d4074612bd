/** The application: a connection, and beside it a consumer for each partition that is assigned to us. */
import {
  type Application,
  type ApplicationOptions,
  type ChildSpec,
  type Service,
  type SupervisorSpec,
  type Task,
  application,
  consume,
  service,
  supervisor,
} from 'coppice';
import type { Connection, FakeBroker, Message } from './fake-broker.js';

export interface OrdersOptions extends Pick<ApplicationOptions, 'logger' | 'health'> {
  readonly broker: FakeBroker;
  /** Does what a message asks for. It may get the same one twice. */
  readonly handle: (message: Message) => Promise<void>;
}

export interface Orders {
  readonly app: Application;
  readonly group: SupervisorSpec;
  readonly connection: Service<Connection>;
  readonly consumer: (partition: number) => ChildSpec;
}

export function orders({ broker, handle, ...options }: OrdersOptions): Orders {
  const connection = service({
    id: 'connection',
    boot: 'retry',
    backoff: { minMs: 200, maxMs: 10_000 },
    maxRestarts: 30, // of its own: some minutes without the broker, and all ends
    withinMs: 900_000,
    start: async ({ fail }) => {
      const connection = await broker.connect();
      connection.on('error', fail);
      return connection;
    },
    stop: (connection) => connection.close(),
  });

  const consumer = (partition: number): Task =>
    consume({
      id: `partition-${partition}`,
      // Declared anew at each rebalance, and the same one as before.
      revision: partition,
      // It falls with the connection, and comes back with it. That costs none of its restarts.
      bindsTo: [connection],
      // A message that cannot be done is tried four times. Then its partition stays down, and the others run on.
      backoff: { minMs: 500, maxMs: 5_000 },
      maxRestarts: 3,
      withinMs: 60_000,
      giveUp: 'park',
      // So long the message in hand may take when it has to stop. The reconnect waits for it as well.
      shutdownMs: 3_000,
      source: ({ use, signal }) => use(connection).messages(partition, signal),
      each: async (message, { use }) => {
        await handle(message);
        await use(connection).ack(message);
      },
    });

  // The connection is in it because one is bound to siblings. The consumers are added when they are assigned.
  const group = supervisor({ id: 'group', children: [connection] });
  const app = application({ id: 'orders', ...options, children: [group] });
  return { app, group, connection, consumer };
}
