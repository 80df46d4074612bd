/** What becomes of entries, and of those who hold a registry, when the registry itself ends or is started again. */
import { type Service, registry, service } from '@coppice/core';
import { boot, rejection } from '../support/scripted.js';
import { bootMembers, names } from './support.js';

test('a restart loses nothing: whoever is alive is found again, and nobody is disturbed', async () => {
  const { tree, registry, group, members, events } = await bootMembers();
  await group.startChild({ id: 'a' });
  await group.startChild({ id: 'b' });
  events.length = 0;
  await tree.restartNow(names);
  // Also through what was asked for before.
  expect([registry.use('a'), registry.use('b'), registry.count()]).toEqual(['a@1', 'b@1', 2]);
  expect(tree.use(names).use('a')).toBe('a@1');
  expect(() => members.get('b@1')!.names.register('a', 'mine')).toThrow("'a' is taken");
  members.get('b@1')!.names.register('c', 'mine');
  expect(registry.use('c')).toBe('mine');
  expect(events.filter(({ path }) => path !== 'root/names')).toEqual([]);
});

test('while it is down, nobody is found and nobody can register; who ends meanwhile is gone', async () => {
  const { tree, registry, group, members } = await bootMembers();
  for (const id of ['a', 'b']) await group.startChild({ id });
  await tree.terminateChild(names);
  for (const call of [
    () => registry.use('a'),
    () => registry.lookup('a'),
    () => registry.count(),
    () => [...registry.keys()],
    () => members.get('a@1')!.names.register('x', 'y'),
    () => members.get('a@1')!.names.unregister('a'),
    () => tree.use(names),
  ]) {
    expect(call).toThrow(/^'root\/names' is not running(: it is down)?$/);
  }
  expect(await rejection(group.startChild({ id: 'c' }))).toMatchObject({
    cause: { code: 'COPPICE_NOT_RUNNING' },
  });
  await group.terminateChild('a');
  await tree.restartChild(names);
  expect([registry.lookup('a'), registry.use('b'), registry.count()]).toEqual([undefined, 'b@1', 1]);
});

test('is a new one when the whole tree is started again', async () => {
  const { tree, registry, group } = await bootMembers();
  await group.startChild({ id: 'a' });
  await tree.stop();
  expect(() => registry.count()).toThrow('is not running');
  await tree.start();
  expect(registry.count()).toBe(0);
});

test('two trees of one declaration know nothing of each other', async () => {
  const one = await bootMembers();
  const two = await bootMembers();
  await one.group.startChild({ id: 'a' });
  expect([one.registry.count(), two.registry.count()]).toEqual([1, 0]);
});

test('reconcile leaves one that is declared alike alone', async () => {
  const { tree, group } = await bootMembers();
  await group.startChild({ id: 'a' });
  const alike = registry<string>({ id: 'names', keys: 'unique' });
  const plan = await tree.reconcile([alike, tree.childSpec('group')]);
  expect(plan.steps.filter(({ action }) => action === 'replace')).toEqual([]);
  expect([tree.use(alike).use('a'), tree.use(names).use('a')]).toEqual(['a@1', 'a@1']);
});

describe('reconcile to another kind', () => {
  const topics = registry<number>({ id: 'names', keys: 'duplicate' });
  const unique = registry<number>({ id: 'names', keys: 'unique' });
  const holder = (id: string, key: string): Service<void> =>
    service({ id, start: ({ use }) => use(topics).register(key, 1) });

  test('keeps the entries where it can', async () => {
    const [a, b] = [holder('a', 'x'), holder('b', 'y')];
    const { tree } = await boot({ children: [topics, a, b] });
    await tree.reconcile([unique, a, b]);
    expect(tree.use(unique).lookup('x')?.path).toBe('root/a');
    await tree.reconcile([{ ...topics, replace: 'start-then-stop' }, a, b]);
    expect(
      tree
        .use(topics)
        .lookup('y')
        .map(({ path }) => path),
    ).toEqual(['root/b']);
  });

  test('a key that two had, and nobody has any more, is free', async () => {
    const [a, b] = [holder('a', 'x'), holder('b', 'x')];
    const { tree } = await boot({ children: [topics, a, b] });
    for (const { id } of [a, b]) await tree.terminateChild(id);
    await tree.reconcile([unique, a, b]);
    await tree.restartChild('a');
    expect(tree.use(unique).lookup('x')?.path).toBe('root/a');
  });

  test('is refused where two have one key, and the old one goes on', async () => {
    const [a, b] = [holder('a', 'x'), holder('b', 'x')];
    const { tree } = await boot({ children: [topics, a, b] });
    expect(await rejection(tree.reconcile([unique, a, b]))).toMatchObject({
      code: 'COPPICE_RECONCILE_FAILED',
      message: expect.stringContaining("2 children are registered as 'x'"),
    });
    expect(tree.use(topics).lookup('x')).toHaveLength(2);
  });
});

describe('a declaration', () => {
  test.each([
    [{ id: 'x' }, 'COPPICE_INVALID_CHOICE'],
    [{ id: 'x', keys: 'uniq' }, 'COPPICE_INVALID_CHOICE'],
    [{ keys: 'unique' }, 'COPPICE_MISSING_ID'],
    [{ id: 'x', keys: 'unique', start: () => 1 }, 'COPPICE_UNKNOWN_OPTION'],
    [{ id: 'x', keys: 'unique', size: 1 }, 'COPPICE_UNKNOWN_OPTION'],
    [{ id: 'x', key: 'unique' }, 'COPPICE_UNKNOWN_OPTION'],
    [undefined, 'COPPICE_NOT_A_SPEC'],
  ])('%j is refused', (options, code) => {
    expect(() => registry(options as never)).toThrow(expect.objectContaining({ code }));
  });

  test('is a frozen service, with the options of any child', () => {
    const spec = registry({ id: 'x', keys: 'unique', required: false, restart: 'transient' });
    expect(spec).toMatchObject({ kind: 'service', id: 'x', required: false, restart: 'transient' });
    expect(Object.isFrozen(spec)).toBe(true);
  });
});
