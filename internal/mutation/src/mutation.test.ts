/** What is drawn, and what is printed of it. That mutants are killed is seen by running the command. */
import type { Mutant } from './copy.js';
import { optionsOf } from './options.js';
import { reportOf, show } from './report.js';
import { draw } from './sample.js';

const mutant = (id: number, folder: string): Mutant => ({
  id: `${id}`,
  file: `${folder}/file.ts`,
  folder,
  line: 3,
  column: 7,
  kind: 'EqualityOperator',
  from: 'a\n   < b',
  to: 'a <= b',
});
const mutants = Array.from({ length: 1_000 }, (_, id) =>
  mutant(id, id < 900 ? 'model' : id < 990 ? 'pool' : 'draw'),
);
const numbers = (some: readonly Mutant[], folder: string): number =>
  some.filter((each) => each.folder === folder).length;

test('of one seed always the same are drawn, and more of them if more are wanted; of another one others; none twice', () => {
  const drawn = draw(mutants, 100, 1);
  expect(draw(mutants, 100, 1)).toEqual(drawn);
  expect(draw(mutants, 100, 2)).not.toEqual(drawn);
  expect(draw(mutants, 300, 1)).toEqual(expect.arrayContaining(drawn));
  expect(new Set(drawn).size).toBe(drawn.length);
});

test('each folder has its share, a small one more than that, and what it has at most', () => {
  const drawn = draw(mutants, 100, 1);
  expect(['model', 'pool', 'draw'].map((folder) => numbers(drawn, folder))).toEqual([90, 15, 10]);
  expect(draw(mutants, 0, 1)).toEqual([]);
});

test('a mutant is shown where it stands; a survivor with what was and what became of it', () => {
  expect(show({ mutant: mutant(5, 'model'), fate: 'survived' })).toBe(
    'survived 5 EqualityOperator packages/core/src/model/file.ts:3:7\n  - a < b\n  + a <= b',
  );
  expect(show({ mutant: mutant(5, 'model'), fate: 'killed', by: 'a.test.ts' })).toBe(
    'killed 5 EqualityOperator packages/core/src/model/file.ts:3:7 by a.test.ts',
  );
});

test('the score counts what was noticed, in each folder and in all', () => {
  const fates = ['killed', 'killed', 'timed out', 'survived', 'not covered'] as const;
  const table = reportOf(fates.map((fate, id) => ({ mutant: mutant(id, id < 2 ? 'draw' : 'model'), fate })));
  expect(table.split('\n').slice(2)).toEqual([
    '| draw | 2 | 2 | 0 | 0 | 0 | 100.0 % |',
    '| model | 3 | 0 | 1 | 1 | 1 | 33.3 % |',
    '| all | 5 | 2 | 1 | 1 | 1 | 60.0 % |',
  ]);
});

test('what is no option is refused', () => {
  expect(optionsOf(['--seed', '7', '--whole', 'model/step'])).toEqual({
    seed: 7,
    sample: 600,
    whole: ['model/step'],
    ids: [],
  });
  expect(() => optionsOf(['--sample', 'x'])).toThrow("--sample takes a whole number from 0, not 'x'");
  expect(() => optionsOf(['--other'])).toThrow("Unknown option '--other'");
});
