/** describe(child): a page that is made of what `explain` says now and what `explainPolicy` says of the declaration. */
import { dynamicSupervisor, explainPolicy, service, supervisor } from '@coppice/core';
import { boot, rejection, scripted } from './support/scripted.js';

test('a child that is up, whole', async () => {
  const a = scripted('a');
  const { tree, clock } = await boot({ children: [a.spec] });
  await clock.advance(125_000);
  expect(tree.describe('a')).toBe(`\
root/a: a permanent service
  now        a has been up for 2 min 5 s; 3 of 3 restarts of root left within 5 s; if it fails 4
             more times within that time, root gives up and everything ends.

${explainPolicy(a.spec, supervisor({ id: 'root', children: [a.spec] }))
  .split('\n')
  .slice(1)
  .join('\n')}`);
  expect(tree.describe(a.spec)).toBe(tree.describe('a'));
  await tree.stop();
});

test('a dynamic child', async () => {
  const pool = dynamicSupervisor({ id: 'pool', child: service({ id: 'conn', start: () => 1 }) });
  const { tree } = await boot({ children: [pool] });
  await tree.supervisor(pool).startChild({});
  expect(tree.supervisor(pool).describe('conn#1')).toContain('root/pool/conn#1: a permanent service');
  expect(tree.supervisor(pool).describe('conn#1')).toContain('startChild is rejected');
  await tree.stop();
});

test('who was added at run time is among those that fall', async () => {
  const { tree } = await boot({ strategy: 'one-for-all', children: [scripted('a').spec] });
  await tree.startChild(scripted('late').spec);
  expect(tree.describe('a')).toContain(`When it fails, 'late' is restarted with it`);
  await tree.stop();
});

test('whom there is not is said as elsewhere', async () => {
  const { tree } = await boot({ children: [scripted('alpha').spec] });
  await expect(rejection(Promise.resolve().then(() => tree.describe('alpah')))).resolves.toMatchObject({
    code: 'COPPICE_NOT_FOUND',
    message: expect.stringContaining(`did you mean 'alpha'`) as string,
  });
  await tree.stop();
});
