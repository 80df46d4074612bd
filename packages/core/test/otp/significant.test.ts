/** OTP's cases of significant children (OTP 24 and later): when a supervisor ends because they have ended. */
import {
  type AutoShutdown,
  type Context,
  type RestartType,
  Shutdown,
  SimulatedClock,
  dynamicSupervisor,
  service,
  supervisor,
} from '@coppice/core';
import { boot, crew, drain, rejection, scripted, statuses, until } from '../support/scripted.js';

type End = 'normal' | 'shutdown' | 'abnormal';
const END: Record<End, (context: Context) => void> = {
  normal: ({ end }) => end(),
  shutdown: ({ end }) => end(new Shutdown('done')),
  abnormal: ({ fail }) => fail(new Error('boom')),
};

/** Does one significant child that ends so end for good? (OTP: `do_restart`; permanent ones may not be significant.) */
const ENDS_FOR_GOOD: Record<'transient' | 'temporary', Record<End, boolean>> = {
  transient: { normal: true, shutdown: true, abnormal: false },
  temporary: { normal: true, shutdown: true, abnormal: true },
};

const modes = ['never', 'any-significant', 'all-significant'] as const;
const types = ['permanent', 'transient', 'temporary'] as const;
const ends = ['normal', 'shutdown', 'abnormal'] as const;
const kinds = ['static', 'dynamic'] as const;

interface Row {
  mode: AutoShutdown;
  restart: RestartType;
  end: End;
  kind: 'static' | 'dynamic';
}
const rows: Row[] = modes.flatMap((mode) =>
  types.flatMap((restart) => ends.flatMap((end) => kinds.map((kind) => ({ mode, restart, end, kind })))),
);

/** A supervisor with two significant children; hands out their contexts. */
async function two({ mode, restart, kind }: Omit<Row, 'end'>) {
  const clock = new SimulatedClock();
  const contexts: Context[] = [];
  const start = (context: Context): void => void contexts.push(context);
  const spec = { restart, significant: true, start };
  const common = { id: 'root', autoShutdown: mode, maxRestarts: 10 };
  const tree =
    kind === 'static'
      ? supervisor({
          ...common,
          children: [service({ id: 'a', ...spec }), service({ id: 'b', ...spec })],
        }).handle({ clock })
      : dynamicSupervisor({ ...common, child: service({ id: 'a', ...spec }) }).handle({ clock });
  const events: string[] = [];
  tree.on('supervisor:auto-shutdown', ({ child }) => void events.push(child));
  const ended = tree.whenStopped();
  await tree.start();
  if ('startChild' in tree && kind === 'dynamic') {
    const dynamic = tree as { startChild(): Promise<unknown> };
    await dynamic.startChild();
    await dynamic.startChild();
  }
  return { tree, clock, contexts, ended, events };
}

test.each(rows)('significant: $mode, $restart, $end, $kind', async ({ mode, restart, end, kind }) => {
  if (mode === 'never' || restart === 'permanent') {
    await expect((async () => two({ mode, restart, kind }))()).rejects.toMatchObject({
      code: 'COPPICE_BAD_COMBINATION',
    });
    return;
  }
  const { tree, clock, contexts, ended, events } = await two({ mode, restart, kind });
  const isEnd = ENDS_FOR_GOOD[restart][end];

  END[end](contexts[0]!);
  await clock.advance(0);
  const endsWithFirst = mode === 'any-significant' && isEnd;
  expect(tree.snapshot().phase).toBe(endsWithFirst ? 'stopped' : 'running');
  if (!endsWithFirst) {
    END[end](contexts[1]!);
    await clock.advance(0);
  }
  expect(tree.snapshot().phase).toBe(isEnd ? 'stopped' : 'running');
  expect(events).toHaveLength(isEnd ? 1 : 0);
  // It ends with shutdown, as OTP's does; an error that has led to it is not lost.
  if (isEnd) {
    const cause = end === 'abnormal' ? { cause: expect.any(Error) } : {};
    expect(await ended).toEqual({ reason: { kind: 'shutdown', ...cause }, unstopped: [] });
  }
});

test.each([
  ['nonsignificant_temporary', 'temporary'],
  ['nonsignificant_transient', 'transient'],
] as const)('%s', async (_name, restart) => {
  for (const autoShutdown of modes) {
    for (const end of ends) {
      const a = scripted('a', { restart });
      const { tree, settle } = await boot({ autoShutdown, children: [a.spec] });
      END[end](a.contexts[0]!);
      await settle();
      expect(tree.snapshot().phase).toBe('running');
    }
  }
});

test.each([
  ['significant_temporary', 'temporary'],
  ['significant_transient', 'transient'],
] as const)('%s', async (_name, restart) => {
  // Only its own end counts: not that it was terminated, restarted or deleted by a call.
  for (const autoShutdown of ['any-significant', 'all-significant'] as const) {
    const a = scripted('a', { restart, significant: true });
    const { tree, settle } = await boot({ autoShutdown, children: [a.spec, scripted('other').spec] });
    await tree.terminateChild('a');
    expect(tree.snapshot().phase).toBe('running');
    if (restart === 'transient') await tree.restartChild('a');
    else await tree.startChild(a.spec);
    a.finish();
    await settle();
    expect(tree.snapshot().phase).toBe('stopped');
  }
});

