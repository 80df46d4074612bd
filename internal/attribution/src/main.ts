/**
 * Writes the page of what is traced to whom: runs all cases on several versions of Node, which it installs
 * from the npm registry if they are not there.
 *
 * `--check`: compares with the page instead. `--node 20,24`: these versions only. `--run [PART OF A NAME]`: the
 * cases, or some of them, in this process, as JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeBinary, runOn } from './nodes.js';
import { problemsOf, renderPage } from './page.js';
import { type Run, runCases } from './run.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const PAGE = join(root, 'docs/guides/attribution.md');

const { values, positionals } = parseArgs({
  options: {
    run: { type: 'boolean' },
    check: { type: 'boolean' },
    node: { type: 'string', default: '20,22,24' },
  },
  allowPositionals: true,
});

if (values.run) {
  process.stdout.write(JSON.stringify(await runCases(positionals[0]), undefined, 1));
  // Whatever the cases have left behind is not waited for.
  process.exit(0);
}

const runs: Run[] = [];
for (const major of values.node.split(',')) runs.push(await runOn(root, nodeBinary(root, major)));
const page = values.check ? readFileSync(PAGE, 'utf8') : renderPage(runs);
const problems = runs.flatMap((run) => problemsOf(run, page));
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
if (!values.check) writeFileSync(PAGE, page);
