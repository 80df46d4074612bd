/** OTP's cases of trees: supervisors below supervisors, and children that no longer answer. */
import { supervisor } from '@coppice/core';
import { boot, crew, drain, forever, scripted, statuses } from '../support/scripted.js';

test('tree', async () => {
  const { journal, specs, a, b, c, d } = crew(['a', 'b', 'c', 'd']);
  const [sa, sb, sc, sd] = specs as [
    (typeof specs)[0],
    (typeof specs)[0],
    (typeof specs)[0],
    (typeof specs)[0],
  ];
  const { tree, settle, events } = await boot({
    strategy: 'one-for-all',
    maxRestarts: 1,
    children: [
      sa,
      supervisor({
        id: 'sub',
        strategy: 'one-for-all',
        maxRestarts: 1,
        children: [sb, supervisor({ id: 'leaf', maxRestarts: 0, children: [sc] }), sd],
      }),
    ],
  });
  expect(drain(journal)).toEqual(['start a', 'start b', 'start c', 'start d']);

  // c is too much for leaf (0 restarts): leaf gives up, sub restarts all of its own.
  c.crash();
  await settle();
  expect(drain(journal)).toEqual(['end c', 'stop d', 'stop b', 'start b', 'start c', 'start d']);

  // Once more: now it is too much for sub as well, and the root restarts all.
  c.crash();
  await settle();
  expect(drain(journal)).toEqual([
    'end c',
    'stop d',
    'stop b',
    'stop a',
    'start a',
    'start b',
    'start c',
    'start d',
  ]);
  expect(events.filter((e) => e.type === 'supervisor:gave-up').map((e) => e.path)).toEqual([
    'root/sub/leaf',
    'root/sub/leaf',
    'root/sub',
  ]);
  expect([a.starts, b.starts, d.starts]).toEqual([2, 3, 3]);

  // A new incarnation of a supervisor has a new budget; the root has used its own.
  c.crash();
  await settle();
  expect(tree.snapshot().phase).toBe('running');
  expect(drain(journal)).toEqual(['end c', 'stop d', 'stop b', 'start b', 'start c', 'start d']);
  c.crash();
  await settle();
  expect(drain(journal)).toEqual(['end c', 'stop d', 'stop b', 'stop a']);
  expect(tree.snapshot().phase).toBe('stopped');
});

test('tree: it is stopped from the last leaf to the first', async () => {
  const { journal, specs } = crew(['a', 'b', 'c', 'd']);
  const { tree } = await boot({
    children: [specs[0]!, supervisor({ id: 'sub', children: [specs[1]!, specs[2]!] }), specs[3]!],
  });
  drain(journal);
  await tree.stop();
  expect(drain(journal)).toEqual(['stop d', 'stop c', 'stop b', 'stop a']);
});

test('tree: a transient supervisor that gives up stays down, and its declarer was warned', async () => {
  const a = scripted('a');
  const { tree, settle, events } = await boot({
    children: [supervisor({ id: 'sub', restart: 'transient', maxRestarts: 0, children: [a.spec] })],
  });
  expect(events[0]).toMatchObject({
    type: 'supervisor:warning',
    code: 'COPPICE_TRANSIENT_SUPERVISOR',
    path: 'root/sub',
  });
  a.crash();
  await settle();
  expect(statuses(tree)).toEqual(['sub: stopped']);
  expect(tree.snapshot().children[0]!.lastExit).toMatchObject({
    kind: 'shutdown',
    cause: { code: 'COPPICE_GAVE_UP', cause: { message: 'a crashed' } },
  });
});

test('tree: a very deep one needs no deep stack', async () => {
  const leaf = scripted('leaf');
  let spec = supervisor({ id: 's0', children: [leaf.spec] });
  for (let depth = 1; depth < 5_000; depth++) spec = supervisor({ id: `s${depth}`, children: [spec] });
  const tree = await spec.start();
  leaf.crash();
  // So many messages take more than one turn of the event loop.
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  expect(leaf.starts).toBe(2);
  expect((await tree.stop()).unstopped).toEqual([]);
  expect(leaf.stops).toBe(2);
});

test('child_unlink', async () => {
  // A child that neither ends nor says anything any more must not hang the stop.
  const { journal, specs } = crew(['a', 'deaf'], (id) =>
    id === 'deaf' ? { shutdownMs: 100, onStop: forever } : {},
  );
  const { tree, clock } = await boot({ children: specs });
  drain(journal);
  const stopped = tree.stop();
  await clock.advance(100);
  expect((await stopped).unstopped.map(({ path }) => path)).toEqual(['root/deaf']);
  expect(drain(journal)).toEqual(['stop deaf', 'stop a']);
});
