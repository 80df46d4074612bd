/**
 * What the programs print. Without arguments all of it is written to stdout; with `--write` it is written into the
 * guides that show it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pathOf, withOutput } from './guide.js';
import { GUIDES, SHOWN, outputOf } from './run.js';

const dist = dirname(fileURLToPath(import.meta.url));
for (const guide of GUIDES) {
  let text = readFileSync(pathOf(guide), 'utf8');
  for (const program of SHOWN[guide]) {
    const output = await outputOf(program, dist);
    console.log(`${program}\n\n${output}`);
    text = withOutput(text, program, output);
  }
  if (process.argv.includes('--write')) writeFileSync(pathOf(guide), text);
}
