/** Each work, done with tiny numbers: it checks itself, and throws where it has not done what it says. */
import type { Column, Group } from '../row.js';
import { SIZES } from '../sizes.js';

// It starts processes with what is built: `test/smoke.test.ts` has it.
jest.mock('./lifetime.js', () => ({ lifetime: () => [] }));
// Effect is an ES module only, which jest does not load; the same test has it.
jest.mock('../contenders/effect.js', () => ({
  fibers: nothing,
  groupOfFibers: nothing,
  deepFibers: nothing,
}));

function nothing(): never {
  throw new Error('no Effect here');
}

beforeAll(() => {
  (globalThis as { gc?: () => void }).gc ??= () => {};
});

let groups: readonly Group[] = [];
beforeAll(async () => {
  const { works } = await import('./index.js');
  groups = works(SIZES.tiny);
});

it.each<Column>(['loop', 'ours', 'nact'])('%s does what is measured', async (column) => {
  let done = 0;
  for (const { rows, works } of groups) {
    const work = column === 'otp' ? undefined : works[column];
    if (!work) continue;
    const values = await work();
    expect(values).toHaveLength(rows.length);
    expect(values.every(Number.isFinite)).toBe(true);
    done++;
  }
  expect(done).toBeGreaterThan(10);
});

it('each row has a name of its own, and a target that refers to a row refers to one that is there', () => {
  const rows = groups.flatMap((group) => group.rows);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  for (const { target } of rows) {
    if (target && 'timesRow' in target) expect(rows.map(({ name }) => name)).toContain(target.timesRow);
  }
});
