/** A registry with duplicate keys: many children under one key, and calls to all of them. */
import {
  type Context,
  type LinkedDuplicateRegistry,
  dynamicSupervisor,
  registry,
  service,
} from '@coppice/core';
import { boot } from '../support/scripted.js';

type Hear = (text: string) => void;
const topics = registry<Hear>({ id: 'topics', keys: 'duplicate' });

async function bootListeners() {
  const heard: string[] = [];
  const contexts = new Map<string, Context>();
  const listeners = new Map<string, LinkedDuplicateRegistry<Hear, string>>();
  const listener = service({
    id: 'listener',
    restart: 'temporary',
    start: (context, ...on: string[]) => {
      const own = context.use(topics);
      for (const topic of on) own.register(topic, (text) => void heard.push(`${context.id}: ${text}`));
      listeners.set(context.id, own);
      contexts.set(context.id, context);
    },
  });
  const group = dynamicSupervisor({ id: 'group', child: listener });
  const world = await boot({ children: [topics, group] });
  const start = (id: string, ...on: string[]) => world.tree.supervisor(group).startChild({ id, args: on });
  return {
    ...world,
    heard,
    contexts,
    listeners,
    start,
    group: world.tree.supervisor(group),
    topics: world.tree.use(topics),
  };
}

test('all that have a key are found, in the order in which they came', async () => {
  const { start, topics } = await bootListeners();
  await start('a', 'news');
  await start('b', 'news', 'weather');
  await start('c', 'weather');
  const paths = (key: string): string[] => topics.lookup(key).map(({ path }) => path);
  expect(paths('news')).toEqual(['root/group/a', 'root/group/b']);
  expect(paths('weather')).toEqual(['root/group/b', 'root/group/c']);
  expect(paths('sport')).toEqual([]);
  expect([topics.count(), ...topics.keys()]).toEqual([4, 'news', 'weather']);
});

test('dispatch calls for each, and says for how many', async () => {
  const { start, topics, heard } = await bootListeners();
  await start('a', 'news');
  await start('b', 'news');
  expect(topics.dispatch('news', (hear) => hear('hello'))).toBe(2);
  expect(heard).toEqual(['a: hello', 'b: hello']);
  expect(topics.dispatch('nothing', (hear) => hear('hello'))).toBe(0);
});

test('one call that throws does not keep the others from being made', async () => {
  const { start, topics } = await bootListeners();
  for (const id of ['a', 'b', 'c']) await start(id, 'news');
  const called: string[] = [];
  const dispatch = (failing: readonly string[]) => () =>
    topics.dispatch('news', (_hear, { path }) => {
      called.push(path);
      if (failing.includes(path)) throw new RangeError(path);
    });
  expect(dispatch(['root/group/a'])).toThrow(RangeError);
  expect(called).toHaveLength(3);
  expect(dispatch(['root/group/a', 'root/group/b'])).toThrow("2 of 3 calls for 'news' have failed");
  expect(called).toHaveLength(6);
});

test('those that end, or come, while calls are made are left out', async () => {
  const { start, topics, contexts, listeners } = await bootListeners();
  for (const id of ['a', 'b']) await start(id, 'news');
  await start('c');
  const called: string[] = [];
  const count = topics.dispatch('news', (_hear, { path }) => {
    called.push(path);
    contexts.get('b')!.fail(new Error('no'));
    listeners.get('c')!.register('news', () => {});
  });
  expect([count, called]).toEqual([1, ['root/group/a']]);
  expect(topics.lookup('news').map(({ path }) => path)).toEqual(['root/group/a', 'root/group/c']);
});

test('the entries of one vanish with it, and those of the others stay', async () => {
  const { start, topics, group, listeners } = await bootListeners();
  await start('a', 'news', 'weather');
  await start('b', 'news');
  await group.terminateChild('a');
  expect([topics.count(), ...topics.keys()]).toEqual([1, 'news']);
  listeners.get('b')!.unregister('news');
  expect([topics.count(), topics.lookup('news'), ...topics.keys()]).toEqual([0, []]);
});

test('the same child under the same key again has another value', async () => {
  const { start, topics, listeners, heard } = await bootListeners();
  await start('a', 'news');
  listeners.get('a')!.register('news', () => void heard.push('second'));
  expect([topics.dispatch('news', (hear) => hear('x')), heard, topics.count()]).toEqual([1, ['second'], 1]);
});

test('what is no function is refused', async () => {
  const { topics } = await bootListeners();
  expect(() => topics.dispatch('news', 'hello' as never)).toThrow('dispatch expects a function');
});
