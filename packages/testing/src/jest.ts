/**
 * The matchers for Jest: importing this file adds them to its `expect`.
 *
 * @example
 * ```ts
 * import '@coppice/testing/jest';
 *
 * expect(shop).toHaveHappenedInOrder('db crashed', 'db#2 started');
 * ```
 *
 * @packageDocumentation
 */
import type { Happening } from './happening.js';
import { matchers } from './matchers.js';

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- this is how @types/jest is extended
  namespace jest {
    // Its type parameters have to be those of @types/jest.
    interface Matchers<R, T = {}> {
      /** It has happened, at any time. */
      toHaveHappened(happening: Happening): R;
      /** As `expectOrder` of a recorder. */
      toHaveHappenedInOrder(...happenings: readonly Happening[]): R;
      /** As `expectExactly` of a recorder. */
      toHaveHappenedExactly(...happenings: readonly Happening[]): R;
    }
  }
}

const { expect: its } = globalThis as { expect?: { extend?(extensions: object): void } };
if (typeof its?.extend !== 'function') {
  throw new TypeError(
    "'@coppice/testing/jest' extends the global `expect` of Jest, and there is none; elsewhere call `expect.extend(matchers)` yourself",
  );
}
its.extend(matchers);
