/** Commands to a supervisor, with their answers. */
import type { Child } from '../model/child.js';
import type { Command } from '../model/message.js';
import type { Reply, SupervisorProcess } from './supervisor-process.js';

/** Sends a command and waits for its answer: the child that it was about. */
export function ask(process: SupervisorProcess, command: (to: Reply) => Command): Promise<Child> {
  return new Promise((resolve, reject) => {
    const to: Reply = { resolve: (child) => resolve(child as Child), reject };
    process.tree.send(process, { type: 'command', command: command(to) });
  });
}
