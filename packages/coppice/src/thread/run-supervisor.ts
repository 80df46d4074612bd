/** A supervisor with its children in a thread, shown in the tree of the parent. */
import type { DeclaredSupervisor } from '@coppice/core';
import { InThread, reasonOf } from './in-thread.js';
import { lineLogger } from './log-line.js';
import type { LogLine } from './protocol.js';
import { throttled } from './throttle.js';

/** A snapshot is sent at most once in so many milliseconds, and only after an event. */
const SNAPSHOT_MS = 50;

export function runSupervisor(declared: DeclaredSupervisor): void {
  let isAsked = false;
  const thread = new InThread(() => {
    if (isAsked) return;
    isAsked = true;
    void tree.stop();
  });
  const { path } = thread.link.about;
  const logger = lineLogger((line) => thread.say({ type: 'log', ...reroot(line, declared.id, path) }));
  const tree = declared.handle({ logger });
  const show = throttled(() => thread.say({ type: 'snapshot', snapshot: tree.snapshot() }), SNAPSHOT_MS);
  tree.on('event', (event) => {
    thread.say({ type: 'event', event });
    show.soon();
  });

  const run = async (): Promise<void> => {
    try {
      await tree.start();
    } catch (error) {
      thread.ends(isAsked ? { kind: 'shutdown' } : reasonOf(error));
      show.end();
      return thread.leave();
    }
    show.now();
    thread.say({ type: 'ready' });
    thread.beatByItself();
    const { reason } = await tree.whenStopped();
    show.end();
    thread.ends(reason);
    thread.leave();
  };
  // Not before the rest of the file has been evaluated, which its children may need.
  queueMicrotask(() => void run());
}

/** The lines of the children say where they are in the tree of the parent. */
function reroot(line: LogLine, root: string, path: string): LogLine {
  const at = line.fields['path'];
  if (typeof at !== 'string' || !(at === root || at.startsWith(`${root}/`))) return line;
  return { ...line, fields: { ...line.fields, path: path + at.slice(root.length) } };
}
