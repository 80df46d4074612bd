/**
 * A compiled copy of core and its tests in which each mutant stands behind a switch. It is made once; which mutant is
 * alive is said when a process starts. The working tree is not touched.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type File, Instrumenter } from '@stryker-mutator/instrumenter';
import ts from 'typescript';
import { COPY, ROOT } from './place.js';

const CORE = 'packages/core/src/';
const COPIED = ['packages/core/src', 'packages/core/test'];
const LINKED = ['docs', 'packages/core/node_modules'];
/** What tests import by name. */
const NAMES = {
  '@coppice/core/index.js': `${CORE}index.js`,
  '@coppice/core/kit.js': `${CORE}kit.js`,
};

export interface Mutant {
  readonly id: string;
  /** Below `packages/core/src`. */
  readonly file: string;
  /** Its first folder; `.` for the files beside the folders. */
  readonly folder: string;
  /** As in an editor, from 1. */
  readonly line: number;
  readonly column: number;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
}

export interface Copied {
  readonly mutants: readonly Mutant[];
  /** The test files that may judge them. */
  readonly tests: readonly string[];
  /** Another one as soon as anything of it changes. */
  readonly version: string;
}

/** Makes the copy anew. */
export async function makeCopy(): Promise<Copied> {
  rmSync(COPY, { recursive: true, force: true });
  for (const path of COPIED) cpSync(join(ROOT, path), join(COPY, path), { recursive: true });
  for (const path of LINKED) symlinkSync(join(ROOT, path), join(COPY, path));
  write(join(COPY, 'package.json'), '{ "type": "commonjs" }');
  for (const [name, path] of Object.entries(NAMES))
    write(join(COPY, 'node_modules', name), `module.exports = require(${JSON.stringify(join(COPY, path))});`);

  const sources = filesOf(join(COPY, CORE)).map(
    (name): File => ({ name, mutate: true, content: readFileSync(name, 'utf8') }),
  );
  const { files, mutants } = await new Instrumenter(SILENT).instrument(sources, {
    plugins: null,
    excludedMutations: [],
    ignorers: [],
  });
  for (const { name, content } of files) write(name, content);
  const all = COPIED.flatMap((path) => filesOf(join(COPY, path)));
  const tests = all.filter((name) => name.endsWith('.test.ts'));
  const version = createHash('sha256');
  for (const name of all) version.update(name).update(readFileSync(name));
  for (const name of all) write(name.replace(/ts$/, 'js'), compiled(name));

  const originals = new Map(sources.map(({ name, content }) => [name, content]));
  return {
    mutants: mutants.map(({ id, fileName, location: { start, end }, mutatorName, replacement }) => {
      const file = fileName.slice(join(COPY, CORE).length);
      const lines = originals
        .get(fileName)!
        .split('\n')
        .slice(start.line, end.line + 1);
      lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column);
      lines[0] = lines[0]!.slice(start.column);
      return {
        id,
        file,
        folder: file.includes('/') ? dirname(file).split('/')[0]! : '.',
        line: start.line + 1,
        column: start.column + 1,
        kind: mutatorName,
        from: lines.join('\n'),
        to: replacement,
      };
    }),
    tests: tests.map((name) => name.slice(COPY.length + 1)),
    version: version.digest('hex'),
  };
}

function compiled(name: string): string {
  return ts.transpileModule(readFileSync(name, 'utf8'), {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
    },
  }).outputText;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name));
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const nothing = (): void => {};
const no = (): boolean => false;
/** The instrumenter wants one. */
const SILENT = {
  isTraceEnabled: no,
  isDebugEnabled: no,
  isInfoEnabled: no,
  isWarnEnabled: no,
  isErrorEnabled: no,
  isFatalEnabled: no,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};
