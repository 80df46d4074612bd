/** Where the servers of a tree under test listen. */
import { service } from '@coppice/core';
import { portFor } from '@coppice/core/kit';
import { ignoresAbort, misbehaving, testTree } from '@coppice/testing';

/** What an adapter does: it asks where to listen. */
const api = service({ id: 'api', start: (context) => ({ port: portFor(context, 3_000) }) });

test('on any free port, unless it is said that they keep their own', async () => {
  await using app = await testTree([api]);
  expect(app.use(api)).toEqual({ port: 0 });
  await using free = await testTree([api], { ports: 'free' });
  expect(free.use(api)).toEqual({ port: 0 });
  await using own = await testTree([api], { ports: 'declared' });
  expect(own.use(api)).toEqual({ port: 3_000 });
});

test('also one that misbehaves', async () => {
  const deaf = misbehaving(api, ignoresAbort);
  await using app = await testTree([deaf]);
  expect(app.use(deaf)).toEqual({ port: 0 });
});

test('anything else is refused', async () => {
  await expect(testTree([api], { ports: 'any' as never })).rejects.toMatchObject({
    code: 'COPPICE_TEST_OPTION',
    message: "ports of testTree() has to be 'free' or 'declared'; got 'any'",
  });
});
