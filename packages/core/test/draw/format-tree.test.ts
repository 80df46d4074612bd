/** The drawing of a tree as text. */
import { dynamicSupervisor, formatTree, supervisor, task } from '@coppice/core';
import fc from 'fast-check';
import { boot, crew, forever, scripted } from '../support/scripted.js';
import { sizeOf, snapshot } from './arbitrary.js';

async function shop() {
  const { db, api, feed } = crew(['db', 'api', 'feed'], (id) => {
    if (id === 'api') return { bindsTo: ['db'] };
    return id === 'feed' ? { backoff: { minMs: 4_000, maxMs: 4_000, jitter: 0 } } : {};
  });
  const feeds = supervisor({ id: 'feeds', children: [feed.spec] });
  const conns = dynamicSupervisor({
    id: 'conns',
    child: task({ id: 'conn', restart: 'temporary', run: forever }),
  });
  const booted = await boot({ id: 'shop', children: [db.spec, api.spec, feeds, conns] });
  for (let n = 0; n < 3; n++) await booted.tree.supervisor(conns).startChild();
  return { ...booted, db, feed, conns };
}

test('what is up, what backs off, why, and how much of a limit is used', async () => {
  const { tree, db, feed, clock } = await shop();
  await clock.advance(1_200);
  db.crash(new Error('Connection terminated'));
  await clock.advance(300);
  feed.crash(new Error('ECONNREFUSED\n127.0.0.1'));
  await clock.advance(1_000);
  expect(formatTree(tree.snapshot())).toBe(
    [
      '● shop          one-for-one, running, 1 of 3 restarts within 5 s used',
      '├─ ● db         service, up 1.3 s, 1 restart, last: Connection terminated',
      '├─ ● api        service, up 1.3 s, 1 restart',
      '├─ ● feeds      one-for-one, up 2.5 s, 1 of 3 restarts within 5 s used',
      '│  └─ ✖ feed    service, backing-off, next start in 3 s, last: ECONNREFUSED\\u{a}127.0.0.1',
      '└─ ● conns      dynamic, up 2.5 s',
      '   ├─ ● conn#1  task, up 2.5 s',
      '   ├─ ● conn#2  task, up 2.5 s',
      '   └─ ● conn#3  task, up 2.5 s',
    ].join('\n'),
  );
  expect(formatTree(tree.snapshot(), { ascii: true, width: 40, maxChildren: 1 })).toBe(
    [
      '* shop        one-for-one, running, 1...',
      '|- * feeds    one-for-one, up 2.5 s, ...',
      '|  `- ! feed  service, backing-off, n...',
      '`- ... 3 more running',
    ].join('\n'),
  );
});

test('of a hundred thousand children those that need a look, and a number', async () => {
  const conn = task({ id: 'conn', restart: 'temporary', run: forever });
  const sick = scripted('sick', { backoff: { minMs: 1_000, maxMs: 1_000, jitter: 0 } });
  const conns = dynamicSupervisor({ id: 'conns', child: conn });
  const { tree, settle } = await boot({ id: 'shop', children: [conns] });
  const place = tree.supervisor(conns);
  for (let n = 0; n < 999; n++) await place.startChild();
  await place.startChild({ spec: sick.spec });
  sick.crash(new Error('no route'));
  await settle();
  const one = place.snapshot();
  // The same children a hundred times over.
  const children = Array.from({ length: 100 }, () => one.children.map((child) => ({ ...child }))).flat();
  const many = { ...one, children, statuses: { running: 99_900, 'backing-off': 100 } };
  const lines = formatTree(many, { maxChildren: 101 }).split('\n');
  expect(lines.filter((line) => line.includes('sick'))).toHaveLength(100);
  expect(lines.at(-1)).toBe('└─ … 99,899 more running');
  expect(formatTree(many, { maxChildren: 2 }).split('\n').at(-1)).toBe(
    '└─ … 99,998 more: 99,900 running, 98 backing-off',
  );
  // As a snapshot has it that only counts them.
  expect(
    formatTree({ ...many, children: [] })
      .split('\n')
      .at(-1),
  ).toBe('└─ … 100,000: 99,900 running, 100 backing-off');
  expect(formatTree(one, { maxChildren: 3 }).split('\n')).toEqual([
    expect.stringContaining('conns'),
    expect.stringContaining('conn#1'),
    expect.stringContaining('conn#2'),
    '├─ ✖ sick    service, backing-off, next start in 1 s, last: no route',
    '└─ … 997 more running',
  ]);
});

