/**
 * Which partition a key belongs to. It is the same everywhere and for ever: whoever changes this moves the keys of
 * every user.
 *
 * 1. The key as UTF-8, hashed by FNV-1a in 32 bits (Fowler, Noll, Vo), and mixed by the finalizer of MurmurHash3.
 * 2. Jump consistent hash of that (Lamping and Veach 2014): O(log n), and from n to n + 1 partitions one key in n + 1
 *    moves, always to the new one.
 */

/** A partition from 0 to `count` - 1. */
export const partitionOf = (key: string | number, count: number): number =>
  jump(0, mix(fnv1a(typeof key === 'string' ? key : String(key))), count);

/** FNV-1a, 32 bits, of a text as UTF-8. A half of a surrogate pair alone counts as U+FFFD. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      hash = step(hash, code);
      continue;
    }
    if (code >= 0xd800 && code < 0xe000) {
      const next = text.charCodeAt(i + 1);
      const isPair = code < 0xdc00 && next >= 0xdc00 && next < 0xe000;
      code = isPair ? 0x10000 + ((code & 0x3ff) << 10) + (next & 0x3ff) : 0xfffd;
      if (isPair) i++;
    }
    if (code < 0x800) hash = step(hash, 0xc0 | (code >> 6));
    else {
      if (code < 0x10000) hash = step(hash, 0xe0 | (code >> 12));
      else {
        hash = step(hash, 0xf0 | (code >> 18));
        hash = step(hash, 0x80 | ((code >> 12) & 0x3f));
      }
      hash = step(hash, 0x80 | ((code >> 6) & 0x3f));
    }
    hash = step(hash, 0x80 | (code & 0x3f));
  }
  return hash >>> 0;
}

const step = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

/** Each bit of the input changes each bit of the output with even chance; FNV alone leaves the high ones poor. */
export function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The multiplier 2862933555777941757 in two halves of 32 bits. */
const HIGH = 0x27bb2ee6;
const LOW = 0x87b0b0fd;

/** Jump consistent hash of a key of 64 bits, given in two halves. */
export function jump(high: number, low: number, count: number): number {
  let bucket = -1;
  let next = 0;
  while (next < count) {
    bucket = next;
    // key = key * multiplier + 1, modulo 2^64
    const product = multiplyHigh(low, LOW);
    high = (product + Math.imul(low, HIGH) + Math.imul(high, LOW)) >>> 0;
    low = (Math.imul(low, LOW) >>> 0) + 1;
    if (low > 0xffffffff) {
      low = 0;
      high = (high + 1) >>> 0;
    }
    next = Math.floor((bucket + 1) * (0x80000000 / ((high >>> 1) + 1)));
  }
  return bucket;
}

/** The upper 32 bits of the product of two numbers of 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const a1 = a >>> 16;
  const a0 = a & 0xffff;
  const b1 = b >>> 16;
  const b0 = b & 0xffff;
  const middle = a1 * b0 + Math.floor((a0 * b0) / 0x10000);
  const other = a0 * b1 + (middle % 0x10000);
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)) >>> 0;
}
