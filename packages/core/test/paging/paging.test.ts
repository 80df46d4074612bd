/** The children of a supervisor piece by piece, while they come and go; and one of them by its id. */
import {
  type ChildInfo,
  type ChildPage,
  CommandError,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import fc from 'fast-check';
import { FIXED_SEED } from '../simulation/seed.js';
import { boot, rejection } from '../support/scripted.js';

const child = service({ id: 'child', start: () => 1 });
const group = dynamicSupervisor({ id: 'group', child });

async function bootGroup(ids: readonly string[]) {
  const world = await boot({ children: [group] });
  const handle = world.tree.supervisor(group);
  const start = (id: string) => handle.startChild({ id });
  for (const id of ids) await start(id);
  return { ...world, handle, start, end: (id: string) => handle.terminateChild(id) };
}

const idsOf = (infos: Iterable<ChildInfo>): string[] => Array.from(infos, ({ id }) => id);
const letters = 'abcdefgh'.split('');

describe('eachChild', () => {
  test('is of all, in start order', async () => {
    const { handle } = await bootGroup(letters);
    expect([...handle.eachChild()]).toEqual(handle.whichChildren());
    const { tree } = await boot({ children: [child, supervisor({ id: 'other', children: [] })] });
    expect(idsOf(tree.eachChild())).toEqual(['child', 'other']);
  });

  test('shows each as it is when it is come to; what has gone is not shown, what has come is', async () => {
    const { handle, start, end } = await bootGroup(letters);
    const seen = handle.eachChild();
    expect([seen.next().value.id, seen.next().value.id]).toEqual(['a', 'b']);
    for (const id of ['a', 'b', 'c', 'h']) await end(id);
    await start('i');
    await handle.restartNow('d');
    expect([...seen].map(({ id, incarnation }) => `${id}@${incarnation}`)).toEqual([
      'd@2',
      'e@1',
      'f@1',
      'g@1',
      'i@1',
    ]);
  });

  test('goes on behind the last one if others have come', async () => {
    const { handle, start, end } = await bootGroup(['a']);
    const seen = handle.eachChild();
    seen.next();
    await end('a');
    for (const id of ['b', 'a']) await start(id);
    expect(idsOf(seen)).toEqual(['b', 'a']);
  });

  test('follows the order that reconcile makes', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => service({ id, start: () => 1 })) as [never, never, never];
    const { tree } = await boot({ children: [a, b, c] });
    await tree.reconcile([c, a, b]);
    expect(idsOf(tree.eachChild())).toEqual(['c', 'a', 'b']);
    expect(idsOf(tree.childPage().children)).toEqual(['c', 'a', 'b']);
  });

  test('of a supervisor that is not there is refused at once', async () => {
    const { tree } = await boot({ children: [supervisor({ id: 'other', children: [group] })] });
    const handle = tree.supervisor('other/group');
    await tree.supervisor('other').terminateChild(group);
    await tree.supervisor('other').deleteChild(group);
    expect(() => handle.eachChild()).toThrow('is not running');
  });
});

describe('children', () => {
  const page = ({ children, next }: ChildPage): unknown[] => [idsOf(children).join(''), next !== null];

  test('come in pages, with the place where the next one begins', async () => {
    const { handle } = await bootGroup(letters);
    const first = handle.childPage({ limit: 3 });
    const second = handle.childPage({ limit: 3, after: first.next as string });
    const third = handle.childPage({ limit: 3, after: second.next as string });
    expect([first, second, third].map(page)).toEqual([
      ['abc', true],
      ['def', true],
      ['gh', false],
    ]);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(page(handle.childPage({ limit: 8 }))).toEqual(['abcdefgh', false]);
    expect(page(handle.childPage({ after: 'f' }))).toEqual(['gh', false]);
    expect(page(handle.childPage({ after: 'h' }))).toEqual(['', false]);
  });

  test('are 100 on a page, unless it is said otherwise', async () => {
    const { handle } = await bootGroup(Array.from({ length: 101 }, (_, i) => `n${i}`));
    expect(handle.childPage().children).toHaveLength(100);
  });

  test('go on where the page before has ended, also when those around there have gone', async () => {
    const { handle, end, start } = await bootGroup(letters);
    const { next } = handle.childPage({ limit: 3 });
    for (const id of ['c', 'b']) await end(id);
    expect(page(handle.childPage({ after: next as string }))).toEqual(['defgh', false]);
    for (const id of ['a', 'd', 'e']) await end(id);
    await start('c');
    expect(page(handle.childPage({ after: next as string }))).toEqual(['fghc', false]);
  });

  test('cannot go on where all those around have gone', async () => {
    const { handle, end } = await bootGroup(letters);
    const { next } = handle.childPage({ limit: 3 });
    for (const id of letters) await end(id);
    expect(() => handle.childPage({ after: next as string })).toThrow(CommandError);
    expect(() => handle.childPage({ after: next as string })).toThrow(
      "the children of 'root/group' after 'c'",
    );
    expect(page(handle.childPage())).toEqual(['', false]);
  });

  test('whoever gets after wrong is told what it is', async () => {
    const { handle } = await bootGroup(['a']);
    expect(() => handle.childPage({ after: 7 } as never)).toThrow(
      'childPage expects after: the next of a page, or the id of a child; got 7',
    );
  });

  test.each([[{ limit: 0 }], [{ limit: 1.5 }], [{ limit: '3' }], [{ after: 7 }], [{ before: 'a' }]])(
    '%j is refused',
    async (options) => {
      const { handle } = await bootGroup(['a']);
      expect(() => handle.childPage(options as never)).toThrow('childPage expects');
    },
  );
});

