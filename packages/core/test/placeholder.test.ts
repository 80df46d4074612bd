// Placeholder: remove it with the first real test.
import { expectTypeOf } from 'expect-type';

test('the toolchain runs', () => {
  expectTypeOf(1 + 1).toEqualTypeOf<number>();
  expect(1 + 1).toBe(2);
});
