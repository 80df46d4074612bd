/** What the guide shows is what the programs print, as far as that is the same each time. */
import { join } from 'node:path';
import { readGuide, shownIn } from './guide.js';
import { PROGRAMS, constant, outputOf } from './run.js';

const dist = join(__dirname, '..', 'dist');
const guide = readGuide();

test.each(PROGRAMS)(
  '%s',
  async (program) => {
    const printed = constant(await outputOf(program, dist)).split('\n');
    const shown = constant(shownIn(guide, program)).split('\n');
    // On a machine with other work the event loop may be blocked more often than by the program.
    const isSure = program !== 'event-loop-blocked';
    expect(isSure ? printed : printed.filter((line) => shown.includes(line))).toEqual(shown);
  },
  60_000,
);

test('the programs are those of the guide', () => {
  const blocks = guide.matchAll(/<!-- output of (.*) -->/g);
  expect(Array.from(blocks, ([, program]) => program)).toEqual(PROGRAMS);
});
