// Packs the published packages, installs the tarballs into a blank project outside the repository and uses them
// there as a stranger would: from ESM, from CommonJS, and from TypeScript under each compiler and resolution; then what the READMEs say.
// Only the tarballs and the registry are used; nothing of the workspace can be found from that project.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../../scripts/pack.mjs';
import { root } from '../../scripts/packages.mjs';
import { runProgram, writePrograms } from './readme.mjs';

const project = mkdtempSync(join(tmpdir(), 'coppice smoke ')); // with spaces, as paths have in the wild
let failed = 0;

try {
  const tarballs = pack(join(project, 'tarballs'));
  cpSync(fileURLToPath(new URL('consumer', import.meta.url)), project, { recursive: true });
  writePrograms(join(project, 'readme'));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'stranger',
      private: true,
      dependencies: {
        ...Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`])),
        pino: '^10.0.0',
        '@types/node': '^20.19.0',
      },
    }),
  );

  const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const quiet = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
  if (step('npm install of the tarballs', ...npm, ...quiet)) {
    step('ESM', process.execPath, 'use.mjs');
    step('CommonJS', process.execPath, 'use.cjs');
    step('import and require give one copy', process.execPath, 'identity.mjs');
    for (const [compiler, file] of [
      ['TypeScript 7', '@typescript/native/bin/tsc'],
      ['TypeScript 6', 'typescript/bin/tsc6'],
    ]) {
      const tsc = [process.execPath, join(root, 'node_modules', file)];
      step(`${compiler}, nodenext`, ...tsc, '-p', 'nodenext');
      step(`${compiler}, bundler`, ...tsc, '-p', 'bundler');
    }
    step(
      'the examples of the READMEs',
      process.execPath,
      join(root, 'node_modules/@typescript/native/bin/tsc'),
      '-p',
      'readme',
    );
    step('the output of TypeScript, ESM', process.execPath, 'nodenext/out/use.mjs');
    step('the output of TypeScript, CommonJS', process.execPath, 'nodenext/out/use.cjs');
    told(
      'the program of the README prints what it says',
      await runProgram(join(project, 'readme/out/main.js')),
    );
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

/** Runs one command in the project; each must end by itself, since a tree that has stopped holds nothing open. */
function step(what, command, ...args) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    timeout: 120_000,
    shell: command === 'npm' && process.platform === 'win32',
  });
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}${signal ? `ended by ${signal}` : ''}`;
  return told(what, status === 0 ? undefined : output);
}

/** Says how something went, and what the problem was, if there was one. */
function told(what, problem) {
  console.log(`packed smoke: ${what}: ${problem === undefined ? 'ok' : 'failed'}`);
  if (problem === undefined) return true;
  failed++;
  console.log(problem);
  return false;
}
