/** The parser is strict: otherwise a scrape that it takes would say nothing. */
import { parse } from './parse.js';

const gauge = '# HELP a it\n# TYPE a gauge\n';

test('what it takes', () => {
  const [a] = parse(`${gauge}a{x="1\\"\\n\\\\",y=""} 1.5\na +Inf\n`).values();
  expect(a).toEqual({
    name: 'a',
    type: 'gauge',
    help: 'it',
    samples: [
      { name: 'a', labels: { x: '1"\n\\', y: '' }, value: 1.5 },
      { name: 'a', labels: {}, value: Infinity },
    ],
  });
});

const histogram = '# HELP h it\n# TYPE h histogram\n';

test.each([
  ['a 1\n', 'no TYPE'],
  [`${gauge}a 1`, 'no end'],
  [`${gauge}b 1\n`, 'none of a'],
  [`${gauge}a 1\na 2\n`, 'twice'],
  [`${gauge}a{x=1} 1\n`, 'no sample'],
  [`${gauge}a{x="1",} 1\n`, 'no sample'],
  [`${gauge}a{x-y="1"} 1\n`, 'no sample'],
  [`${gauge}a one\n`, 'no number'],
  [`${gauge}a undefined\n`, 'no number'],
  [`${gauge}${gauge}`, 'twice'],
  ['# TYPE a gauge\na 1\n', 'no HELP'],
  ['# HELP a it\n# TYPE a thing\n', 'no such type'],
  ['# HELP a it\n# TYPE a counter\na -1\n', 'below 0'],
  [`${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`, 'add up'],
  [`${histogram}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`, 'add up'],
  [`${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`, 'add up'],
  [`${histogram}h_bucket{le="+Inf"} 1\nh_count 1\n`, 'no sum'],
])('%j is refused', (text, why) => {
  expect(() => parse(text)).toThrow(why);
});
