/** A thread's file that does not parse. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thread } from 'coppice';
import { runShop } from '../run-shop.js';

const file = join(mkdtempSync(join(tmpdir(), 'shop-')), 'resize.mjs');
writeFileSync(
  file,
  "import { runThread } from 'coppice';\n\nrunThread(async () => {\n  const sizes = [100, 200;\n});\n",
);

await runShop({ children: [thread({ id: 'resize', file })] });
