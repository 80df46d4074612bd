/** OTP's cases of restart types: what becomes of a child, by its type and by how it ended. */
import { type RestartType, Shutdown } from '@coppice/core';
import { boot, crew, drain, scripted, statuses } from '../support/scripted.js';

type End = 'normal' | 'shutdown' | 'abnormal';

/** OTP's table: restarted, kept but down, or gone. */
const TABLE: readonly (readonly [RestartType, End, 'restarted' | 'kept' | 'gone'])[] = [
  ['permanent', 'normal', 'restarted'],
  ['transient', 'normal', 'kept'],
  ['temporary', 'normal', 'gone'],
  ['permanent', 'shutdown', 'restarted'],
  ['transient', 'shutdown', 'kept'],
  ['temporary', 'shutdown', 'gone'],
  ['permanent', 'abnormal', 'restarted'],
  ['transient', 'abnormal', 'restarted'],
  ['temporary', 'abnormal', 'gone'],
];

const NAMES = [
  'permanent_normal',
  'transient_normal',
  'temporary_normal',
  'permanent_shutdown',
  'transient_shutdown',
  'temporary_shutdown',
  'permanent_abnormal',
  'transient_abnormal',
  'temporary_abnormal',
];

/** The ways to end so: by the context, or by what a task returns or throws. */
const WAYS: Record<End, ((child: ReturnType<typeof scripted>) => void)[]> = {
  normal: [(child) => child.finish()],
  shutdown: [
    (child) => child.finish(new Shutdown()),
    (child) => child.finish(new Shutdown({ why: 'done' })),
    (child) => child.crash(new Shutdown('by fail')),
  ],
  abnormal: [
    (child) => child.crash(new Error('boom')),
    (child) => child.crash(null),
    (child) => child.crash(undefined),
  ],
};

test.each(TABLE.map((row, i) => [NAMES[i]!, ...row] as const))('%s', async (_name, restart, end, becomes) => {
  for (const endIt of WAYS[end]) {
    const child = scripted('a', { restart });
    const { tree, settle } = await boot({ children: [child.spec, scripted('bystander').spec] });
    endIt(child);
    await settle();
    const first = becomes === 'restarted' ? ['a: running'] : becomes === 'kept' ? ['a: stopped'] : [];
    expect(statuses(tree)).toEqual([...first, 'bystander: running']);
    expect(child.starts).toBe(becomes === 'restarted' ? 2 : 1);
    expect(tree.snapshot().budget.used).toBe(becomes === 'restarted' ? 1 : 0);
    if (becomes === 'kept')
      expect(await tree.restartChild('a')).toMatchObject({ status: 'running', incarnation: 2 });
  }
});

test('faulty_application_shutdown', async () => {
  // A child that answers the request to stop with an error: told of, and the others are stopped as usual.
  const { journal, specs } = crew(['a', 'b'], (id) =>
    id === 'b' ? { onStop: () => Promise.reject(new Error('could not flush')) } : {},
  );
  const { tree, events } = await boot({ children: specs });
  drain(journal);
  const report = await tree.stop();
  expect(report).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
  expect(drain(journal)).toEqual(['stop b', 'stop a']);
  expect(events.find((event) => event.type === 'child:stopped')).toMatchObject({
    path: 'root/b',
    reason: { kind: 'crash', error: { message: 'could not flush' } },
  });
});

test.each([
  ['one-for-all', 'before'],
  ['one-for-all', 'after'],
  ['rest-for-one', 'after'],
] as const)('temporary_bystander: %s, %s the child that fails', async (strategy, where) => {
  const journal: string[] = [];
  const failing = scripted('failing', { journal });
  const bystander = scripted('bystander', { journal, restart: 'temporary' });
  const children = where === 'before' ? [bystander.spec, failing.spec] : [failing.spec, bystander.spec];
  const { tree, settle } = await boot({ strategy, children });
  drain(journal);
  failing.crash();
  await settle();
  expect(drain(journal)).toEqual(['end failing', 'stop bystander', 'start failing']);
  expect(statuses(tree)).toEqual(['failing: running']);
});
