/**
 * The examples in the comments of the packages (`@example`), as modules: what one of them mentions and does not declare
 * it imports from its package, or else from the prelude that all of them share. Lines stay where they are.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Module } from './modules.js';
import { type Names, namesOf } from './names.js';
import type { Block } from './pages.js';

/** An example, with what it needs of others. */
export interface Example extends Module {
  /** Whatever it mentions comes from its package, so that it can be run. */
  readonly isComplete: boolean;
}

/** Where the packages have their sources; what of it is exported by the first file is public. */
export function examplesIn(root: string): Example[] {
  const prelude = join(root, 'internal/docs/preludes/doc-comments.ts');
  const given = namesOf(readFileSync(prelude, 'utf8')).exported;
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const src = join(root, 'packages', folder, 'src');
    if (!existsSync(src)) return [];
    const exported = exportedBy(root, join(src, 'index.ts'));
    const from = join(src, 'index.js');
    return sourcesIn(src).flatMap((file) => {
      const path = `packages/${folder}/src/${file}`;
      const own = join(src, file).replace(/\.ts$/, '.js');
      const names = new Map([...exportedBy(root, join(src, file))].map((name) => [name, own]));
      for (const name of exported) names.set(name, from);
      return blocksIn(readFileSync(join(src, file), 'utf8')).map((block) =>
        exampleOf(path, block, names, given, prelude.replace(/\.ts$/, '.js')),
      );
    });
  });
}

function exampleOf(
  page: string,
  block: Block,
  exported: ReadonlyMap<string, string>,
  given: ReadonlySet<string>,
  prelude: string,
): Example {
  const names = namesOf(block.code);
  const open = [...names.mentioned].filter((name) => !isOwn(names, name));
  const header = open.map((name) => {
    const from = exported.get(name) ?? (given.has(name) ? prelude : undefined);
    return from === undefined ? '' : `import { ${name} } from '${from}'; `;
  });
  const isComplete = !open.some((name) => !exported.has(name) && given.has(name));
  return { page, block, code: `${header.join('')}${block.code}\nexport {};\n`, isComplete };
}

const isOwn = ({ values, types, imports }: Names, name: string): boolean =>
  values.has(name) || types.has(name) || imports.some((each) => each.names.has(name));

const sourcesIn = (src: string): string[] =>
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('.test'))
    .map((name) => name.replaceAll('\\', '/'))
    .toSorted((a, b) => (a < b ? -1 : 1));

const DECLARED = /(\/\*\*(?:(?!\*\/).)*\*\/)\nexport (?:async )?(?:function|class|const) (\w+)/gs;

/** What is exported somewhere in a package with an example in its comment. */
export function namesWithExample(root: string, folder: string): string[] {
  const src = join(root, 'packages', folder, 'src');
  return sourcesIn(src).flatMap((file) =>
    [...readFileSync(join(src, file), 'utf8').matchAll(DECLARED)]
      .filter(([, comment]) => comment!.includes('@example'))
      .map(([, , name]) => name!),
  );
}

/** The names that a file exports, with those that it hands on with `export *`. */
function exportedBy(root: string, file: string): Set<string> {
  const code = readFileSync(file, 'utf8');
  const names = new Set(namesOf(code).exported);
  for (const [, from] of code.matchAll(/^export \* from '([^']+)';$/gm)) {
    const other = from!.startsWith('.')
      ? join(dirname(file), from!.replace(/\.js$/, '.ts'))
      : join(root, 'packages', from!.replace('@coppice/', ''), 'src/index.ts');
    for (const name of exportedBy(root, other)) names.add(name);
  }
  return names;
}

const EXAMPLE = /^[ \t]*\* @example$/;
const FENCE = /^[ \t]*\* ```(?:ts)?$/;

/** The fenced blocks that follow an `@example`, without the stars of their comments. */
function blocksIn(source: string): Block[] {
  const lines = source.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (!EXAMPLE.test(lines[at]!) || !FENCE.test(lines[at + 1] ?? '')) continue;
    const first = at + 2;
    const last = lines.findIndex((line, index) => index >= first && FENCE.test(line));
    const code = lines.slice(first, last).map((line) => line.replace(/^[ \t]*\* ?/, ''));
    blocks.push({
      number: blocks.length + 1,
      language: 'ts',
      words: [],
      code: code.join('\n'),
      line: first + 1,
    });
    at = last;
  }
  return blocks;
}

/** What an example says that it gives: a value behind a statement, or what is printed below a `console.log`. */
export interface Claim {
  readonly line: number;
  readonly said: string;
}

/** A literal as `String` would have the value. */
const valueOf = (literal: string): string =>
  literal.startsWith("'") ? literal.slice(1, -1) : literal.replaceAll('_', '');

const VALUE = /^(.+); \/\/ ('[^']*'|[\d_]+|true|false)$/;
const PRINTS = /^console\.log\((.+)\);$/;

/**
 * The code of an example in which each value that it tells of is noted: `note(line, value)` takes the place of the
 * statement. Of what is printed the first lines are said; `// ...` stands for the others.
 */
export function noted({ block }: Module): { code: string; claims: Claim[] } {
  const lines = block.code.split('\n');
  const claims: Claim[] = [];
  const code = lines.map((line, at) => {
    const [, expression, said] = VALUE.exec(line) ?? [];
    if (said !== undefined) {
      claims.push({
        line: block.line + at,
        said: valueOf(said),
      });
      return `note(${block.line + at}, ${expression});`;
    }
    const [, printed] = PRINTS.exec(line) ?? [];
    const below = lines.slice(at + 1).findIndex((each) => !each.startsWith('// '));
    const comment = lines.slice(at + 1, below < 0 ? undefined : at + 1 + below).map((each) => each.slice(3));
    if (printed === undefined || comment.length === 0) return line;
    claims.push({ line: block.line + at, said: comment.join('\n') });
    return `note(${block.line + at}, ${printed});`;
  });
  return { code: code.join('\n'), claims };
}
