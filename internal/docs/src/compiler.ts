/** What the compiler has to say about all blocks of all pages: one program, against the sources of the packages. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Module, nameOf } from './modules.js';

/** By page: complaints, each with its line there. */
export function complaintsOf(root: string, modules: readonly Module[]): Map<string, string[]> {
  const fileOf = (module: Module): string => join(folderOf(root), module.page, `${nameOf(module.block)}.ts`);
  const program = programOf(root, new Map(modules.map((module) => [fileOf(module), module.code])));
  const complaints = new Map<string, string[]>();
  for (const module of modules) {
    const source = program.getSourceFile(fileOf(module));
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    const said = found.map((diagnostic) => inWords(module, diagnostic));
    complaints.set(module.page, [...(complaints.get(module.page) ?? []), ...said]);
  }
  return complaints;
}

/** A folder that does not exist, below a workspace that has all that the pages import. */
const folderOf = (root: string): string => join(root, 'internal/docs/pages');

function inWords({ page, block }: Module, { file, start, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
  return `${page}:${block.line + line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}

/** A program of files that are nowhere but here. */
function programOf(root: string, files: ReadonlyMap<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node', 'jest'],
    typeRoots: [join(root, 'node_modules/@types')],
    paths: sourcesOfPackages(root),
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    readFile: (name) => files.get(name) ?? disk.readFile(name),
    // It asks for the folder before it asks for what is in it.
    directoryExists: (name) => name.startsWith(folderOf(root)) || ts.sys.directoryExists(name),
    getSourceFile: (name, languageVersion, ...rest) => {
      const code = files.get(name);
      return code === undefined
        ? disk.getSourceFile(name, languageVersion, ...rest)
        : ts.createSourceFile(name, code, languageVersion);
    },
  };
  return ts.createProgram([...files.keys()], options, host);
}

/** Whatever a package exports, as source: `@coppice/pino/pretty` is packages/pino/src/pretty.ts. Nothing else is found. */
function sourcesOfPackages(root: string): Record<string, string[]> {
  const paths: Record<string, string[]> = {};
  for (const folder of readdirSync(join(root, 'packages'))) {
    const manifest = join(root, 'packages', folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      name: string;
      exports: Record<string, unknown>;
    };
    for (const entry of Object.keys(exports).filter((each) => !each.endsWith('.json'))) {
      const file = entry === '.' ? 'index' : entry.slice(2);
      paths[name + entry.slice(1)] = [join(root, 'packages', folder, 'src', `${file}.ts`)];
    }
  }
  return paths;
}
