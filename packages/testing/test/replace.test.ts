/** A tree with one child replaced: references to the original mean the one in its place. */
import {
  type Service,
  dynamicSupervisor,
  partitionSupervisor,
  pool,
  registry,
  service,
  supervisor,
  task,
} from '@coppice/core';
import {
  crashes,
  misbehaving,
  onRun,
  replace,
  scripted,
  startsSlowly,
  stub,
  testTree,
} from '@coppice/testing';

class Database {
  readonly url: string = 'postgres://real';
  query(sql: string): Promise<string[]> {
    throw new Error(`a test must not ask a real database: ${sql}`);
  }
}

const db: Service<Database> = service({
  id: 'db',
  shutdownMs: 1_234,
  start: () => new Database(),
  stop: () => {
    throw new Error('this is not to be called');
  },
});
const rows: string[] = [];
const outbox = task({
  id: 'outbox',
  bindsTo: [db],
  run: async ({ use, sleep }) => {
    for (;;) {
      rows.push(...(await use(db).query('select')));
      await sleep(100);
    }
  },
});
const conn = service({ id: 'conn', start: (_context, host: string) => host });
const conns = dynamicSupervisor({ id: 'conns', child: conn });
const shop = supervisor({
  id: 'shop',
  children: [supervisor({ id: 'data', children: [db, scripted('a')] })],
});
const whole = supervisor({ id: 'whole', children: [db, outbox, conns] });

beforeEach(() => rows.splice(0));

test('by a stub: `use` of the original gives its value, bonds hold, and its options stay', async () => {
  const stubbed = stub(db, { query: async () => ['row'] });
  await using test = await testTree(replace(whole, db, stubbed));
  await test.advance(200);
  expect(rows).toEqual(['row', 'row', 'row']);
  expect(test.use(db)).toBe(test.use(stubbed));
  expect(test.tree.childSpec(db)).toMatchObject({ id: 'db', shutdownMs: 1_234 });
  test.crash(db);
  await test.settle();
  test.events.expectOrder('db crashed', 'outbox stopped', 'db#2 started', 'outbox#2 started');
});

test('a stub can stand in a tree of the test itself', async () => {
  await using test = await testTree([stub(db, { url: 'fake' })]);
  expect(test.use(db).url).toBe('fake');
});

test('the original tree stays as it is', () => {
  const before = whole.children[0];
  replace(whole, db, stub(db, {}));
  expect(whole.children[0]).toBe(before);
});

test('further down, with all on the way found by their declarations', async () => {
  const [data] = shop.children;
  const test = await testTree(replace(shop, db, stub(db, { url: 'fake' })));
  expect(test.use(db).url).toBe('fake');
  expect(test.tree.supervisor(data as typeof shop).path).toBe('shop/data');
  expect(test.statuses).toEqual(['shop/data: running', 'shop/data/db: running', 'shop/data/a: running']);
  await test.stop();
});

test('by path; by a child with another id; one after the other', async () => {
  const fake = scripted('fake');
  const twice = replace(replace(shop, 'data/a', fake), db, stub(db, { url: 'first' }));
  const thrice = replace(twice, db, stub(db, { url: 'second' }));
  await using test = await testTree(thrice);
  expect(test.statuses).toContain('shop/data/a: running');
  expect([test.use(db).url, test.use(fake)]).toEqual(['second', 1]);
});

test('two trees with different stand-ins beside each other, and the original', async () => {
  const one = await testTree(replace(shop, db, stub(db, { url: 'one' })));
  const two = await testTree(replace(shop, db, stub(db, { url: 'two' })));
  const real = await testTree(shop);
  expect([one, two, real].map(({ use }) => use(db).url)).toEqual(['one', 'two', 'postgres://real']);
  for (const test of [one, two, real]) await test.stop();
});

test('supervisors, and templates', async () => {
  const fewer = supervisor({ id: 'data', children: [scripted('only')] });
  await using test = await testTree(replace(shop, shop.children[0]!, fewer));
  expect(test.statuses).toEqual(['shop/data: running', 'shop/data/only: running']);

  const fake = misbehaving(conn, onRun(1, crashes('reset')));
  await using other = await testTree(replace(replace(whole, outbox, scripted('outbox')), conn, fake));
  await other.tree.supervisor(conns).startChild({ args: ['eu'] });
  await other.settle();
  other.events.expectOrder({ type: 'child:crashed', id: 'conn#1', error: { message: 'reset' } });
});

test('a stand-in of any kind takes the id of what it stands in for', async () => {
  const others = [
    task({ id: 'other', run: ({ sleep }) => sleep(1_000) }),
    supervisor({ id: 'other', children: [] }),
    dynamicSupervisor({ id: 'other', child: conn }),
  ];
  for (const other of others) {
    await using test = await testTree(replace(shop, 'data/a', other));
    expect(test.tree.supervisor('data').childSpec('a').kind).toBe(other.kind);
  }
});

test('a registry that is slow is still a registry, by a reference to either', async () => {
  const rooms = registry({ id: 'rooms', keys: 'unique' });
  const slow = misbehaving(rooms, startsSlowly(50));
  const guest = service({
    id: 'guest',
    start: ({ use }) => {
      use(rooms).register('by the original');
      use(slow).register('by the other');
    },
  });
  const inn = supervisor({ id: 'inn', children: [rooms, guest] });
  await using test = await testTree(replace(inn, rooms, slow));
  expect(test.now).toBe(50);
  expect([...test.tree.use(rooms).keys()]).toEqual(['by the original', 'by the other']);
  expect(test.tree.use(slow).lookup('by the other')).toMatchObject({ path: 'inn/guest' });
});

test('pools and partitions as a whole, not their children', async () => {
  const line = service({ id: 'line', start: () => 'real' });
  const lines = pool({ id: 'lines', size: 1, child: line });
  const parts = partitionSupervisor({ id: 'parts', partitions: 2, child: line });
  const tree = supervisor({ id: 'tree', children: [lines, parts] });
  expect(() => replace(tree, line, stub(line, 'fake'))).toThrow(
    "what is inside of 'lines' and 'parts' belongs to that",
  );
  const fakes = pool({ id: 'lines', size: 1, child: service({ id: 'line', start: () => 'fake' }) });
  await using test = await testTree(replace(tree, lines, fakes));
  expect(await test.tree.use(lines).withResource((value) => value)).toBe('fake');
});

test.each([
  ['a declaration', scripted('elsewhere'), "'elsewhere' stands nowhere in 'shop'"],
  [
    'a path',
    'db',
    "'db' stands nowhere in 'shop'; pass the declaration that stands in it, or its path: data, data/db, data/a",
  ],
])('%s that stands nowhere', (_what, ref, message) => {
  expect(() => replace(shop, ref, scripted('x'))).toThrow(message);
});

test('what is no tree', () => {
  expect(() => replace(db as never, db, stub(db, {}))).toThrow('has to be the declaration of a supervisor');
});
