/** Where the copy is; in a file of its own, so that a court need not load the compiler. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const COPY = join(ROOT, 'internal/mutation/dist/copy');
