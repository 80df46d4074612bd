/** What the guides show is what the programs print, as far as that is the same each time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf, shownIn } from './guide.js';
import { GUIDES, SHOWN, constant, outputOf } from './run.js';

const dist = join(__dirname, '..', 'dist');

describe.each(GUIDES)('%s', (guide) => {
  const text = readFileSync(pathOf(guide), 'utf8');

  test.each(SHOWN[guide])(
    '%s',
    async (program) => {
      const printed = constant(await outputOf(program, dist)).split('\n');
      const shown = constant(shownIn(text, program)).split('\n');
      // On a machine with other work the event loop may be blocked more often than by the program.
      const isSure = program !== 'event-loop-blocked';
      expect(isSure ? printed : printed.filter((line) => shown.includes(line))).toEqual(shown);
    },
    60_000,
  );

  test('shows these, and no others', () => {
    const blocks = text.matchAll(/<!-- output of (.*) -->/g);
    expect(Array.from(blocks, ([, program]) => program)).toEqual(SHOWN[guide]);
  });
});

test('the program in logging.md is a-life.ts', () => {
  const [, code] = /```ts\n([^]*?)```/.exec(readFileSync(pathOf('logging.md'), 'utf8')) ?? [];
  expect(code).toBe(readFileSync(join(__dirname, 'programs', 'a-life.ts'), 'utf8'));
});
