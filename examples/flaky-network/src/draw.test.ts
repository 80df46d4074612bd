import { bar, rangePlot, sideBySide } from './draw.js';
import { plainStyle } from './style.js';

test.each([
  [0, ''],
  [1, '█'],
  [2, '██'],
  [0.5, '▌'],
  [1.25, '█▎'],
  [0.001, '▏'],
  [10, '██████████'],
])('a bar for %p of 10', (value, drawn) => {
  expect(bar(value, 10, 10)).toBe(drawn);
});

test.each([
  [{ minMs: 0, maxMs: 100 }, 50, '├────●────┤'],
  [{ minMs: 50, maxMs: 100 }, 100, '     ├────●'],
  [{ minMs: 50, maxMs: 100 }, 50, '     ●────┤'],
  [{ minMs: 20, maxMs: 20 }, 20, '  ●'],
  // What is not allowed is seen outside.
  [{ minMs: 20, maxMs: 40 }, 70, '  ├─┤  ●'],
  [{ minMs: 20, maxMs: 40 }, 1_000, '  ├─┤     ●'],
])('a delay in its range: %j, %i', (range, delayMs, drawn) => {
  expect(rangePlot(range, delayMs, 100, 11)).toBe(drawn);
});

test('histograms beside each other have one scale, and as many rows as the longest', () => {
  const columns = [
    { title: 'one', histogram: { bucketMs: 100, counts: [1, 2] } },
    { title: 'two', histogram: { bucketMs: 100, counts: [0, 0, 4] } },
  ];
  expect(sideBySide(columns, 10, plainStyle)).toEqual([
    '    ms            one          two',
    '     0 ..  100    1 ██         ·',
    '   100 ..  200    2 ████       ·',
    '   200 ..  300    ·            4 ████████',
    '    largest       2            4',
  ]);
});
