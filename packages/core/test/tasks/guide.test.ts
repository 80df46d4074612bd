/** The examples of docs/guides/tasks.md have the right types, and print what the guide says. */
import { complaints, examplesOf, printed } from '../support/guide-examples.js';

const EXAMPLES = examplesOf('tasks');

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
