/** The examples of docs/guides/dynamic-children.md have the right types, and print what the guide says. */
import { complaints, examplesOf, printed } from '../support/guide-examples.js';

const EXAMPLES = examplesOf('dynamic-children');

test.each(EXAMPLES)('example %i', async (_at, code, output) => {
  expect(await printed(code)).toBe(output);
});

test('the types of all', () => {
  expect(complaints(EXAMPLES.map(([, code]) => code))).toEqual(EXAMPLES.map(() => []));
}, 60_000);

test('they are all there', () => {
  expect(EXAMPLES).toHaveLength(5);
});
