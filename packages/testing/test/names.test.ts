/** Who can come to be: what happens to anybody else is neither waited for nor said never to happen. */
import { dynamicSupervisor, service, supervisor } from '@coppice/core';
import { matchers, recordEvents, scripted, testTree } from '@coppice/testing';

const failure = (promise: Promise<unknown>): Promise<Error & { code?: string }> =>
  promise.then(
    () => Promise.reject(new Error('expected a rejection')),
    (error: unknown) => error as Error,
  );

const worker = scripted('worker');
const feeds = supervisor({ id: 'feeds', children: [scripted('eu'), scripted('us')] });
const shop = supervisor({ id: 'shop', children: [scripted('db'), worker, feeds] });

test('a misspelt child is told at once, with the nearest, and all that there are', async () => {
  await using app = await testTree(shop);
  const error = await failure(app.until('wroker#2 started'));
  expect(error.code).toBe('COPPICE_TEST_NO_CHILD');
  expect(error.message).toBe(
    "'wroker#2 started' cannot come about: 'shop' has no child 'wroker'; did you mean 'worker'? " +
      'It has shop/db, shop/worker, shop/feeds, shop/feeds/eu, shop/feeds/us. ' +
      'One that the test adds is waited for once it is added, or with a function: until(() => ...)',
  );
  expect(error.stack).toContain('names.test.ts');
  expect(app.now).toBe(0);
});

test.each(['feds/eu started', { type: 'child:started', id: 'feds/eu' }] as const)('%j', async (happening) => {
  await using app = await testTree(shop);
  expect((await failure(app.until(happening))).message).toContain("'feds/eu'; did you mean 'feeds/eu'?");
});

test('a declaration that stands in another tree', async () => {
  await using app = await testTree(shop);
  const { message } = await failure(app.until({ type: 'child:crashed', ref: scripted('mailer') }));
  expect(message).toContain("has no child 'mailer'. It has shop/db");
});

test('before the start declarations are known, and so are those below a supervisor that is down', async () => {
  await using app = await testTree(shop, { start: false });
  const started = app.until('feeds/us started');
  await app.start();
  await started;
  void app.tree.terminateChild('feeds');
  await app.until('us stopped');
  await app.until(app.tree.restartChild('feeds'));
  await app.until('eu started');
});

test('who is added is known, and who was there before', async () => {
  await using app = await testTree(shop);
  void app.tree.startChild(scripted('late'));
  await app.until('late started');
  await app.until(app.tree.terminateChild('late'));
  await app.until(app.tree.deleteChild('late'));
  await app.until('late#1 stopped');
});

test('children of dynamic supervisors may come under any name, and all of a path leads there', async () => {
  const conns = dynamicSupervisor({ id: 'conns', child: service({ id: 'conn', start: () => 1 }) });
  await using app = await testTree([conns, worker]);
  const come = [
    app.until('conn#1 started'),
    app.until('conns/conn#2 started'),
    app.until('test/conns/kitchen started'),
  ];
  for (const id of [undefined, undefined, 'kitchen'])
    void app.tree.supervisor(conns).startChild({ args: [], ...(id !== undefined && { id }) });
  await Promise.all(come);
  expect((await failure(app.until('cons/conn#3 started'))).code).toBe('COPPICE_TEST_NO_CHILD');
});

test('anybody is somebody, and so is the root', async () => {
  await using app = await testTree(shop);
  await app.until('* started');
  await app.until('*#1 started');
  await app.until('shop started');
});

describe('never', () => {
  const thrownBy = (act: () => unknown): Error & { code?: string } => {
    try {
      act();
    } catch (error) {
      return error as Error;
    }
    throw new Error('expected to throw');
  };

  test('is not said of a misspelt child, of which it would always be true', async () => {
    await using app = await testTree(shop);
    const error = thrownBy(() => app.events.expectNever('db crashed', 'wroker crashed'));
    expect(error.code).toBe('COPPICE_TEST_NO_CHILD');
    expect(error.message).toBe(
      "'wroker crashed' cannot come about: 'shop' has no child 'wroker'; did you mean 'worker'? " +
        'It has shop/db, shop/worker, shop/feeds, shop/feeds/eu, shop/feeds/us. ' +
        'Of one that the test adds, say it once it is added',
    );
    expect(error.stack!.split('\n')[1]).toContain('names.test.ts');
    expect(thrownBy(() => matchers.toHaveHappened(app, 'wroker crashed')).message).toBe(error.message);
    app.events.expectNever(
      'db crashed',
      '* abandoned',
      'us#2 started',
      { type: 'child:crashed' },
      () => false,
    );
    expect(matchers.toHaveHappened(app, 'db crashed').pass).toBe(false);
  });

  test('is said of one who was there, also of a story that is forgotten, and of anybody below who can get any name', async () => {
    const conns = dynamicSupervisor({ id: 'conns', child: service({ id: 'conn', start: () => 1 }) });
    await using app = await testTree([conns, worker]);
    await app.until(app.tree.startChild(scripted('late')));
    await app.until(app.tree.terminateChild('late'));
    await app.until(app.tree.deleteChild('late'));
    app.events.expectNever('late crashed', 'conns/kitchen crashed');
    app.events.forget();
    app.events.expectNever('late stopped', 'late#1 crashed');
  });

  test('is said of anybody where nobody knows who can be there', async () => {
    await using app = await testTree(shop);
    const events = recordEvents(app.tree);
    events.expectNever('wroker crashed');
  });
});
