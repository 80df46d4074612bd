/** A run in words: for the message of a failure. */
import type { Effect } from '../../../src/model/effect.js';
import type { EventBody } from '../../../src/model/event.js';
import type { Message } from '../../../src/model/message.js';
import type { Script } from './script.js';
import { World } from './world.js';

const LINES = 60;

/** What has happened up to the failure of a script, as far as its last lines. */
export function storyOf(script: Script): string[] {
  const lines: string[] = [];
  const world = new World(script);
  world.tell = (node, what) =>
    lines.push(`${String(world.now).padStart(5)} ${node.state.path.padEnd(10)} ${line(what)}`);
  try {
    world.run();
  } catch (error) {
    lines.push(`! ${String(error)}`);
  }
  return lines.slice(-LINES);
}

/** What is most asked for. */
function detail(event: EventBody): string {
  if (event.type === 'child:restarting') return ` (${event.because}, ${event.delayMs} ms)`;
  if (event.type === 'child:backing-off') return ` (${event.delayMs} ms, failure ${event.failures})`;
  if (event.type === 'child:gave-up') return ` (${event.giveUp}, ${event.because})`;
  if (event.type === 'child:waiting') return ` (for ${event.waitsFor})`;
  return '';
}

function line(what: Message | Effect): string {
  switch (what.type) {
    case 'command':
      return `> ${what.command.kind} '${what.command.id}'`;
    case 'event':
      return `    . ${what.event.type}${'id' in what.event ? ` ${what.event.id}` : ''}${detail(what.event)}`;
    case 'start':
      return 'child' in what ? `    = start ${what.child.id}` : '> start';
    case 'stop':
      return 'child' in what ? `    = stop ${what.child.id}` : `> stop (${what.reason.kind})`;
    case 'kill':
      return 'child' in what ? `    = kill ${what.child.id}` : '> kill';
    default: {
      const reason = 'reason' in what ? ` (${what.reason.kind})` : '';
      const errorClass = 'errorClass' in what && what.errorClass ? ` ${what.errorClass}` : '';
      if ('incarnation' in what)
        return `> ${what.type} ${what.child.id} ${what.incarnation}${reason}${errorClass}`;
      const ms = 'ms' in what ? ` ${what.ms} ms` : '';
      const child = 'child' in what && what.child ? ` ${what.child.id}` : '';
      const error = what.type === 'refuse' ? ` ${what.error.code}` : '';
      return `    = ${what.type}${child}${ms}${reason}${error}`;
    }
  }
}
