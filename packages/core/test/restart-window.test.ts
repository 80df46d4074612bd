/** The ring of restart times against the plain list that it stands for. */
import * as fc from 'fast-check';
import { RestartWindow } from '../src/model/restart-window.js';

test('counts what a list counts, whatever comes when', () => {
  const gaps = fc.array(fc.constantFrom(0, 1, 2, 9, 10, 11, 100), { maxLength: 120 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(1, 10, 50, 1_000),
      gaps,
      (max, within, waits) => {
        const window = new RestartWindow(max, within);
        let list: number[] = [];
        let now = 1_000_000;
        for (const wait of waits) {
          now += wait;
          list = list.filter((time) => time >= now - within);
          expect(window.used(now)).toBe(list.length);
          const fits = list.length < max;
          if (fits) list.push(now);
          expect(window.add(now)).toBe(fits);
          expect(window.used(now)).toBe(list.length);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('without a limit nothing is counted', () => {
  const window = new RestartWindow(Infinity, 1_000);
  for (let i = 0; i < 100; i++) expect(window.add(i)).toBe(true);
  expect(window.used(100)).toBe(0);
});