test('each look, in Unicode and in ASCII', async () => {
  const up = scripted('up');
  const between = scripted('between', { onStop: forever });
  const trouble = scripted('trouble', { maxRestarts: 0, giveUp: 'park' });
  const down = scripted('down');
  const { tree, settle } = await boot({ children: [up, between, trouble, down].map(({ spec }) => spec) });
  await tree.terminateChild('down');
  trouble.crash();
  await settle();
  void tree.terminateChild('between');
  await settle();
  const looks = (ascii: boolean): string[] =>
    formatTree(tree.snapshot(), { ascii })
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[1]!);
  expect(looks(false)).toEqual(['●', '◐', '✖', '○']);
  expect(looks(true)).toEqual(['*', '~', '!', 'o']);
});

test('a pause of which nobody said whose it is', async () => {
  const { tree } = await boot({ children: [scripted('a').spec] });
  await tree.pause('a', {});
  expect(formatTree(tree.snapshot())).toContain('service, up 0 ms, paused 0 ms ago');
});

test('who is paused, abandoned, or has such a one below, needs a look', async () => {
  const { specs } = crew(['a', 'b', 'c', 'd']);
  const { tree } = await boot({ id: 'shop', children: specs });
  await tree.pause('d', { by: 'ada', reason: 'maintenance' });
  const last = () => formatTree(tree.snapshot(), { maxChildren: 1 }).split('\n')[1];
  expect(last()).toBe('├─ ● d  service, up 0 ms, paused by ada 0 ms ago');
  await tree.resume('d');
  const calm = tree.snapshot();
  const left = { path: 'shop/c', incarnation: 1, phase: 'running', waitedMs: 5_000 } as const;
  const children = calm.children.map((child) => (child.id === 'c' ? { ...child, abandoned: [left] } : child));
  expect(formatTree({ ...calm, children }, { maxChildren: 1 }).split('\n')[1]).toBe(
    '├─ ● c  service, up 0 ms, 1 abandoned',
  );
  const below = { ...calm, id: 'below', children };
  const nested = calm.children.map((child) => (child.id === 'b' ? { ...child, supervisor: below } : child));
  expect(formatTree({ ...calm, children: nested }, { maxChildren: 1 }).split('\n')[1]).toContain('● b');
});

test.each([
  [{ width: 19 }, 'width to be a whole number from 20 on, or Infinity; got 19'],
  [{ width: 20.5 }, 'got 20.5'],
  [{ maxChildren: -1 }, 'maxChildren to be a whole number from 0 on, or Infinity; got -1'],
])('%j is refused', async (options, message) => {
  const { tree } = await boot({});
  expect(() => formatTree(tree.snapshot(), options)).toThrow(message);
});

describe('whatever the ids are', () => {
  const options = fc.record({
    width: fc.oneof(fc.integer({ min: 20, max: 120 }), fc.constant(Infinity)),
    ascii: fc.boolean(),
  });

  test('one line for each, none too long, nothing in it that moves the cursor', () => {
    fc.assert(
      fc.property(snapshot(), options, (tree, how) => {
        const lines = formatTree(tree, { ...how, maxChildren: Infinity }).split('\n');
        expect(lines).toHaveLength(sizeOf(tree));
        for (const line of lines) {
          expect(Array.from(line).length).toBeLessThanOrEqual(how.width);
          expect(line).toMatch(how.ascii ? /^[ -~]*$/ : /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
        }
      }),
    );
  });

  test('the same after a way through JSON', () => {
    fc.assert(
      fc.property(snapshot(), (tree) => {
        expect(formatTree(JSON.parse(JSON.stringify(tree)))).toBe(formatTree(tree));
      }),
    );
  });

  test('no supervisor has more lines than it may', () => {
    fc.assert(
      fc.property(snapshot(0), fc.nat(5), (tree, maxChildren) => {
        const lines = formatTree(tree, { maxChildren }).split('\n').length - 1;
        const all = tree.children.length;
        expect(lines).toBe(all <= maxChildren ? all : maxChildren + 1);
      }),
    );
  });
});
