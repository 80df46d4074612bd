/** awaitReady: started and ready are two things. */
import { type Context, service, task } from '@coppice/core';
import { crew, deferred, drain, forever, rejection, scripted, statuses } from '../support/scripted.js';
import { plan, plant, watched } from './support/trees.js';

describe('a service', () => {
  test('is up when it has started and has said so; those behind it wait', async () => {
    const { a, journal, specs } = crew(['a', 'b'], (id) => (id === 'a' ? { awaitReady: true } : {}));
    const { tree, pass, told } = plan({ children: specs });
    const started = watched(tree.start());
    await pass(1_000);
    expect([started.isOver, statuses(tree)]).toEqual([false, ['a: starting', 'b: stopped']]);
    a.contexts[0]!.ready();
    await pass(0);
    expect([started.isOver, statuses(tree)]).toEqual([true, ['a: running', 'b: running']]);
    expect(drain(journal)).toEqual(['start a', 'start b']);
    expect(told('child:started', 'a')).toMatchObject([{ startMs: 1_000 }]);
  });

  test('said before its start has resolved: it is up with that', async () => {
    const gate = deferred<string>();
    const a = scripted('a', { awaitReady: true, onStart: (_attempt, { ready }) => (ready(), gate.promise) });
    const { tree, pass } = plan({ children: [a.spec] });
    const started = watched(tree.start());
    await pass(10);
    expect(started.isOver).toBe(false);
    gate.resolve('value');
    await pass(0);
    expect([started.isOver, tree.use(a.spec)]).toEqual([true, 'value']);
  });

  test('cannot be used before it is ready', async () => {
    const a = scripted('a', { awaitReady: true });
    const { tree, pass } = plan({ children: [a.spec] });
    void tree.start();
    await pass(10);
    expect(() => tree.use(a.spec)).toThrow(/it is starting/);
    a.contexts[0]!.ready();
    await pass(0);
    expect(tree.use(a.spec)).toBe(1);
  });

  test('that fails before it is ready has failed to start, and gives back its value', async () => {
    const a = scripted('a', { awaitReady: true });
    const { tree, pass } = plan({ children: [a.spec] });
    const started = rejection(tree.start());
    await pass(10);
    a.crash(new Error('lost'));
    expect(await started).toMatchObject({ code: 'COPPICE_START_FAILED', cause: { message: 'lost' } });
    expect(a.stops).toBe(1);
  });

  test('that ends before it is ready has failed to start, too', async () => {
    const a = scripted('a', { awaitReady: true });
    const { tree, pass } = plan({ children: [a.spec] });
    const started = rejection(tree.start());
    await pass(10);
    a.finish();
    expect(await started).toMatchObject({ cause: { code: 'COPPICE_ENDED_AT_START' } });
  });

  test('a stop does not wait for it to be ready, and gives back its value', async () => {
    const a = scripted('a', { awaitReady: true });
    const { tree, pass } = plan({ children: [a.spec] });
    const started = rejection(tree.start());
    await pass(10);
    await tree.stop();
    await started;
    expect(a.stops).toBe(1);
  });

  test('that never says so is what startTimeoutMs is for', async () => {
    const a = scripted('a', { awaitReady: true, startTimeoutMs: 50 });
    const { tree, pass } = plan({ children: [a.spec] });
    const started = watched(tree.start());
    await pass(50);
    expect(started.error).toMatchObject({ cause: { code: 'COPPICE_START_TIMEOUT' } });
    expect(a.stops).toBe(1);
  });
});

describe('a task', () => {
  test('is up when it says so, while it runs', async () => {
    let context!: Context;
    const a = task({
      id: 'a',
      awaitReady: true,
      shutdownMs: 0,
      run: (given) => ((context = given), forever()),
    });
    const { tree, pass } = plan({ children: [a] });
    const started = watched(tree.start());
    await pass(10);
    expect([started.isOver, statuses(tree)]).toEqual([false, ['a: starting']]);
    context.ready();
    await pass(0);
    expect(started.isOver).toBe(true);
    await tree.stop();
  });

  const runs: [string, (context: Context) => unknown][] = [
    ['returns at once', () => undefined],
    ['resolves', () => Promise.resolve()],
  ];
  test.each(runs)('that %s without a word has failed to start', async (_how, run) => {
    const { tree } = plan({ children: [task({ id: 'a', awaitReady: true, run })] });
    expect(await rejection(tree.start())).toMatchObject({
      cause: { code: 'COPPICE_ENDED_AT_START', path: 'root/a' },
    });
  });

  test.each([
    ['at once', (context: Context) => context.ready()],
    ['later', async (context: Context) => context.ready()],
  ] as const)('that says so and ends %s was up', async (_when, run) => {
    const { told, settle } = await plant({
      children: [task({ id: 'a', awaitReady: true, restart: 'transient', run })],
    });
    await settle();
    expect(told('child:start-failed')).toEqual([]);
    expect([told('child:started').length, told('child:completed').length]).toEqual([1, 1]);
  });

  test('that throws before it has failed to start; after it, it has crashed', async () => {
    const before = plan({
      children: [task({ id: 'a', awaitReady: true, run: () => Promise.reject(new Error('no')) })],
    });
    expect(await rejection(before.tree.start())).toMatchObject({ cause: { message: 'no' } });
    const gate = deferred<never>();
    const run = ({ ready }: Context): Promise<never> => (ready(), gate.promise);
    const { told, settle } = await plant({
      children: [task({ id: 'a', awaitReady: true, restart: 'temporary', run })],
    });
    gate.reject(new Error('later'));
    await settle();
    expect(told('child:crashed')).toMatchObject([{ error: { message: 'later' } }]);
  });
});

describe('ready()', () => {
  test('twice is once', async () => {
    const a = scripted('a', { awaitReady: true, onStart: (_attempt, { ready }) => (ready(), ready()) });
    const { told } = await plant({ children: [a.spec] });
    a.contexts[0]!.ready();
    expect(told('child:started', 'a')).toHaveLength(1);
  });

  test('of an incarnation that is gone says nothing of the next one', async () => {
    const a = scripted('a', { awaitReady: true, onStart: (attempt, { ready }) => attempt === 1 && ready() });
    const { tree, pass } = await plant({ children: [a.spec] });
    a.crash();
    await pass(0);
    a.contexts[0]!.ready();
    await pass(0);
    expect(statuses(tree)).toEqual(['a: starting']);
    a.contexts[1]!.ready();
    await pass(0);
    expect(statuses(tree)).toEqual(['a: running']);
  });

  test('when it has failed in the same moment it is not up', async () => {
    const a = scripted('a', { awaitReady: true });
    const { tree, pass, told } = plan({ children: [a.spec] });
    const started = rejection(tree.start());
    await pass(0);
    a.contexts[0]!.fail(new Error('boom'));
    a.contexts[0]!.ready();
    await started;
    expect(told('child:started', 'a')).toEqual([]);
  });

  test('without awaitReady it says nothing new', async () => {
    const a = service({ id: 'a', start: ({ ready }) => (ready(), 1) });
    const b = scripted('b');
    const { tree, told } = await plant({ children: [a, b.spec] });
    b.contexts[0]!.ready();
    expect(statuses(tree)).toEqual(['a: running', 'b: running']);
    expect(told('child:started')).toHaveLength(2);
  });
});
