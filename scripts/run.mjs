// node scripts/run.mjs [MAIN [ARGS...]]
// Installs and builds what is needed without a word, then runs MAIN in this very process: stdin, stdout, signals
// and the exit code are MAIN's own. Without MAIN it only installs and builds.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './packages.mjs';

const [main, ...args] = process.argv.slice(2);

quietly('scripts/bootstrap.mjs');
quietly('node_modules/@typescript/native/bin/tsc', '-b');
quietly('scripts/mark-cjs.mjs');

if (main !== undefined) {
  const file = resolve(root, main);
  if (!existsSync(file)) {
    console.error(`${main} does not exist, and the build did not make it`);
    process.exit(1);
  }
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href);
}

/** Runs a script of the workspace; its output is shown, on stderr, only if it fails. */
function quietly(script, ...scriptArgs) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(root, script), ...scriptArgs], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  process.exit(status || 1);
}
