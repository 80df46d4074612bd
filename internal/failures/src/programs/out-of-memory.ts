/** A thread that keeps all it has ever seen. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thread } from 'coppice';
import { runShop } from '../run-shop.js';

const file = join(mkdtempSync(join(tmpdir(), 'shop-')), 'index.mjs');
writeFileSync(
  file,
  'const seen = [];\nsetInterval(() => {\n  for (let n = 0; n < 1e6; n++) seen.push({ n });\n}, 1);\n',
);

await runShop({
  maxRestarts: 1,
  children: [thread({ id: 'index', file, resourceLimits: { maxOldGenerationSizeMb: 16 } })],
});
