/** What the programs of these tests begin with. */

/** Blocks, and a line for each record or block. */
export const BLOCKS = `
  import { watchEventLoop } from 'coppice';
  import { setTimeout as wait } from 'node:timers/promises';
  function spin(ms) {
    for (const until = performance.now() + ms; performance.now() < until; );
  }
  const tell = (block) => say('BLOCK ' + JSON.stringify(block));
  const logger = {
    debug() {}, info() {}, error() {}, child: () => logger,
    warn: (fields, message) => say('RECORD ' + JSON.stringify({ ...fields, message })),
  };
  const stop = () => process.kill(process.pid, 'SIGTERM');
`;

/** The workers that are made from here on, each with code of its own before the one that it is given. */
export const workers = (before = ''): string => `
  import threads from 'node:worker_threads';
  import { syncBuiltinESMExports } from 'node:module';
  const workers = [];
  threads.Worker = class extends threads.Worker {
    constructor(code, options) {
      super(${JSON.stringify(before)} + code, options);
      workers.push(this);
    }
  };
  syncBuiltinESMExports();
`;

/** What was told as JSON after a word. */
export function told(lines: readonly string[], word: 'BLOCK' | 'RECORD'): Record<string, unknown>[] {
  const found = lines.filter((line) => line.startsWith(`${word} `));
  return found.map((line) => JSON.parse(line.slice(word.length)) as Record<string, unknown>);
}
