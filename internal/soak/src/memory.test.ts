/** What grows is told from what goes up and down. */
import { Findings } from './findings.js';
import { type Sample, judgeTrends, median, trendsOf } from './memory.js';

const samples = (heap: (at: number) => number): Sample[] =>
  Array.from({ length: 40 }, (_, at) => ({ heap: heap(at), rss: 100, handles: 10, files: 10, threads: 5 }));

function judge(heap: (at: number) => number): string[] {
  const findings = new Findings();
  judgeTrends(trendsOf(samples(heap)), findings);
  return findings.all.flatMap(({ examples }) => examples);
}

test('warming up is no growth, nor is going up and down', () => {
  expect(judge((at) => (at < 10 ? at : 20))).toEqual([]);
  expect(judge((at) => 20 + 10 * (at % 2))).toEqual([]);
});

test('what goes on growing is found', () => {
  expect(judge((at) => 20 + at / 9)).toEqual(['heap: by 2.2 to 23.8; by 2 is allowed']);
});

test('without samples nothing is flat', () => {
  const findings = new Findings();
  judgeTrends(trendsOf([]), findings);
  expect(findings.all).toMatchObject([{ check: 'growth', times: 5 }]);
});

test('the middle one, or between the two', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2.5, NaN]);
});
