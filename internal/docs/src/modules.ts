/**
 * The TypeScript blocks of a page as modules. What a block mentions and does not declare it imports: from the last block
 * before it that declares it, else from where an earlier block imports it, else from the prelude of the page.
 * Files that the reader has beside (`./shop.js`) are looked for in the same way. Lines stay where they are.
 */
import { type Import, type Names, namesOf } from './names.js';
import type { Block, Page } from './pages.js';

export interface Module {
  readonly page: string;
  readonly block: Block;
  readonly code: string;
}

/** What a page takes for granted: its code, and how its blocks import it. */
export interface Prelude {
  readonly code: string;
  readonly specifier: string;
}

/** Blocks are files beside each other; without the extension. */
export const nameOf = (block: Block): string => `block-${block.number}`;

export function modulesOf(page: Page, prelude: Prelude | undefined): Module[] {
  const blocks = page.blocks.filter(isModule).map((block) => ({ block, names: namesOf(block.code) }));
  return blocks.map(({ block, names }, at) => {
    const origin = originsIn(blocks.slice(0, at), prelude);
    const header = [...names.mentioned].filter((name) => !isOwn(names, name)).flatMap(origin);
    const body = withFilesOfTheReader(block.code, names.imports, origin);
    return { page: page.path, block, code: `${header.join(' ')}${body}${exportsOf(names)}` };
  });
}

export const isModule = ({ language, words }: Block): boolean =>
  language === 'ts' && !words.includes('fragment');

type Origin = (name: string) => string[];

/** The statement that imports a name from where it comes from, if that is known. */
function originsIn(earlier: readonly { block: Block; names: Names }[], prelude: Prelude | undefined): Origin {
  const latest = earlier.toReversed();
  const given = prelude && namesOf(prelude.code).exported;
  return (name) => {
    const declaring = latest.find(({ names }) => names.values.has(name) || names.types.has(name));
    if (declaring) return [`import { ${name} } from './${nameOf(declaring.block)}.js';`];
    const imports = latest.flatMap(({ names }) => names.imports).filter(({ from }) => !isRelative(from));
    const importing = imports.find(({ names }) => names.has(name));
    if (importing) return [`import ${importing.names.get(name)} from '${importing.from}';`];
    return given?.has(name) ? [`import { ${name} } from '${prelude!.specifier}';`] : [];
  };
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.');

const isOwn = (names: Names, name: string): boolean =>
  names.values.has(name) || names.types.has(name) || names.imports.some((each) => each.names.has(name));

/** Imports of files beside become imports of where their names are; one whose names are not known stays, and is an error. */
function withFilesOfTheReader(code: string, imports: readonly Import[], origin: Origin): string {
  let result = code;
  for (const { from, start, end, names } of imports.toReversed()) {
    if (!isRelative(from)) continue;
    const found = [...names.keys()].map((name) => origin(name)[0]);
    if (found.includes(undefined)) continue;
    const lines = code.slice(start, end).replaceAll(/[^\n]/g, '');
    result = `${result.slice(0, start)}${found.join(' ')}${lines}${result.slice(end)}`;
  }
  return result;
}

function exportsOf({ values, types, exported }: Names): string {
  const open = (names: ReadonlySet<string>): string =>
    [...names].filter((name) => !exported.has(name)).join(', ');
  return `\nexport { ${open(values)} };\nexport type { ${open(types)} };\n`;
}
