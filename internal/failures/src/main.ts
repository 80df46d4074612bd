/**
 * What the ten programs print. Without arguments all of it is written to stdout; with `--write` it is written into
 * docs/guides/reading-the-logs.md.
 */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GUIDE, readGuide, withOutput } from './guide.js';
import { PROGRAMS, outputOf } from './run.js';

const dist = dirname(fileURLToPath(import.meta.url));
let guide = readGuide();
for (const program of PROGRAMS) {
  const output = await outputOf(program, dist);
  console.log(`${program}\n\n${output}`);
  guide = withOutput(guide, program, output);
}
if (process.argv.includes('--write')) writeFileSync(GUIDE, guide);
