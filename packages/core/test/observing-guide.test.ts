/** The examples of docs/guides/observing.md: they compile, and print what the guide says. */
import { complaints, examplesOf, printed } from './support/guide-examples.js';

const examples = examplesOf('observing');

test('there are some, and they compile', () => {
  expect(examples).toHaveLength(4);
  expect(complaints(examples.map(([, code]) => code))).toEqual([[], [], [], []]);
}, 30_000);

test.each(examples)('example %i prints what the guide says', async (_number, code, output) => {
  expect(await printed(code)).toBe(output);
});