test('significant_simple', async () => {
  const clock = new SimulatedClock();
  const contexts: Context[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    autoShutdown: 'all-significant',
    child: service({
      id: 'a',
      restart: 'temporary',
      significant: true,
      start: (context) => void contexts.push(context),
    }),
  }).start({ clock });
  await tree.startChild();
  await tree.startChild();
  await tree.terminateChild('a#1'); // by a call: does not count, but it is not there to be waited for either
  expect(tree.snapshot().phase).toBe('running');
  contexts[1]!.end();
  await clock.advance(0);
  expect(tree.snapshot().phase).toBe('stopped');
});

test('significant_bystander', async () => {
  // A significant child that is stopped with its group has not ended by itself.
  for (const autoShutdown of ['any-significant', 'all-significant'] as const) {
    for (const restart of ['transient', 'temporary'] as const) {
      const { a, journal, specs } = crew(['a', 'b'], (id) =>
        id === 'b' ? { significant: true, restart } : {},
      );
      const { tree, settle } = await boot({ strategy: 'one-for-all', autoShutdown, children: specs });
      drain(journal);
      a.crash();
      await settle();
      expect(tree.snapshot().phase).toBe('running');
      expect(statuses(tree)).toEqual(restart === 'transient' ? ['a: running', 'b: running'] : ['a: running']);
    }
  }
});

test('significant: a temporary one lost as a bystander ends nobody any more; the next one that ends does', async () => {
  const { a, c, specs } = crew(['a', 'b', 'c'], (id) =>
    id === 'a' ? {} : { significant: true, restart: id === 'b' ? 'temporary' : 'transient' },
  );
  const { tree, settle } = await boot({
    strategy: 'one-for-all',
    autoShutdown: 'all-significant',
    children: specs,
  });
  a.crash();
  await settle();
  expect(statuses(tree)).toEqual(['a: running', 'c: running']);
  c.finish();
  await settle();
  expect(tree.snapshot().phase).toBe('stopped');
});

test('significant_escalation', async () => {
  // A supervisor that ends itself ends with shutdown: its parent restarts a permanent one, no transient one.
  for (const restart of ['permanent', 'transient', 'temporary'] as const) {
    const a = scripted('a', { restart: 'temporary', significant: true });
    const sub = supervisor({ id: 'sub', restart, autoShutdown: 'any-significant', children: [a.spec] });
    const { tree, settle } = await boot({ children: [sub] });
    a.finish();
    await settle();
    expect(statuses(tree)).toEqual(
      { permanent: ['sub: running'], transient: ['sub: stopped'], temporary: [] }[restart],
    );
    expect(a.starts).toBe(restart === 'permanent' ? 2 : 1);
  }
});

test('significant_escalation: all the way up', async () => {
  const a = scripted('a', { restart: 'transient', significant: true });
  const { ended, settle, tree } = await boot({
    autoShutdown: 'any-significant',
    children: [
      supervisor({
        id: 'sub',
        restart: 'temporary',
        significant: true,
        autoShutdown: 'any-significant',
        children: [a.spec],
      }),
    ],
  });
  a.finish();
  await settle();
  expect(await ended).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
  expect(tree.snapshot().phase).toBe('stopped');
});

test('significant: the others are stopped in reverse order', async () => {
  const { journal, specs, b } = crew(['a', 'b', 'c'], (id) =>
    id === 'b' ? { significant: true, restart: 'transient' } : {},
  );
  const { settle } = await boot({ autoShutdown: 'any-significant', children: specs });
  drain(journal);
  b.finish();
  await settle();
  expect(drain(journal)).toEqual(['end b', 'stop c', 'stop a']);
});

test('significant: one that waits for its next attempt has not ended', async () => {
  const a = scripted('a', {
    restart: 'transient',
    significant: true,
    onStart: (attempt) => (attempt === 2 ? Promise.reject(new Error('no')) : attempt),
  });
  const b = scripted('b', { restart: 'transient', significant: true });
  const { tree, settle } = await boot({ autoShutdown: 'all-significant', children: [a.spec, b.spec] });
  a.crash();
  await until(() => statuses(tree)[0] === 'a: restarting');
  b.finish();
  await settle();
  expect(statuses(tree)).toEqual(['a: running', 'b: stopped']);
  a.finish();
  await settle();
  expect(tree.snapshot().phase).toBe('stopped');
});

test('significant: a child that is added is checked against its supervisor', async () => {
  const { tree } = await boot({});
  const spec = service({ id: 'a', restart: 'transient', significant: true, start: () => 1 });
  const error = await rejection(tree.startChild(spec));
  expect(error).toMatchObject({ code: 'COPPICE_BAD_COMBINATION', path: 'root/a' });
});
