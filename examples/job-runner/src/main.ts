/** Does the jobs of a file; without one, some of each kind in a file that it makes. */
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './dispatcher.js';
import type { QueueContents } from './queue.js';
import { runner } from './runner.js';
import { sampleJobs } from './sample-jobs.js';

const file = process.argv[2] ?? join(tmpdir(), 'coppice-jobs.json');
if (!existsSync(file)) {
  const contents: QueueContents = { jobs: sampleJobs(), dead: [] };
  writeFileSync(file, JSON.stringify(contents));
}
console.log(`the queue is ${file}`);

await runner({
  file,
  threadFile: new URL('./job-thread.js', import.meta.url),
  threads: Math.min(2, availableParallelism()),
  maxRunMs: 2_000,
  endWhenEmpty: true,
  onOutcome: (outcome) => console.log(told(outcome)),
}).app.run();

function told(outcome: Outcome): string {
  const said = `${outcome.job.id} is ${outcome.is}`;
  if (outcome.is === 'done') return `${said}: ${outcome.value}`;
  return outcome.is === 'dead' ? `${said}: ${outcome.error.message}` : said;
}
