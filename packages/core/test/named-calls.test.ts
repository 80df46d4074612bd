/** Whoever passes what a call cannot take is told which call that was. */
import {
  dynamicSupervisor,
  formatTree,
  healthOf,
  isCoppiceError,
  supervisor,
  toDot,
  toMermaid,
  watchHealth,
} from '@coppice/core';
import { boot, rejection, scripted } from './support/scripted.js';

const UNKNOWN = { unheardOf: 1 } as never;
const A = scripted('a').spec;
type Tree = Awaited<ReturnType<typeof boot>>['tree'];

test.each<[string, (tree: Tree) => unknown]>([
  ['formatTree', (tree) => formatTree(tree.snapshot(), UNKNOWN)],
  ['healthOf', (tree) => healthOf(tree.snapshot(), UNKNOWN)],
  ['watchHealth', (tree) => watchHealth(tree, UNKNOWN)],
  ['explain', (tree) => tree.explain('a', UNKNOWN)],
  ['snapshot', (tree) => tree.snapshot(UNKNOWN)],
  ['snapshot', (tree) => tree.snapshot({ dynamic: 'all' as never })],
  ['stop', (tree) => tree.stop(UNKNOWN)],
  ['stop', (tree) => tree.stop({ reason: 5 as never })],
  ['reconcile', (tree) => tree.reconcile(supervisor({ id: 'root', children: [] }), UNKNOWN)],
  ['events', (tree) => tree.events(UNKNOWN)],
  ['on', (tree) => tree.on('child:crashed', 5 as never)],
  ['whenReady', (tree) => tree.whenReady(A, UNKNOWN)],
  ['partitions', (tree) => (tree as unknown as { partitions: number }).partitions],
  ['formatTree', () => formatTree(5 as never)],
  ['toDot', () => toDot(5 as never)],
  ['toMermaid', () => toMermaid(5 as never)],
  ['healthOf', () => healthOf(5 as never)],
])('%s', async (name, call) => {
  const { tree } = await boot({ children: [A] });
  const error: unknown = await (async () => call(tree))().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(isCoppiceError(error, 'COPPICE_INVALID_ARGUMENT') && error.message).toMatch(
    new RegExp(`^${name} expects`),
  );
});

test('what is no snapshot is told what one is', () => {
  const broken = new Proxy(Object.create(null) as never, {
    get: () => {
      throw new Error('no');
    },
  });
  for (const call of [healthOf, formatTree, toDot, toMermaid])
    expect(() => call(broken)).toThrow('expects a snapshot, as snapshot() of a handle gives it');
});

test('a child of a dynamic supervisor', async () => {
  const pool = dynamicSupervisor({ id: 'pool', child: scripted('a').spec });
  const { tree } = await boot({ children: [pool] });
  expect(await rejection(tree.supervisor(pool).startChild(5 as never))).toMatchObject({
    code: 'COPPICE_INVALID_ARGUMENT',
    message: expect.stringMatching(
      /^startChild of a dynamic supervisor expects \{ id\?, args\?, by\? \} or \{ id\?, spec, by\? \}; got 5/,
    ),
  });
});
