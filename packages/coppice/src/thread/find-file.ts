/** Is the file of a thread there? If not, says so in a way that helps. */
import { existsSync, statSync } from 'node:fs';
import { ThreadError } from './errors.js';

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/**
 * Looked for at each start, not when it is declared: a declaration may be made before the build, and a file
 * may vanish under a program that runs. Nothing has been made by then that would be left behind.
 */
export function checkFile(file: string, path: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  throw new ThreadError('COPPICE_THREAD_FILE_NOT_FOUND', { path, file, hint: hintFor(file) });
}

function hintFor(file: string): string {
  const stem = file.replace(/\.[cm]?[jt]s$/, '');
  const other = EXTENSIONS.map((extension) => stem + extension).find((name) => existsSync(name));
  return other === undefined ? '; is it part of the build?' : `; but there is ${other}`;
}
