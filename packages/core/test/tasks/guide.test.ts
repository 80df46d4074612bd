/** The examples of docs/guides/tasks.md have the right types, and print what the guide says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@coppice/core';
import ts from 'typescript';

const ROOT = join(__dirname, '../../../..');
const GUIDE = readFileSync(join(ROOT, 'docs/guides/tasks.md'), 'utf8');
const blocks = (language: string): string[] =>
  Array.from(GUIDE.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs')), ([, code]) => code!);
const EXAMPLES = blocks('ts').map((code, at) => [at + 1, code, blocks('text')[at]] as const);

/** What the compiler has to say about pieces of code that stand beside this test. */
function complaints(pieces: readonly string[]): string[][] {
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
async function printed(code: string): Promise<string> {
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

test.each(EXAMPLES)('example %i', async (_at, code, output) => {
  expect(await printed(code)).toBe(output);
});

test('the types of all', () => {
  const wrong = `${EXAMPLES[0]![1]}\nconst wrong: number = 'text';`;
  const said = complaints([...EXAMPLES.map(([, code]) => code), wrong]);
  expect(said).toEqual([...EXAMPLES.map(() => []), ["Type 'string' is not assignable to type 'number'."]]);
}, 60_000);

test('they are all there', () => {
  expect(EXAMPLES).toHaveLength(2);
});
