import { seededRandom } from 'coppice';
import { Targets } from './targets.js';
import type { Way } from './ways.js';

const way = (name: string, more: Partial<Way> = {}): Way => ({ name, strike: () => {}, ...more });

type Children = Readonly<Record<string, readonly Way[]>>;

/** Exposes a child, and gives what it has deferred. */
function expose(targets: Targets, path: string, ...ways: readonly Way[]): () => unknown {
  let end: () => unknown = () => {};
  targets.expose({ path, defer: (cleanUp) => (end = cleanUp) }, ways);
  return end;
}

/** The names of the next ways, a second after the other; whoever is struck is there again at once. */
function names(targets: Targets, children: Children, count: number, from = 0): (string | undefined)[] {
  return Array.from({ length: count }, (_, i) => {
    for (const [path, ways] of Object.entries(children)) expose(targets, path, ...ways);
    return targets.next(from + i * 1_000)?.way.name;
  });
}

test('all ways come once before one comes again, the hard ones first', () => {
  const targets = new Targets(seededRandom(1));
  const children = {
    a: [way('soft'), way('hard', { isHard: true })],
    b: [way('soft'), way('harder', { isHard: true }), way('softer')],
  };
  const round = names(targets, children, 4);
  expect(new Set(round.slice(0, 2))).toEqual(new Set(['hard', 'harder']));
  expect(new Set(round.slice(2))).toEqual(new Set(['soft', 'softer']));
  expect(new Set(names(targets, children, 4, 4_000))).toEqual(new Set(round));
});

test('no more than three faults go astray within a minute', () => {
  const targets = new Targets(seededRandom(1));
  const children = { a: [way('astray', { isStray: true }), way('x')] };
  const strays = (from: number): number =>
    names(targets, children, 50, from).filter((name) => name === 'astray').length;
  expect(strays(0)).toBe(3);
  expect(strays(100_000)).toBe(3);
});

test('what was struck or has ended is not struck, and a late end is not taken for that of the next incarnation', () => {
  const targets = new Targets(seededRandom(1));
  const first = expose(targets, 'a', way('first'));
  expose(targets, 'a', way('second'));
  first();
  expect(targets.next(0)).toMatchObject({ path: 'a', way: { name: 'second' } });
  expect(targets.next(0)).toBeUndefined();
  expose(targets, 'a', way('third'))();
  expect(targets.next(0)).toBeUndefined();
});
