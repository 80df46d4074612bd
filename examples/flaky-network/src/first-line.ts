/** Both ends of a connection begin with one line of text. */
import type { Socket } from 'node:net';

/** Calls back with the first line that comes in; what comes after it is read and dropped. */
export function onFirstLine(socket: Socket, heard: (line: string) => void): void {
  let text = '';
  const read = (chunk: string): void => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0) return;
    socket.off('data', read).resume();
    heard(text.slice(0, end));
  };
  socket.setEncoding('utf8').on('data', read);
}
