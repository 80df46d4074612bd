/** A registry with unique keys: who is found, until when, and who may register. */
import {
  CommandError,
  type Context,
  NotRunningError,
  StopRequest,
  registry,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { incarnationOf } from '../../src/engine/context.js';
import { tableAt } from '../../src/registry/tables.js';
import { boot, deferred, forever, rejection } from '../support/scripted.js';
import { bootMembers, names } from './support.js';

describe('who has registered', () => {
  test('is found by the key, with the value, from a handle', async () => {
    const { registry, group } = await bootMembers();
    await group.startChild({ id: 'a' });
    expect(registry.use('a')).toBe('a@1');
    expect(registry.lookup('a')).toEqual({ key: 'a', value: 'a@1', path: 'root/group/a', incarnation: 1 });
    expect([registry.count(), ...registry.keys()]).toEqual([1, 'a']);
  });

  test('is found by other children, wherever they are in the tree', async () => {
    const found: unknown[] = [];
    const asker = task({
      id: 'asker',
      restart: 'temporary',
      run: async ({ whenReady, use }) => {
        found.push(await (await whenReady(names)).whenRegistered('a'), use(names).use('a'));
      },
    });
    const { group, settle } = await bootMembers({}, {}, names, [
      supervisor({ id: 'deep', children: [supervisor({ id: 'down', children: [asker] })] }),
    ]);
    await group.startChild({ id: 'a' });
    await settle();
    expect(found).toEqual(['a@1', 'a@1']);
  });

  test('is found before its start is over, unless it registers last', async () => {
    const gate = deferred();
    const { registry, group } = await bootMembers({ start: () => gate.promise.then(() => 'value') });
    const starting = group.startChild({ id: 'a' });
    expect(registry.use('a')).toBe('a@1');
    gate.resolve();
    await starting;
    expect(registry.use('a')).toBe('a@1');
  });

  test('may register under several keys, change a value, and take a key back', async () => {
    const { registry, group, members } = await bootMembers();
    await group.startChild({ id: 'a' });
    const own = members.get('a@1')!.names;
    own.register('alias', 'one');
    own.register('alias', 'two');
    expect([registry.use('alias'), registry.count(), own.ownKeys()]).toEqual(['two', 2, ['a', 'alias']]);
    expect([own.unregister('a'), own.unregister('a'), own.unregister('never')]).toEqual([true, false, false]);
    expect([registry.lookup('a'), registry.count(), own.ownKeys()]).toEqual([undefined, 1, ['alias']]);
    own.unregister('alias');
    // Nothing is kept for one who has no entries.
    const { tree } = incarnationOf(members.get('a@1')!.context).process;
    expect(tableAt(tree, 'root/names')?.isEmpty).toBe(true);
    own.register('a', 'again');
    expect([...registry.keys()]).toEqual(['a']);
  });

  test('may register nothing but itself, under keys of any type', async () => {
    const devices = registry<undefined, number | symbol>({ id: 'devices', keys: 'unique' });
    const mark = Symbol('mark');
    const device = service({
      id: 'device',
      start: ({ use }) => {
        use(devices).register(7);
        use(devices).register(mark);
      },
    });
    const { tree } = await boot({ children: [devices, device] });
    expect(tree.use(devices).lookup(7)?.path).toBe('root/device');
    expect(tree.use(devices).lookup(mark)?.path).toBe('root/device');
    expect(tree.use(devices).lookup(8)).toBeUndefined();
  });
});

describe('a key that another child has', () => {
  test('is refused, by name', async () => {
    const { registry, group, members } = await bootMembers();
    await group.startChild({ id: 'a' });
    await group.startChild({ id: 'b' });
    const register = (): void => members.get('b@1')!.names.register('a', 'mine');
    expect(register).toThrow(CommandError);
    expect(register).toThrow(
      "'a' is taken in 'root/names': 'root/group/a' has it; choose another key, or end that one first",
    );
    expect(registry.use('a')).toBe('a@1');
    expect(members.get('b@1')!.names.ownKeys()).toEqual(['b']);
  });

  test('makes a start fail that does not look after it', async () => {
    const second = service({ id: 'second', start: ({ use }) => use(names).register('a', 'mine') });
    const { tree, group } = await bootMembers();
    await group.startChild({ id: 'a' });
    expect(await rejection(tree.startChild(second))).toMatchObject({
      code: 'COPPICE_START_FAILED',
      cause: { code: 'COPPICE_KEY_TAKEN' },
    });
  });
});

/** Each way to end, and how it is brought about. Where it takes time to end, `slow` lets it end. */
describe('is not found any more', () => {
  const gone = async (
    end: (world: Awaited<ReturnType<typeof bootMembers>>) => unknown,
    more: Parameters<typeof bootMembers>[0] = {},
  ): Promise<void> => {
    const world = await bootMembers({ restart: 'temporary', ...more });
    await world.group.startChild({ id: 'a' });
    const done = end(world);
    await world.settle();
    await done;
    expect(world.registry.lookup('a')).toBeUndefined();
    expect([world.registry.count(), ...world.registry.keys()]).toEqual([0]);
    expect(() => world.registry.use('a')).toThrow(NotRunningError);
    expect(() => world.registry.use('a')).toThrow("nobody is registered as 'a' in 'root/names'");
    // And the key is free.
    await world.group.startChild({ id: 'a' });
    expect(world.registry.use('a')).toBe('a@1');
  };

  test('after a crash', () => gone(({ crash }) => crash('a@1')));
  test('after its end by itself', () => gone(({ members }) => members.get('a@1')!.context.end()));
  test('after it was stopped', () => gone(({ group }) => group.terminateChild('a')));
  test('after it was killed', () =>
    gone(({ group }) => group.terminateChild('a'), { shutdownMs: 0, stop: forever }));
  test('after it was stopped with its supervisor, which is started again', () =>
    gone(({ tree }) => tree.restartNow('group')));
  test('after it was found to be stale', () => gone(({ clock }) => clock.advance(50), { staleAfterMs: 50 }));

  test('after its start has failed', async () => {
    const { registry, group } = await bootMembers({ start: () => Promise.reject(new Error('no')) });
    const starting = rejection(group.startChild({ id: 'a' }));
    expect(registry.count()).toBe(1);
    await starting;
    expect([registry.count(), ...registry.keys()]).toEqual([0]);
  });

  test('from the moment at which it fails: not even in the same breath', async () => {
    const { registry, group, crash } = await bootMembers({ restart: 'temporary' });
    await group.startChild({ id: 'a' });
    crash('a@1');
    expect(registry.lookup('a')).toBeUndefined();
    expect([...registry.keys()]).toEqual([]);
  });

  test('from the moment at which it is asked to stop; but its key is free only when it has ended', async () => {
    const gate = deferred();
    const { registry, group, members, settle } = await bootMembers({ stop: () => gate.promise });
    await group.startChild({ id: 'a' });
    await group.startChild({ id: 'b' });
    const stopped = group.terminateChild('a');
    expect([registry.lookup('a'), registry.count(), ...registry.keys()]).toEqual([undefined, 1, 'b']);
    const register = (): void => members.get('b@1')!.names.register('a', 'mine');
    expect(register).toThrow("'root/group/a' has it, which is ending, but has not ended");
    gate.resolve();
    await stopped;
    await settle();
    register();
    expect(registry.use('a')).toBe('mine');
  });

  test('when it hangs: its key is free when it is given up, and what it does later concerns nobody', async () => {
    const gate = deferred();
    const { registry, group, members, clock } = await bootMembers({
      shutdownMs: 100,
      stop: () => gate.promise,
    });
    await group.startChild({ id: 'a' });
    await group.startChild({ id: 'b' });
    const stopped = group.terminateChild('a');
    const register = (): void => members.get('b@1')!.names.register('a', 'mine');
    await clock.advance(99);
    expect(register).toThrow('which is ending, but has not ended');
    await clock.advance(1);
    await stopped;
    register();
    expect(() => members.get('a@1')!.names.register('b', 'late')).toThrow(StopRequest);
    gate.resolve();
    await clock.advance(0);
    expect([registry.use('a'), registry.lookup('a')?.path, registry.count()]).toEqual([
      'mine',
      'root/group/b',
      2,
    ]);
  });
});

test('each incarnation has entries of its own', async () => {
  const { registry, group, crash, settle, members } = await bootMembers();
  await group.startChild({ id: 'a' });
  members.get('a@1')!.names.register('extra', 'first only');
  crash('a@1');
  await settle();
  expect([registry.use('a'), registry.lookup('extra'), registry.count()]).toEqual(['a@2', undefined, 1]);
});

test('who has to end cannot register any more', async () => {
  const { group, members, registry } = await bootMembers({ restart: 'temporary' });
  await group.startChild({ id: 'a' });
  await group.startChild({ id: 'b' });
  const { context, names: own } = members.get('a@1')!;
  context.fail(new Error('crash'));
  expect(() => own.register('late', 'x')).toThrow(StopRequest);
  await group.terminateChild('b');
  expect(() => members.get('b@1')!.names.register('late', 'x')).toThrow("'root/group/b' was asked to stop");
  expect(registry.count()).toBe(0);
});

test('is not for those outside: a handle cannot register', async () => {
  const { registry } = await bootMembers();
  const register = (registry as unknown as { register(key: string): void }).register.bind(registry);
  expect(() => register('a')).toThrow('register expects a child to register');
});

test('looking up costs no search: entries under other keys are not touched', async () => {
  const many = registry<number, number>({ id: 'many', keys: 'unique' });
  const contexts: Context[] = [];
  const holder = service({
    id: 'holder',
    start: (context) => {
      contexts.push(context);
      for (let key = 0; key < 100_000; key++) context.use(many).register(key, key);
    },
  });
  const { tree, settle } = await boot({ children: [many, holder] });
  const found = tree.use(many);
  expect([found.use(99_999), found.count()]).toEqual([99_999, 100_000]);
  contexts[0]!.fail(new Error('crash'));
  expect(found.lookup(5)).toBeUndefined();
  await settle();
  expect([found.lookup(5)?.incarnation, found.count()]).toEqual([2, 100_000]);
});
