/** Waiting until somebody has registered. */
import { type LinkedUniqueRegistry, task } from '@coppice/core';
import { rejection } from '../support/scripted.js';
import { unhandledRejections } from '../support/unhandled-rejections.js';
import { bootMembers, names } from './support.js';

test('is over at once where somebody has', async () => {
  const { registry, group } = await bootMembers();
  await group.startChild({ id: 'a' });
  expect(await registry.whenRegistered('a', { timeoutMs: 0 })).toBe('a@1');
});

test('is over for all who wait when somebody does', async () => {
  const { registry, group } = await bootMembers();
  const both = Promise.all([
    registry.whenRegistered('a'),
    registry.whenRegistered('a', { timeoutMs: 9_999 }),
  ]);
  await group.startChild({ id: 'b' });
  await group.startChild({ id: 'a' });
  expect(await both).toEqual(['a@1', 'a@1']);
});

test('goes on if the one that came has failed in the same breath', async () => {
  const { registry, group, settle, members } = await bootMembers({
    start: ({ attempt }) => {
      if (attempt === 1) queueMicrotask(() => members.get('a@1')!.context.fail(new Error('no')));
      return 'value';
    },
  });
  const waited = registry.whenRegistered('a');
  await group.startChild({ id: 'a' });
  await settle();
  expect(await waited).toMatch(/a@[12]/);
  expect(registry.use('a')).toBe('a@2');
});

test('takes no longer than its timeout, and leaves nothing behind', async () => {
  const { registry, clock, group } = await bootMembers();
  const late = rejection(registry.whenRegistered('a', { timeoutMs: 50 }));
  await clock.advance(49);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(1);
  expect(await late).toMatchObject({
    code: 'COPPICE_NOT_REGISTERED',
    message: "nobody is registered as 'a' in 'root/names' within 50 ms",
  });
  const inTime = registry.whenRegistered('a', { timeoutMs: 50 });
  await group.startChild({ id: 'a' });
  expect(await inTime).toBe('a@1');
  expect(clock.pendingTimers).toBe(0);
});

test.each([[-1], [NaN], ['1']])('a timeout of %p is refused', async (timeoutMs) => {
  const { registry } = await bootMembers();
  expect(await rejection(registry.whenRegistered('a', { timeoutMs: timeoutMs as number }))).toMatchObject({
    code: 'COPPICE_INVALID_ARGUMENT',
    message: expect.stringContaining('whenRegistered expects timeoutMs'),
  });
});

test('of a child ends with the child', async () => {
  const seen: unknown[] = [];
  const asker = task({
    id: 'asker',
    run: async ({ use }) => {
      await use(names)
        .whenRegistered('nobody')
        .catch((error: unknown) => seen.push((error as { code: string }).code));
    },
  });
  const { tree } = await bootMembers({}, {}, names, [asker]);
  await tree.terminateChild(asker);
  expect(seen).toEqual(['COPPICE_STOP_REQUESTED']);
});

test('of a child that has to end does not begin', async () => {
  const { group, members } = await bootMembers();
  await group.startChild({ id: 'a' });
  await group.startChild({ id: 'b' });
  const own: LinkedUniqueRegistry<string, string> = members.get('a@1')!.names;
  await group.terminateChild('a');
  expect(await rejection(own.whenRegistered('b'))).toMatchObject({ code: 'COPPICE_STOP_REQUESTED' });
});

test('ends when the registry goes down; nobody is left to wait, and nothing is unhandled', async () => {
  const { tree, registry } = await bootMembers();
  const unhandled = await unhandledRejections(async () => {
    const waited = rejection(registry.whenRegistered('a'));
    await tree.terminateChild(names);
    expect(await waited).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
    expect(await rejection(registry.whenRegistered('a'))).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
  });
  expect(unhandled).toEqual([]);
});
