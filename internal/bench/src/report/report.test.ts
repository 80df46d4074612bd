import type { Result } from '../row.js';
import { toJson } from './json.js';
import { replaceBetweenMarks, toMarkdown } from './markdown.js';

const RESULTS: readonly Result[] = [
  {
    section: 'Starting',
    name: 'start one',
    unit: 'ns',
    target: { ratio: 1.25 },
    values: { loop: 1_000, ours: 1_234.5, effect: 987.6 },
    ratio: 1.2345,
  },
  { section: 'Starting', name: 'look', unit: 'ms', values: { ours: 0.01234 }, ratio: undefined },
  { section: 'Limits', name: 'a promise', unit: 'bytes', values: { loop: 48 }, ratio: undefined },
];
const MACHINE = { machine: 'a machine', node: 'Node v20', otp: undefined, date: '2026-01-02' };

it('Markdown: a table for each section, with the columns that were measured in it', () => {
  expect(toMarkdown(RESULTS, MACHINE)).toBe(
    `a machine; Node v20; 2026-01-02.

### Starting

| work | by hand | ours | ratio | target | Effect |
| --- | --: | --: | --: | --: | --: |
| start one | 1,000 ns | 1,235 ns | 1.23 | ratio ≤ 1.25: yes | 988 ns (ahead of us) |
| look | – | 0.0123 ms | – |  | – |

### Limits

| what | cost |
| --- | --: |
| a promise | 48 bytes |`,
  );
});

it('JSON: a line that says what was measured, what it had to show, and who is ahead', () => {
  expect(JSON.parse(toJson(RESULTS[0]!, RESULTS))).toEqual({
    section: 'Starting',
    work: 'start one',
    unit: 'ns',
    loop: 1_000,
    ours: 1_235,
    effect: 988,
    ratio: 1.23,
    target: 'ratio ≤ 1.25',
    holds: true,
    behind: ['effect'],
  });
  expect(JSON.parse(toJson(RESULTS[1]!, RESULTS))).toEqual({
    section: 'Starting',
    work: 'look',
    unit: 'ms',
    ours: 0.0123,
  });
});

describe('the page', () => {
  const marks = [
    '<!-- made by `npm run -s bench -- --write docs/performance.md` -->',
    '<!-- end of what is made -->',
  ];

  it('keeps what is outside the marks, and the marks', () => {
    const page = `before\n\n${marks[0]}\n\nold\n\n${marks[1]}\n\nafter\n`;
    const made = replaceBetweenMarks(page, 'new');
    expect(made).toBe(page.replace('old', 'new'));
    expect(replaceBetweenMarks(made, 'newer')).toBe(page.replace('old', 'newer'));
  });

  it.each([['no marks'], [`${marks[1]}\n${marks[0]}`], [marks[0]!]])(
    'is refused without its marks: %s',
    (page) => {
      expect(() => replaceBetweenMarks(page, 'new')).toThrow('the page needs a line');
    },
  );
});
