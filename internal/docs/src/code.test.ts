/** Every TypeScript block of every page is right in strict mode, against the sources of the packages. */
import { join } from 'node:path';
import ts from 'typescript';
import { complaintsOf } from './compiler.js';
import { isModule, modulesOf } from './modules.js';
import { type Page, pagesOf, parsePage } from './pages.js';
import { preludeOf } from './preludes.js';

const ROOT = join(__dirname, '../../..');
const pages = pagesOf(ROOT);

/** What is no complete statement, and what is JavaScript because it is no program of the reader's: so many on a page. */
const FRAGMENTS = { 'docs/guides/subprocess.md': 1 };
const JAVASCRIPT = {
  'docs/guides/deploying.md': 1, // a configuration of PM2
  'docs/guides/threads.md': 1, // what loads a file in TypeScript with tsx
  'docs/guides/testing.md': 2, // of Jest, and of Vitest
  'docs/guides/your-first-tree.md': 1, // a file of the reader's
};

/** Three pages that are wrong, compiled with all others: what is not found in them is not found anywhere. */
const WRONG = [
  parsePage(
    'wrong/types.md',
    "```ts\nimport { task } from 'coppice';\n\ntask({ id: 1, run: () => {} });\n```\n",
  ),
  parsePage(
    'wrong/names.md',
    [
      '```ts',
      'const { a, list: [first] } = { a: 1, list: [2] as const };',
      '```',
      '```ts',
      'import {',
      '  a,',
      '} from "./own.js";',
      'import { c } from "./c.js";',
      'const b: string = a;',
      'const two: 2 = first;',
      'd;',
      '```',
    ].join('\n'),
  ),
  parsePage('wrong/inside.md', "```ts\nimport { step } from '@coppice/core/model';\n```\n"),
];

let complaints: Map<string, string[]>;
beforeAll(() => {
  const all = [...pages, ...WRONG];
  complaints = complaintsOf(
    ROOT,
    all.flatMap((page) => modulesOf(page, preludeOf(ROOT, page.path))),
  );
}, 120_000);

const withCode = pages.filter(({ blocks }) => blocks.some(isModule)).map(({ path }) => path);

test.each(withCode)('%s', (path) => {
  expect(complaints.get(path)).toEqual([]);
});

test('what is wrong is told of, with its line', () => {
  expect(WRONG.map(({ path }) => complaints.get(path))).toEqual([
    ["wrong/types.md:4: Type 'number' is not assignable to type 'string'."],
    [
      "wrong/names.md:8: Cannot find module './c.js' or its corresponding type declarations.",
      "wrong/names.md:9: Type 'number' is not assignable to type 'string'.",
      "wrong/names.md:11: Cannot find name 'd'.",
    ],
    ["wrong/inside.md:2: Cannot find module '@coppice/core/model' or its corresponding type declarations."],
  ]);
});

/** How many blocks of each page are of that kind. */
function count(isMeant: (block: Page['blocks'][number]) => boolean): Record<string, number> {
  const counts = pages.map(({ path, blocks }) => [path, blocks.filter(isMeant).length] as const);
  return Object.fromEntries(counts.filter(([, number]) => number > 0));
}

test('no more than these are let off', () => {
  expect(count(({ words }) => words.includes('fragment'))).toEqual(FRAGMENTS);
  expect(count(({ language }) => ['js', 'javascript', 'mjs'].includes(language))).toEqual(JAVASCRIPT);
  expect(count(({ language }) => ['typescript', 'tsx', 'jsx'].includes(language))).toEqual({});
});

test('JavaScript is at least well-formed', () => {
  const scripts = pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language }) => language === 'js')
      .map(({ code, line }) => ({ path, line, said: syntaxErrors(code) })),
  );
  expect(scripts.filter(({ said }) => said.length > 0)).toEqual([]);
});

function syntaxErrors(code: string): unknown[] {
  const { diagnostics = [] } = ts.transpileModule(code, { fileName: 'block.js', reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => messageText);
}
