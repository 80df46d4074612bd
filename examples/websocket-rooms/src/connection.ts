/** One connection: a child of its own, so that whatever goes wrong in it is its end and nobody else's. */
import { type Context, task } from 'coppice';
import type { WebSocket } from 'ws';
import { CLOSE, ClosingError } from './closing.js';
import { textOf } from './message.js';
import { rooms } from './rooms.js';

/** Who is it, and where does it want to go? */
export interface Guest {
  readonly name: string;
  readonly room: string;
}

/** Whoever has not answered a ping when the next one is due is gone, and only has not said so. In milliseconds. */
export const PING_MS = 15_000;

/** So many bytes may wait for a client that reads more slowly than others write. Then it has to go: they are memory. */
const MAX_WAITING_BYTES = 1_000_000;

export const connection = task({
  id: 'connection',
  // There is no second time: the socket is gone, and the client has to come back by itself.
  restart: 'temporary',
  shutdownMs: 1_000,
  run: async (context, socket: WebSocket, guest: Guest) => {
    try {
      await Promise.race([talk(context, socket, guest), keepAlive(context, socket)]);
    } catch (error) {
      close(socket, error, context.signal);
      // Its crash: in the log, and in the counts.
      throw error;
    }
  },
});

/** Until the client goes. */
function talk({ use, log }: Context, socket: WebSocket, { name, room }: Guest): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = (message: string): void => {
      if (socket.bufferedAmount > MAX_WAITING_BYTES)
        reject(new ClosingError(CLOSE.policyViolation, 'reads too slowly'));
      else socket.send(message);
    };
    socket.on('message', (data, isBinary) => {
      // A throw in here would be nobody's.
      try {
        const message = JSON.stringify({ from: name, text: textOf(data, isBinary) });
        use(rooms).dispatch(room, (member) => member.send(message));
      } catch (error) {
        reject(error);
      }
    });
    // Frames that break the protocol, or are too long: ws has answered these already.
    socket.on('error', reject);
    socket.once('close', () => resolve());
    use(rooms).register(room, { send });
    log.debug(`${name} is in ${room}`);
    // It was held until somebody listens.
    socket.resume();
  });
}

/** A cable that was pulled says nothing. Rejects as well when the child is asked to stop, as `sleep` does. */
async function keepAlive({ sleep }: Context, socket: WebSocket): Promise<never> {
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  for (;;) {
    await sleep(PING_MS);
    if (!isAlive) {
      socket.terminate(); // a closing handshake needs two
      throw new Error(`no answer to a ping for ${PING_MS} ms`);
    }
    isAlive = false;
    socket.ping();
  }
}

function close(socket: WebSocket, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) socket.close(CLOSE.goingAway, 'the server goes away');
  else if (error instanceof ClosingError) socket.close(error.closeCode, error.message);
  else socket.close(CLOSE.internalError);
}
