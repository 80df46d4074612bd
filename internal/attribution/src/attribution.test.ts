/**
 * Runs the built cases on this version of Node, and holds the page in the docs against what comes out. With
 * `ALL_NODES=1`, or where `main.js` has installed them before, on the other versions of the page as well.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from './cases/index.js';
import { cachedBinary, nodeBinary, runOn } from './nodes.js';
import { columnOf, problemsOf } from './page.js';

const root = join(__dirname, '../../..');
const page = readFileSync(join(root, 'docs/guides/attribution.md'), 'utf8');

test('every fault is traced to whom the page says, and each that is not right is explained', async () => {
  const run = await runOn(root, process.execPath);
  expect(problemsOf(run, page)).toEqual([]);
}, 60_000);

for (const major of ['20', '22', '24']) {
  const isWanted = process.env['ALL_NODES'] === '1' || existsSync(cachedBinary(root, major));
  (isWanted ? test : test.skip)(
    `so it is on Node ${major} (ALL_NODES=1 installs it)`,
    async () => {
      const run = await runOn(root, nodeBinary(root, major));
      expect(problemsOf(run, page)).toEqual([]);
    },
    180_000,
  );
}

test('the page has at least 60 cases, on Node 20, 22 and 24', () => {
  for (const node of ['v20.0.0', 'v22.0.0', 'v24.0.0']) {
    const column = columnOf(page, node);
    expect([...column.keys()]).toEqual(cases.map(({ name }) => name));
    expect([...column.values()]).not.toContain(undefined);
  }
  expect(cases.length).toBeGreaterThanOrEqual(60);
});

test('no two cases have one name', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});
