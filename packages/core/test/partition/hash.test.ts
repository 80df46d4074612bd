/** Which partition a key belongs to: held against published values, and how many keys move. */
import fc from 'fast-check';
import { fnv1a, jump, mix, partitionOf } from '../../src/partition/hash.js';
import { FIXED_SEED } from '../simulation/seed.js';

const SEEDED = { seed: FIXED_SEED };

/** As its authors publish it: over bytes. */
const reference = (bytes: Uint8Array): number =>
  bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);

/** As the paper has it, with whole numbers of any size. */
function jumpOfThePaper(given: bigint, count: number): number {
  let [key, bucket, next] = [given, -1, 0];
  while (next < count) {
    bucket = next;
    key = BigInt.asUintN(64, key * 2_862_933_555_777_941_757n + 1n);
    next = Math.floor((bucket + 1) * (2 ** 31 / Number((key >> 33n) + 1n)));
  }
  return bucket;
}

describe('the hash', () => {
  test.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('is FNV-1a: of %j', (text, hash) => expect(fnv1a(text)).toBe(hash));

  test('is of the text as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fnv1a(text)).toBe(reference(new TextEncoder().encode(text)));
      }),
      { ...SEEDED, numRuns: 2_000 },
    );
    for (const half of ['\ud800', 'a\udc00b', '\ud83d\ud83d\ude00', '\ude00\ud83d', '\ud7ff', '\ue000'])
      expect(fnv1a(half)).toBe(reference(new TextEncoder().encode(half)));
  });

  test.each([
    [0, 0],
    [1, 0x514e28b7],
    [0xffffffff, 0x81f16f39],
  ])('is mixed as by MurmurHash3: %d', (hash, mixed) => expect(mix(hash)).toBe(mixed));
});

describe('jump consistent hash', () => {
  test.each([
    [0, 60, 0],
    [1, 60, 55],
    [2, 60, 46],
    [1, 1, 0],
    [42, 57, 43],
    [0xdead10cc, 1, 0],
    [0xdead10cc, 666, 361],
    [256, 1024, 520],
  ])('of %d among %d is %d, as others have it', (key, count, bucket) => {
    expect(jump(0, key, count)).toBe(bucket);
  });

  test('also where the lower half of the key flows over into the upper one', () => {
    // Times the multiplier, its lower 32 bits are all ones.
    const low = 0x666313ab;
    expect(Math.imul(low, 0x87b0b0fd)).toBe(-1);
    for (const high of [0, 1, 0x7fffffff, 0xffffffff])
      expect(jump(high, low, 100_000)).toBe(jumpOfThePaper((BigInt(high) << 32n) | BigInt(low), 100_000));
  });

  test('is that of the paper', () => {
    const half = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(half, half, fc.integer({ min: 1, max: 100_000 }), (high, low, count) => {
        expect(jump(high, low, count)).toBe(jumpOfThePaper((BigInt(high) << 32n) | BigInt(low), count));
      }),
      { ...SEEDED, numRuns: 2_000 },
    );
  });
});

test('the partition of a key is the same for ever', () => {
  const keys = ['', 'a', 'user:1', 'user:2', 'Grüße', '😀', 7, -1, 0.5];
  expect(keys.map((key) => partitionOf(key, 16))).toEqual(GOLDEN);
  expect(partitionOf(7, 16)).toBe(partitionOf('7', 16));
  expect(partitionOf(-0, 16)).toBe(partitionOf(0, 16));
});

/** Whoever has to change these moves the keys of every user. */
const GOLDEN = [9, 15, 0, 3, 7, 11, 5, 5, 0];

const keysOf = (prefix: string, many: number): string[] =>
  Array.from({ length: many }, (_, i) => `${prefix}${i}`);

/** So many standard deviations off a binomial share are too many to be chance. */
const isNear = (count: number, of: number, share: number): boolean =>
  Math.abs(count - of * share) <= 5 * Math.sqrt(of * share * (1 - share));

test('from n to n + 1 partitions one key in n + 1 moves, always to the new one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.string(), (count, prefix) => {
      const keys = keysOf(prefix, 2_000);
      const moved = keys.filter((key) => partitionOf(key, count) !== partitionOf(key, count + 1));
      expect(moved.every((key) => partitionOf(key, count + 1) === count)).toBe(true);
      expect(isNear(moved.length, keys.length, 1 / (count + 1))).toBe(true);
    }),
    { ...SEEDED, numRuns: 30 },
  );
});

test('from n to m no more keys move than have to', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 64 }),
      fc.string(),
      (from, to, prefix) => {
        const [few, many] = [Math.min(from, to), Math.max(from, to)];
        const keys = keysOf(prefix, 2_000);
        const moved = keys.filter((key) => partitionOf(key, few) !== partitionOf(key, many));
        // Only those that have to be on the ones that are there of the larger number only.
        expect(moved.every((key) => partitionOf(key, many) >= few)).toBe(true);
        expect(isNear(moved.length, keys.length, 1 - few / many)).toBe(true);
      },
    ),
    { ...SEEDED, numRuns: 30 },
  );
});

test('each partition gets its share, also of numbers that follow each other', () => {
  for (const count of [2, 3, 8, 31]) {
    const shares = new Array<number>(count).fill(0);
    for (let key = 0; key < 40_000; key++) shares[partitionOf(key, count)]!++;
    for (const share of shares) expect(isNear(share, 40_000, 1 / count)).toBe(true);
  }
});
