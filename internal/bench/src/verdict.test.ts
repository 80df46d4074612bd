import type { Result } from './row.js';
import { verdictOn } from './verdict.js';

const result = (given: Partial<Result>): Result => ({
  section: 'section',
  name: 'work',
  unit: 'ns',
  values: {},
  ratio: undefined,
  ...given,
});

describe('what a row has to show', () => {
  it('is nothing without a target', () => {
    const row = result({ values: { ours: 9, loop: 1 }, ratio: 9 });
    expect(verdictOn(row, [row])).toEqual({ target: undefined, holds: undefined, behind: [] });
  });

  it.each([
    [1.25, true],
    [1.26, false],
  ])('a ratio of %d', (ratio, holds) => {
    const row = result({ target: { ratio: 1.25 }, ratio });
    expect(verdictOn(row, [row])).toMatchObject({ target: 'ratio ≤ 1.25', holds });
  });

  it.each([
    [900, true],
    [901, false],
  ])('a value of %d', (ours, holds) => {
    const row = result({ unit: 'bytes', target: { value: 900 }, values: { ours } });
    expect(verdictOn(row, [row])).toMatchObject({ target: '≤ 900 bytes', holds });
  });

  it.each([
    [150, true],
    [151, false],
  ])('%d, held against another row', (ours, holds) => {
    const few = result({ name: 'few', values: { ours: 100 } });
    const row = result({ target: { timesRow: 'few', ratio: 1.5 }, values: { ours } });
    expect(verdictOn(row, [few, row]).holds).toBe(holds);
  });

  it('is not known where there is nothing to hold it against', () => {
    const alone = result({ target: { timesRow: 'few', ratio: 1.5 }, values: { ours: 1 } });
    expect(verdictOn(alone, [alone]).holds).toBeUndefined();
    const without = result({ target: { ratio: 1.25 }, values: { ours: 1 } });
    expect(verdictOn(without, [without]).holds).toBeUndefined();
  });

  it('names the peers that are ahead, and not the loop', () => {
    const row = result({ values: { loop: 1, ours: 5, nact: 6, effect: 4, otp: 5 } });
    expect(verdictOn(row, [row]).behind).toEqual(['effect']);
  });
});
