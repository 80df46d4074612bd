/** Runs the blocks that say `run`, as a reader would: each as a program of its own, with the packages as they are built. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { type Module, type Prelude, nameOf } from './modules.js';
import type { Block, Page } from './pages.js';

export const runsIn = ({ blocks }: Page): Block[] => blocks.filter(({ words }) => words.includes('run'));

/** What the page says that a block prints: the next block, if it is `text`. */
export function outputSaid({ blocks }: Page, block: Block): string | undefined {
  const next = blocks[blocks.indexOf(block) + 1];
  return next?.language === 'text' ? next.code : undefined;
}

/** How the programs import the prelude of their page. */
export const PRELUDE = './prelude.js';

/** A file between the blocks that come before and the one that is meant. */
const MARK = 'mark';

/** The blocks that a program imports. */
const before = (code: string): string[] =>
  Array.from(code.matchAll(/from '\.\/(block-\d+)\.js'/g), ([, name]) => name!);

/** Without its types, and without imports that are of types only. */
const plain = (code: string): string =>
  ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  }).outputText;

/** The modules of a page as files that Node can run, in a folder from which packages are found by their names. */
export class Programs implements Disposable {
  readonly #folder: string;

  constructor(root: string, modules: readonly Module[], prelude: Prelude | undefined) {
    const built = join(root, 'internal/docs/dist');
    mkdirSync(built, { recursive: true });
    this.#folder = mkdtempSync(join(built, 'page-'));
    if (prelude !== undefined) this.#write('prelude', plain(prelude.code));
    for (const { block, code } of modules) this.#write(nameOf(block), plain(code));
    this.#write(MARK, `process.stdout.write('\\0');`);
  }

  #write(name: string, code: string): void {
    writeFileSync(join(this.#folder, `${name}.js`), code);
  }

  /** What it prints. Blocks that it takes names from are run before it, in the same process; what they print is left out. */
  async outputOf({ block, code }: Module): Promise<{ stdout: string; stderr: string }> {
    const files = [...before(plain(code)), MARK, nameOf(block)];
    const main = `main-${block.number}`;
    this.#write(main, files.map((name) => `import './${name}.js';\n`).join(''));
    const program = join(this.#folder, `${main}.js`);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 });
    return { stdout: stdout.slice(stdout.indexOf('\0') + 1), stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
