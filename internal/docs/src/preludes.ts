/** What pages take for granted: `docs/guides/threads.md` has `preludes/docs/guides/threads.ts`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prelude } from './modules.js';

/** `specifier` is how a block imports it: by default, by where it is. */
export function preludeOf(root: string, page: string, specifier?: string): Prelude | undefined {
  const file = join(root, 'internal/docs/preludes', page.replace(/\.md$/, '.ts'));
  if (!existsSync(file)) return undefined;
  return { code: readFileSync(file, 'utf8'), specifier: specifier ?? file.replace(/\.ts$/, '.js') };
}
