import { placeOnce } from '../src/kit.js';

test.each([
  ['shop/api failed: the port is taken (at shop/api)', 'shop/api failed: the port is taken'],
  // Not of the same place, or the only one that is named: that is news.
  ['shop failed: the port is taken (at shop/api)', 'shop failed: the port is taken (at shop/api)'],
  ['the port is taken (at shop/api)', 'the port is taken (at shop/api)'],
  ['shop/api failed (at shop/api) once more', 'shop/api failed (at shop/api) once more'],
])('%s', (sentence, expected) => {
  expect(placeOnce(sentence)).toBe(expected);
});
