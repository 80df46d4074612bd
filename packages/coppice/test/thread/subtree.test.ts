/** A tree in a thread, seen from the parent. */
import { type SupervisorSnapshot, thread } from 'coppice';
import { boot, cleanUpAfterEach, fixture, prepare, rejection, threadsAlive } from './support.js';

cleanUpAfterEach();

const subtree = (options: object = {}) => thread({ id: 'worker', file: fixture('subtree.mjs'), ...options });

const below = (snapshot: SupervisorSnapshot): SupervisorSnapshot | null | undefined =>
  snapshot.children.find(({ id }) => id === 'worker')?.supervisor;

/** Waits until the parent's snapshot has what is looked for; it comes a little after the events. */
async function until(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('it is up when its children are, and its snapshot and events are those of the parent', async () => {
  const { tree, events } = await boot(subtree());
  expect(below(tree.snapshot())).toMatchObject({
    path: 'app/worker',
    phase: 'running',
    children: [
      { id: 'eu', path: 'app/worker/eu', status: 'running' },
      { id: 'rest', supervisor: { path: 'app/worker/rest', children: [{ path: 'app/worker/rest/us' }, {}] } },
    ],
  });
  const inside = events.filter(({ path }) => path.startsWith('app/worker'));
  expect(inside.map(({ type, path }) => `${type} ${path}`)).toEqual([
    'child:starting app/worker',
    'supervisor:starting app/worker',
    'child:starting app/worker/eu',
    'child:started app/worker/eu',
    'child:starting app/worker/rest',
    'supervisor:starting app/worker/rest',
    'child:starting app/worker/rest/us',
    'child:started app/worker/rest/us',
    'child:starting app/worker/rest/tick',
    'child:started app/worker/rest/tick',
    'supervisor:started app/worker/rest',
    'child:started app/worker/rest',
    'supervisor:started app/worker',
    'child:started app/worker',
  ]);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
});

test('a crash in there is restarted in there, and told here', async () => {
  const { tree, current, event } = await boot(subtree());
  current().post({ to: 'us', order: 'crash' });
  expect(await event('child:crashed')).toMatchObject({
    path: 'app/worker/rest/us',
    supervisor: 'app/worker/rest',
    error: { message: 'us crashed', code: 'E_CHILD' },
  });
  await event('child:started', ({ path, incarnation }) => path === 'app/worker/rest/us' && incarnation === 2);
  await until(() => JSON.stringify(below(tree.snapshot())).includes('"code":"E_CHILD"'));
  expect(tree.whichChildren()).toContainEqual(expect.objectContaining({ id: 'worker', incarnation: 1 }));
});

test('it stops in reverse order, in the time that the thread has', async () => {
  const heard: unknown[] = [];
  const { tree, events } = await boot(subtree({ onMessage: (message: unknown) => heard.push(message) }));
  const report = await tree.stop();
  expect(report.unstopped).toEqual([]);
  expect(heard).toEqual(['us stopped', 'eu stopped']);
  expect(events.slice(-2).map(({ type, path }) => `${type} ${path}`)).toEqual([
    'child:stopped app/probe',
    'supervisor:stopped app',
  ]);
  expect(events).toContainEqual(expect.objectContaining({ type: 'supervisor:stopped', path: 'app/worker' }));
});

test('when it gives up, it ends as a supervisor does: with shutdown, and the causes', async () => {
  const { current, event, tree } = await boot(subtree({ restart: 'transient' }));
  const handle = current();
  for (let i = 1; i <= 3; i++) {
    handle.post({ to: 'eu', order: 'crash' });
    await event('child:crashed', ({ id, incarnation }) => id === 'eu' && incarnation === i);
    if (i < 3) await event('child:started', ({ id, incarnation }) => id === 'eu' && incarnation === i + 1);
  }
  await event('supervisor:gave-up', ({ path }) => path === 'app/worker');
  const completed = await event('child:completed', ({ path }) => path === 'app/worker');
  expect(completed.reason).toMatchObject({
    kind: 'shutdown',
    cause: {
      name: 'GaveUpError',
      code: 'COPPICE_GAVE_UP',
      cause: { code: 'E_CHILD', message: 'eu crashed' },
    },
  });
  expect(below(tree.snapshot())).toBeNull();
});

test('when the thread dies, all of it does, and comes up anew', async () => {
  const { tree, current, event } = await boot(subtree());
  current().post({ to: 'us', order: 'exit' });
  expect(await event('child:crashed', ({ path }) => path === 'app/worker')).toMatchObject({
    error: { code: 'COPPICE_THREAD_EXITED' },
  });
  await event('child:started', ({ path, incarnation }) => path === 'app/worker' && incarnation === 2);
  expect(below(tree.snapshot())).toMatchObject({ phase: 'running' });
});

test('a child that does not start: the start of the thread fails, with all causes', async () => {
  const { tree, events } = prepare(subtree({ data: { broken: 'us' } }));
  const error = await rejection(tree.start());
  const chain: unknown[] = [];
  for (let at: unknown = error; at; at = (at as { cause?: unknown }).cause)
    chain.push((at as { code: unknown }).code);
  expect(chain).toEqual(['COPPICE_START_FAILED', 'COPPICE_START_FAILED', 'COPPICE_START_FAILED', 'E_BROKEN']);
  expect(threadsAlive()).toBe(0);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'child:start-failed', path: 'app/worker/rest/us' }),
  );
});

test('its lines say where in the tree of the parent they come from', async () => {
  const lines: unknown[] = [];
  const logger = {
    debug: () => {},
    info: (...line: unknown[]) => void lines.push(line),
    warn: () => {},
    error: () => {},
    child: () => logger,
  };
  await boot(subtree(), {}, { logger });
  expect(lines).toEqual([
    [{ path: 'app/worker/eu', incarnation: 1, attempt: 1 }, 'eu is up'],
    [{ path: 'app/worker/rest/us', incarnation: 1, attempt: 1 }, 'us is up'],
  ]);
});

test('works from CommonJS', async () => {
  const { tree } = await boot(thread({ id: 'worker', file: fixture('subtree.cjs') }));
  expect(below(tree.snapshot())).toMatchObject({
    children: [{ path: 'app/worker/tick', status: 'running' }],
  });
});

test('nothing is said while nothing happens', async () => {
  const { tree, current } = await boot(subtree());
  const at = below(tree.snapshot())!.at;
  await new Promise((resolve) => setTimeout(resolve, 150));
  const before = below(tree.snapshot())!.at;
  expect(before - at).toBeLessThan(100);
  current().post({ to: 'eu', order: 'crash' });
  await until(() => below(tree.snapshot())!.at > before);
});
