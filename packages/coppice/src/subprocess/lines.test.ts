import { LineSplitter } from './lines.js';

const split = (chunks: (string | Buffer)[], maxLength = 10): string[] => {
  const splitter = new LineSplitter(maxLength);
  return [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk as string))), ...splitter.end()];
};

test('lines, however they are torn', () => {
  expect(split(['one\ntwo\n', 'thr', 'ee\n\n', 'four'])).toEqual(['one', 'two', 'three', '', 'four']);
  expect(split(['one\r', '\ntwo\r\n'])).toEqual(['one', 'two']);
  expect(split([])).toEqual([]);
  expect(split(['one\n'])).toEqual(['one']);
});

test('characters that are torn between two chunks', () => {
  const bytes = Buffer.from('grün🌳\n');
  for (let at = 0; at <= bytes.length; at++) {
    expect(split([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['grün🌳']);
  }
  expect(split([bytes.subarray(0, 3)])).toEqual(['gr\uFFFD']);
});

test('long lines are cut, and say how much', () => {
  expect(split(['0123456789'])).toEqual(['0123456789']);
  expect(split(['0123456789abc\nnext'])).toEqual(['0123456789... (3 more cut)', 'next']);
  expect(split(['01234', '56789', 'abc', 'def\n'])).toEqual(['0123456789... (6 more cut)']);
  expect(split(['123456789🌳\n'])).toEqual(['123456789... (1 more cut)']);
});
