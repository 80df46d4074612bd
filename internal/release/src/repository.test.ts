/** What scripts/publish.mjs writes into a manifest, so that provenance finds the repository that it names. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, rows } from './packages.js';

const SCRIPT = `
  const { withRepository } = await import(process.argv[1]);
  const [manifest, dir] = JSON.parse(process.argv[2]);
  console.log(JSON.stringify(withRepository(manifest, 'https://forge.example/team/coppice', dir)));
`;

test.each(rows)('%s names the repository of the workflow, and its folder there', (_, dir, manifest) => {
  const module = pathToFileURL(join(ROOT, 'scripts/repository.mjs')).href;
  const input = JSON.stringify([manifest, join(ROOT, dir)]);
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT, module, input]);
  expect(JSON.parse(output.toString())).toEqual({
    ...manifest,
    homepage: `https://forge.example/team/coppice/tree/main/${dir}#readme`,
    bugs: 'https://forge.example/team/coppice/issues',
    repository: { type: 'git', url: 'git+https://forge.example/team/coppice.git', directory: dir },
  });
});
