/** Tells others of what was written: takes messages out of the outbox and delivers them, one after the other. */
import { type Service, type Task, poller } from 'coppice';
import type { Database } from './database/database.js';
import { patient } from './database/service.js';

/** Delivers a message: to a queue, a webhook, a mail server. */
export type Deliver = (message: unknown, signal: AbortSignal) => unknown;

interface Row {
  readonly id: number;
  readonly message: unknown;
}

/**
 * A message is deleted when it is delivered. Whoever dies between the two delivers it again, so a message is delivered
 * at least once. What throws is a crash of this child, which costs no request anything: it is tried again.
 */
export const outboxTask = (schema: Service<Database>, deliver: Deliver, pauseMs: number): Task =>
  poller({
    id: 'outbox',
    ...patient,
    // It makes no sense without, and comes back with it.
    bindsTo: [schema],
    pauseMs,
    shutdownMs: 2_000, // for the message that is being delivered
    jitter: 0.1,
    run: async ({ use, signal }) => {
      const database = use(schema);
      const rows = await database.query<Row>('select id, message from outbox order by id limit 20');
      for (const { id, message } of rows) {
        if (signal.aborted) return;
        await deliver(message, signal);
        await database.query('delete from outbox where id = $1', [id]);
      }
    },
  });
