/**
 * `npm run -s simulate -- --mutants`: is each of the bugs found that are put in on purpose, and when? Each is put into
 * a copy of its own, in a folder for temporary files; the working tree is not touched.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTATIONS, type Mutation } from './mutations.js';

/** The compiled file lies below `dist` as its source lies in the repository. */
const ROOT = fileURLToPath(new URL('../../../../../../', import.meta.url));
const COPIED = [
  'package.json',
  'tsconfig.base.json',
  'packages/core/package.json',
  'packages/core/src',
  'packages/core/test/simulation',
  'internal/simulate/package.json',
  'internal/simulate/tsconfig.build.json',
  'internal/simulate/src',
];
const LINKED = ['node_modules', 'packages/core/node_modules', 'internal/simulate/node_modules'];
const MAIN = 'internal/simulate/dist/internal/simulate/src/main.js';
const STEPS = 1_000_000;
const TIMEOUT_MS = 600_000;

/** Gives the exit status: 0 only if all are found. */
export async function tryMutants(seed: number): Promise<number> {
  let missed = 0;
  for (const mutation of MUTATIONS) {
    const found = hunt(mutation, seed);
    if (found === undefined) missed++;
    console.log(`${mutation.name} (${mutation.file})\n  ${found ?? `NOT FOUND in ${STEPS} steps`}`);
  }
  console.log(`seed ${seed}: ${MUTATIONS.length - missed} of ${MUTATIONS.length} found`);
  return missed === 0 ? 0 : 1;
}

/** Where and how it was found; undefined if it was not. */
function hunt(mutation: Mutation, seed: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    for (const path of LINKED) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      symlinkSync(join(ROOT, path), join(folder, path));
    }
    mutate(join(folder, 'packages/core/src', mutation.file), mutation);
    run(
      folder,
      join(ROOT, 'node_modules/@typescript/native/bin/tsc'),
      '-p',
      'internal/simulate/tsconfig.build.json',
      // A bug may leave something behind that nobody uses any more.
      '--noUnusedLocals',
      'false',
    );
    const said = run(folder, MAIN, '--seed', `${seed}`, '--steps', `${STEPS}`);
    if (said === undefined) return `it hangs, which ended it after ${TIMEOUT_MS / 1_000} s`;
    return /violation, (at step .*)/.exec(said)?.[1];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function mutate(file: string, { name, edits }: Mutation): void {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of edits) {
    const parts = text.split(from);
    if (parts.length !== 2)
      throw new Error(`'${name}': the code in ${file} has changed, so mutations.ts has to`);
    text = parts.join(to);
  }
  writeFileSync(file, text);
}

/** What it has printed; undefined if it took too long. @throws Error if it could not be run */
function run(cwd: string, ...args: readonly string[]): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    cwd,
    // What it finds is saved there, and goes with the copy.
    env: { ...process.env, TMPDIR: cwd },
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error && 'code' in error && error.code === 'ETIMEDOUT') return undefined;
  if (error ?? (status !== 0 && status !== 1))
    throw error ?? new Error(`${args[0]} failed: ${stdout}${stderr}`);
  return stdout;
}
