/** A request that survives the end of the process that was asked: it goes to the next one. */
import type { Context } from 'coppice';
import { ServerGoneError } from './json-rpc.js';
import type { StdioServer } from './stdio-server.js';

export interface AskOptions {
  /** For all attempts together, the waiting for a server that is being started included. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Default: 2, one more than without. */
  readonly attempts?: number;
}

/**
 * Asks a server; waits for it if it is down, and asks its next incarnation if it goes before it has answered. Nobody knows
 * how far it got, so this is for requests that may be carried out twice. For others: `use(server.client).request(...)`,
 * which fails at once.
 *
 * @param from - the context of a child, or the handle of the tree
 * @throws ServerGoneError after the last attempt; NotRunningError `COPPICE_NOT_READY` if it does not come back in time, as
 *   one that is parked; as `request` of a client
 */
export async function ask(
  from: Pick<Context, 'whenReady'>,
  { client }: StdioServer,
  method: string,
  params?: unknown,
  { timeoutMs = 10_000, attempts = 2 }: AskOptions = {},
): Promise<unknown> {
  const endAt = performance.now() + timeoutMs;
  const left = (): { timeoutMs: number } => ({ timeoutMs: Math.max(1, endAt - performance.now()) });
  for (let attempt = 1; ; attempt++) {
    const running = await from.whenReady(client, left());
    try {
      return await running.request(method, params, left());
    } catch (error) {
      if (!(error instanceof ServerGoneError) || attempt >= attempts) throw error;
    }
  }
}
