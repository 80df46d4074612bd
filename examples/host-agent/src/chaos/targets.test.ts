import { seededRandom } from 'coppice';
import { Targets } from './targets.js';
import type { Way } from './ways.js';

const way = (name: string, more: Partial<Way> = {}): Way => ({ name, strike: () => {}, ...more });

/** Exposes a child, and gives what it has deferred. */
function expose(targets: Targets, path: string, ...ways: readonly Way[]): () => unknown {
  let end: () => unknown = () => {};
  targets.expose({ path, defer: (cleanUp) => (end = cleanUp) }, ways);
  return end;
}

/** The names of the next ways, a second after the other. */
const names = (targets: Targets, count: number, from = 0): (string | undefined)[] =>
  Array.from({ length: count }, (_, i) => targets.next(from + i * 1_000)?.way.name);

test('all ways come once before one comes again, the hard ones first', () => {
  const targets = new Targets(seededRandom(1));
  expose(targets, 'a', way('soft'), way('hard', { isHard: true }));
  expose(targets, 'b', way('soft'), way('harder', { isHard: true }), way('softer'));
  const round = names(targets, 4);
  expect(new Set(round.slice(0, 2))).toEqual(new Set(['hard', 'harder']));
  expect(new Set(round.slice(2))).toEqual(new Set(['soft', 'softer']));
  expect(new Set(names(targets, 4, 4_000))).toEqual(new Set(round));
});

test('no more than three faults go astray within a minute', () => {
  const targets = new Targets(seededRandom(1));
  expose(targets, 'a', way('astray', { isStray: true }), way('x'));
  const strays = (from: number): number =>
    names(targets, 50, from).filter((name) => name === 'astray').length;
  expect(strays(0)).toBe(3);
  expect(strays(100_000)).toBe(3);
});

test('what has ended is not struck, and a late end is not taken for that of the next incarnation', () => {
  const targets = new Targets(seededRandom(1));
  const first = expose(targets, 'a', way('first'));
  const second = expose(targets, 'a', way('second'));
  first();
  expect(names(targets, 1)).toEqual(['second']);
  second();
  expect(names(targets, 1)).toEqual([undefined]);
});
