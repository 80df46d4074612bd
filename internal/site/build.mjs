// npm run -s site [-- --serve] [-- --base /coppice/]
// Builds the site into internal/site/dist: the pages of the repository, and the API reference. With --serve it is shown
// on loopback. A link that leads nowhere fails the build.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { build } from 'vitepress';
import { root } from '../../scripts/packages.mjs';
import { writeApi } from './api.mjs';

const { values } = parseArgs({
  options: { serve: { type: 'boolean' }, base: { type: 'string', default: '/' } },
});
const { base } = values;
const site = fileURLToPath(new URL('.', import.meta.url));
const outDir = fileURLToPath(new URL('dist', import.meta.url));

await writeApi(fileURLToPath(new URL('api', import.meta.url)));
await build(site, { base });
console.log(`the site is in ${relative(root, outDir)}`);

if (values.serve) {
  const server = await preview({
    root: site,
    base,
    appType: 'mpa',
    build: { outDir },
    preview: { host: '127.0.0.1' },
  });
  server.printUrls();
}
