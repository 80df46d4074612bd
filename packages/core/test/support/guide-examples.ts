/** The examples of a guide: pieces of code, and what each of them prints. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@coppice/core';
import ts from 'typescript';

const ROOT = join(__dirname, '../../../..');

/** Number, code and output of each example of `docs/guides/<name>.md`. */
export function examplesOf(name: string): (readonly [number, string, string | undefined])[] {
  const guide = readFileSync(join(ROOT, `docs/guides/${name}.md`), 'utf8');
  const blocks = (language: string): string[] =>
    Array.from(guide.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs')), ([, code]) => code!);
  return blocks('ts').map((code, at) => [at + 1, code, blocks('text')[at]] as const);
}

/** What the compiler has to say about pieces of code that stand beside the tests. */
export function complaints(pieces: readonly string[]): string[][] {
  const files = new Map(pieces.map((code, at) => [join(__dirname, `guide-example-${at}.ts`), code]));
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    paths: { '@coppice/core': [join(ROOT, 'packages/core/src/index.ts')] },
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    getSourceFile: (name, ...rest) => {
      const code = files.get(name);
      return code === undefined
        ? disk.getSourceFile(name, ...rest)
        : ts.createSourceFile(name, code, ts.ScriptTarget.ES2022);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '),
    );
  });
}

/** What a piece of code prints. */
export async function printed(code: string): Promise<string> {
  const lines: string[] = [];
  const console = { log: (line: string) => void lines.push(`${line}\n`) };
  const body = code.replace(/^import (.*) from '@coppice\/core';/m, 'const $1 = core;');
  const { outputText } = ts.transpileModule(body, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...given: unknown[]) => Promise<void>;
  await new AsyncFunction('core', 'console', outputText)(core, console);
  return lines.join('');
}