test('child: one of them, as it is now', async () => {
  const { tree, handle, end } = await bootGroup(letters);
  expect(handle.child('c')).toEqual(handle.whichChildren()[2]);
  expect(tree.child(group)).toMatchObject({ id: 'group', kind: 'dynamic-supervisor', status: 'running' });
  await end('c');
  expect(handle.child('c')).toBeUndefined();
  expect(() => handle.child(7 as never)).toThrow('the id of a child');
});

test('whatever comes and goes: what is there all the time is shown once, in order, by both', async () => {
  const act = fc.record({ act: fc.constantFrom('start', 'end', 'step', 'page'), who: fc.nat({ max: 30 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(act, { maxLength: 40 }),
      async (count, limit, script) => {
        const first = Array.from({ length: count }, (_, i) => `n${i}`);
        const { handle, start, end } = await bootGroup(first);
        const stayed = new Set(first);
        let [made, isLost] = [count, false];
        /** Some come again by the id of one that has gone. */
        const gone: string[] = [];
        const order: string[] = [...first];
        const iterated: string[] = [];
        const paged: string[] = [];
        const seen = handle.eachChild();
        let after: string | null | undefined;
        const step = (): boolean => {
          const { done, value } = seen.next();
          if (done !== true) iterated.push(value.id);
          return done === true;
        };
        const turn = (): boolean => {
          if (after === null || isLost) return true;
          try {
            const { children, next } = handle.childPage({ limit, ...(after !== undefined && { after }) });
            paged.push(...idsOf(children));
            after = next;
          } catch {
            isLost = true;
          }
          return false;
        };
        for (const { act: what, who } of script) {
          const there = idsOf(handle.eachChild());
          const one = there[who % Math.max(1, there.length)];
          if (what === 'start') {
            const id = (who % 2 === 0 && gone.pop()) || `n${made++}`;
            order.push(id);
            await start(id);
          } else if (what === 'step') step();
          else if (what === 'page') turn();
          else if (one !== undefined) {
            stayed.delete(one);
            gone.push(one);
            await end(one);
          }
        }
        while (!step());
        while (!turn());
        for (const shown of [iterated, ...(isLost ? [] : [paged])]) {
          expect(shown.filter((id) => stayed.has(id))).toEqual([...stayed]);
          // In the order in which they were started: what is shown is a part of that.
          let at = -1;
          for (const id of shown) {
            at = order.indexOf(id, at + 1);
            expect(at).toBeGreaterThanOrEqual(0);
          }
        }
      },
    ),
    { seed: FIXED_SEED, numRuns: 200 },
  );
});

describe('a child of a dynamic supervisor with a declaration of its own', () => {
  const lobby = service({ id: 'lobby', restart: 'transient', start: () => 'lobby' });

  test('runs beside those from the template, by its own id', async () => {
    const { tree, handle, start, settle } = await bootGroup(['a']);
    await handle.startChild({ spec: lobby });
    await handle.startChild({ spec: task({ id: 'x', run: ({ sleep }) => sleep(9_999) }), id: 'timer' });
    await handle.startChild({ spec: supervisor({ id: 'room', children: [child] }) });
    await start('b');
    expect(handle.whichChildren().map(({ id, kind }) => `${id}: ${kind}`)).toEqual([
      'a: service',
      'lobby: service',
      'timer: task',
      'room: supervisor',
      'b: service',
    ]);
    expect(handle.childSpec('lobby')).toBe(lobby);
    expect(tree.supervisor('group/room').whichChildren()).toHaveLength(1);
    expect(await rejection(handle.startChild({ spec: lobby }))).toMatchObject({
      code: 'COPPICE_ALREADY_STARTED',
    });
    await settle();
  });

  test('is restarted as it says itself, and gone when it has ended', async () => {
    let context!: { fail(error: Error): void; end(): void };
    const spec = service({ id: 'own', restart: 'transient', start: (given) => void (context = given) });
    const { handle, settle } = await bootGroup([]);
    await handle.startChild({ spec });
    context.fail(new Error('no'));
    await settle();
    expect(handle.child('own')).toMatchObject({ status: 'running', incarnation: 2 });
    context.end();
    await settle();
    expect(handle.child('own')).toBeUndefined();
  });

  test('is gone when the supervisor is started again, as the others are', async () => {
    const { tree, handle } = await bootGroup(['a']);
    await handle.startChild({ spec: lobby });
    await tree.restartNow(group);
    expect(handle.whichChildren()).toEqual([]);
  });

  test.each([
    [{ spec: 7 }, 'COPPICE_NOT_A_SPEC'],
    [{ spec: lobby, args: [] }, 'COPPICE_INVALID_ARGUMENT'],
    [{ spec: { ...lobby, bindsTo: ['a'] } }, 'COPPICE_BAD_COMBINATION'],
    [{ spec: { ...lobby, significant: true } }, 'COPPICE_BAD_COMBINATION'],
    [{ spec: lobby, id: 'a/b' }, 'COPPICE_INVALID_ID'],
    [{ spec: lobby, name: 'x' }, 'COPPICE_UNKNOWN_OPTION'],
  ])('%j is refused', async (options, code) => {
    const { handle } = await bootGroup([]);
    expect(await rejection(handle.startChild(options as never))).toMatchObject({ code });
    expect(handle.whichChildren()).toEqual([]);
  });
});

test('a supervisor that was added at run time is found by its declaration', async () => {
  const added = supervisor({ id: 'added', children: [dynamicSupervisor({ id: 'inner', child })] });
  const { tree } = await boot({});
  await tree.startChild(added);
  expect(tree.supervisor(added).path).toBe('root/added');
  expect(tree.supervisor(added.children[0] as typeof group).path).toBe('root/added/inner');
});
