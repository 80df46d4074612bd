/** Every block that says `run` prints what stands below it. */
import { join } from 'node:path';
import { modulesOf } from './modules.js';
import { type Page, pagesOf, parsePage } from './pages.js';
import { preludeOf } from './preludes.js';
import { PRELUDE, Programs, outputSaid, runsIn } from './runs.js';

const ROOT = join(__dirname, '../../..');
const pages = pagesOf(ROOT).filter((page) => runsIn(page).length > 0);

/** What each program of a page prints, and what the page says. */
async function printedBy(page: Page): Promise<{ said: unknown[]; printed: unknown[] }> {
  const prelude = preludeOf(ROOT, page.path, PRELUDE);
  const modules = modulesOf(page, prelude);
  const runs = modules.filter(({ block }) => block.words.includes('run'));
  const programs = new Programs(ROOT, modules, prelude);
  try {
    const printed = await Promise.all(
      runs.map(async (module) => ({ line: module.block.line, ...(await programs.outputOf(module)) })),
    );
    const said = runs.map(({ block }) => ({ line: block.line, stdout: outputSaid(page, block), stderr: '' }));
    return { printed, said };
  } finally {
    programs[Symbol.dispose]();
  }
}

test.each(pages.map((page) => [page.path, page] as const))('%s', async (_path, page) => {
  const { said, printed } = await printedBy(page);
  expect(printed).toEqual(said);
});

test('a program that has names of an earlier one runs that before; what differs is seen', async () => {
  const page = parsePage(
    'wrong/output.md',
    [
      "```ts run\nimport { supervisor } from 'coppice';\ninterface A { a: number }\nexport const a: A = { a: 1 };\nconsole.log('first');\n```\n",
      '```text\nfirst\n```\n',
      "```ts run\nconst both: A & typeof a = a;\nconsole.log('second', both.a, typeof supervisor);\n```\n",
      '```text\nsecond 2 function\n```\n',
    ].join('\n'),
  );
  const { said, printed } = await printedBy(page);
  expect(printed).toEqual([
    { line: 2, stdout: 'first\n', stderr: '' },
    { line: 13, stdout: 'second 1 function\n', stderr: '' },
  ]);
  expect(said).toEqual([
    { line: 2, stdout: 'first\n', stderr: '' },
    { line: 13, stdout: 'second 2 function\n', stderr: '' },
  ]);
});
