/** No page names a script, a file or a folder that is not there. */
import { join } from 'node:path';
import { deadCommands } from './commands.js';
import { pagesOf, parsePage } from './pages.js';

const ROOT = join(__dirname, '../../..');
const pages = pagesOf(ROOT);

/** Paths of other projects, and of the reader's own. */
const FOREIGN = ['lib/God.js'];

test.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  expect(deadCommands(ROOT, page, FOREIGN)).toEqual([]);
});

test('those of other projects are named somewhere', () => {
  const named = new Set(pages.flatMap(({ inlineCode }) => inlineCode.map(({ text }) => text)));
  expect(FOREIGN.filter((path) => !named.has(path))).toEqual([]);
});

test('what is dead is told of, with its line', () => {
  const page = parsePage(
    'examples/first-tree/README.md',
    [
      '`npm run lint`, `npm run no-such`, `node dist/readme.test.js`, `node dist/no-such.js`, `bash .ci/run`, `bash .ci/go`',
      '',
      '`model/step.ts`, `model/no-such.ts`, `lib/God.js`, `packages/core/test/`, `packages/core/no-such`',
      '```sh',
      'npm run -s lint -- packages/core/src && npx jest packages/core/test/lean packages/core/test/fat # docs/x',
      'X=1 npm start | cat; npm run -s nothing',
      'cd examples/rerun-tasks',
      'npm run before:wrapper',
      'cd nowhere',
      'mkdir shop && cd shop',
      'npm test',
      '```',
    ].join('\n'),
  );
  expect(deadCommands(ROOT, page, FOREIGN)).toEqual([
    'examples/first-tree/README.md:5: there is no packages/core/test/fat',
    'examples/first-tree/README.md:5: there is no script nothing',
    'examples/first-tree/README.md:5: cd nowhere: there is no such folder',
    'examples/first-tree/README.md:1: there is no script no-such',
    'examples/first-tree/README.md:1: there is no dist/no-such.js',
    'examples/first-tree/README.md:1: there is no .ci/go',
    'examples/first-tree/README.md:3: there is no model/no-such.ts',
    'examples/first-tree/README.md:3: there is no packages/core/no-such',
  ]);
});
