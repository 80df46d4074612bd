// Removes every build output, so that nothing of a deleted source file is packed or run.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packages.mjs';

for (const top of ['packages', 'examples', 'internal']) {
  for (const name of readdirSync(join(root, top))) {
    rmSync(join(root, top, name, 'dist'), { recursive: true, force: true });
  }
}
