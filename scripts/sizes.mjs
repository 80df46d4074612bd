// npm run -s size: how large the packages are in a bundle, by size-limit (.size-limit.mjs). Fails if one is above its limit, or if
// docs/sizes.md says something else; with --write it writes that page.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packages.mjs';

const PAGE = join(root, 'docs/sizes.md');
/** Brotli differs by some bytes between versions of Node. */
const TOLERANCE = 0.01;

const { stdout, stderr } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/size-limit/bin.js'), '--json'],
  { cwd: root, encoding: 'utf8' },
);
const measured = parse(stdout);

let failed = false;
for (const { name, size, sizeLimit, passed } of measured) {
  console.log(`${name}: ${kB(size)} of ${kB(sizeLimit)}${passed ? '' : ': TOO LARGE'}`);
  if (!passed) failed = true;
}

if (process.argv.includes('--write')) {
  writeFileSync(PAGE, pageOf(measured));
} else if (!isUpToDate(readFileSync(PAGE, 'utf8'))) {
  console.error('docs/sizes.md says something else: npm run -s size -- --write');
  failed = true;
}
process.exitCode = failed ? 1 : 0;

function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`size-limit failed:\n${json}${stderr}`);
  }
}

function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** The text is that of the script, and each figure about the one measured. */
function isUpToDate(page) {
  const figures = (text) => [...text.matchAll(/(?<=\| )[\d.]+(?= kB \| [\d.]+ kB \|$)/gm)].map(Number);
  const words = (text) => text.replaceAll(/(?<=\| )[\d.]+(?= kB \| [\d.]+ kB \|$)/gm, '#');
  const now = pageOf(measured);
  if (words(now) !== words(page)) return false;
  const old = figures(page);
  return figures(now).every((figure, i) => Math.abs(figure - old[i]) <= Math.max(0.1, figure * TOLERANCE));
}

function pageOf(rows) {
  const lines = rows.map(({ name, size, sizeLimit }) => `| ${name} | ${kB(size)} | ${kB(sizeLimit)} |`);
  return `<!-- Written by \`npm run -s size -- --write\`: change .size-limit.mjs or scripts/sizes.mjs instead. -->

# Sizes

What the packages add to a bundle, minified and compressed by brotli; measured with
[size-limit](https://github.com/ai/size-limit) by \`npm run -s size\`, which fails above the limit. The packages beside core
are measured without core, which all of them share, and without what you bring yourself (pino, prom-client, ...).

| | size | limit |
| --- | ---: | ---: |
${lines.join('\n')}

All packages can be tree-shaken: what is imported and not used bundles to nothing. Coppice has few functions that stand alone,
though: whoever starts a supervisor has the model and the engine, which is most of core. What can be left out is the rest, such as
drawings, \`explain\`, pools, task supervisors, threads and processes.
`;
}
