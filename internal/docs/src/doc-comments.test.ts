/** The examples in the comments of the packages are right, and those that can be run give what they say. */
import { join } from 'node:path';
import ts from 'typescript';
import { complaintsOf } from './compiler.js';
import { type Example, examplesIn, namesWithExample, noted } from './doc-comments.js';

const ROOT = join(__dirname, '../../..');
const PACKAGES = ['core', 'coppice', 'pino', 'otel', 'prometheus', 'testing'];
const examples = examplesIn(ROOT);
const WRONG: Example = {
  page: 'wrong/example.ts',
  block: { number: 1, language: 'ts', words: [], code: '', line: 7 },
  code: 'const a = 1;\nconst b: string = a;\nexport {};\n',
  isComplete: true,
};

let complaints: Map<string, string[]>;
beforeAll(() => {
  complaints = complaintsOf(ROOT, [...examples, WRONG]);
}, 120_000);

test.each([...new Set(examples.map(({ page }) => page))])('%s', (page) => {
  expect(complaints.get(page)).toEqual([]);
});

test('what is wrong is told of, with its line', () => {
  expect(complaints.get(WRONG.page)).toEqual([
    "wrong/example.ts:8: Type 'number' is not assignable to type 'string'.",
  ]);
});

/** The functions that a package exports; what it hands on of others is theirs. */
const functionsOf = (folder: string): string[] =>
  Object.entries(require(join(ROOT, 'packages', folder, 'src/index.ts')) as object)
    .filter(([, value]) => typeof value === 'function' && !/^class\b/.test(String(value)))
    .map(([name]) => name);

const core = functionsOf('core');
const functions = PACKAGES.flatMap((folder) =>
  functionsOf(folder)
    .filter((name) => folder === 'core' || !core.includes(name))
    .map((name) => `${folder}: ${name}`),
);

test('each function that is exported has an example', () => {
  const documented = PACKAGES.flatMap((folder) =>
    namesWithExample(ROOT, folder).map((name) => `${folder}: ${name}`),
  );
  expect(functions.length).toBeGreaterThan(50);
  expect(functions.filter((name) => !documented.includes(name))).toEqual([]);
});

const telling = examples
  .filter(({ isComplete }) => isComplete)
  .map((example) => [example, noted(example)] as const)
  .filter(([, { claims }]) => claims.length > 0);

test('some of them can be run', () => {
  expect(telling.length).toBeGreaterThan(2);
});

test.each(telling.map(([{ page, block }, run]) => [`${page}:${block.line}`, page, run] as const))(
  '%s gives what it says',
  async (_place, page, { code, claims }) => {
    const [, folder] = page.split('/');
    const exported: object = require(join(ROOT, 'packages', folder!, 'src/index.ts'));
    const notes = new Map<number, string>();
    const { outputText } = ts.transpileModule(`async function example() {\n${code}\n}`, {
      compilerOptions: { target: ts.ScriptTarget.ES2022 },
    });
    // oxlint-disable-next-line typescript/no-implied-eval -- an example is code
    const make = new Function('note', ...Object.keys(exported), `${outputText}\nreturn example();`);
    const note = (line: number, value: unknown): void => void notes.set(line, String(value));
    await make(note, ...Object.values(exported));
    for (const { line, said } of claims) {
      const [first = ''] = said.split(/\n?^\.\.\.$/m);
      const isPart = first !== said;
      expect([line, isPart ? notes.get(line)?.slice(0, first.length) : notes.get(line)]).toEqual([
        line,
        first,
      ]);
    }
  },
);
