/** The probes of other runtimes hold on this version of Node, and the guide has a row for each. Packages have to be built. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..');
const probes = readdirSync(join(folder, 'probes')).map((file) => file.replace('.mjs', ''));

test('all probes hold on Node', () => {
  const output = execFileSync(process.execPath, [join(folder, 'try.mjs')], { encoding: 'utf8' });
  expect(output).toBe(probes.map((probe) => `${probe}: ok\n`).join(''));
}, 60_000);

test('the guide has a row for each of them', () => {
  const guide = readFileSync(join(folder, '../../docs/guides/runtimes.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| `([a-z-]+)`: /gm)].map(([, probe]) => probe!);
  expect(rows.toSorted()).toEqual(probes.toSorted());
});
