/** What a reconcile that cannot be, or of which steps fail, says. */
import { SimulatedClock, supervisor } from '@coppice/core';
import { boot, rejection, scripted } from '../support/scripted.js';

test('one of a tree that does not run says what it is', async () => {
  const wanted = supervisor({ id: 'root', children: [] });
  const idle = supervisor({ id: 'root', children: [] }).handle({ clock: new SimulatedClock() });
  expect(await rejection(idle.reconcile(wanted))).toMatchObject({ code: 'COPPICE_NOT_RUNNING' });
  const { tree } = await boot({});
  await tree.stop();
  expect(await rejection(tree.reconcile(wanted))).toMatchObject({
    code: 'COPPICE_NOT_RUNNING',
    message: expect.stringMatching(/stopped/),
  });
});

test('one of a supervisor that another one, before it, takes out', async () => {
  const sub = supervisor({ id: 'sub', children: [] });
  const { tree } = await boot({ children: [sub] });
  const [removed, late] = [
    tree.reconcile(supervisor({ id: 'root', children: [] })),
    rejection(tree.supervisor(sub).reconcile(sub)),
  ];
  await removed;
  expect((await late).code).toBe('COPPICE_NOT_RUNNING');
  expect((await late).message).toBe("'root/sub' is not running: its parent is down, or it was removed");
});

test('each step that failed is told of, with its error', async () => {
  const failing = (id: string) => scripted(id, { onStart: () => Promise.reject(new Error(`no ${id}`)) }).spec;
  const { tree } = await boot({});
  const error = await rejection(
    tree.reconcile(supervisor({ id: 'root', children: [failing('a'), failing('b')] })),
  );
  expect(error).toMatchObject({ code: 'COPPICE_RECONCILE_FAILED' });
  expect(error.message).toMatch(/add 'root\/a': .*no a; add 'root\/b': .*no b/);
});

test('what is there after all steps have failed is the old declaration: the same again finds the same to do', async () => {
  const fine = ['a', 'b'].map((id) => scripted(id).spec);
  const failing = ['a', 'b'].map(
    (id) => scripted(id, { onStart: () => Promise.reject(new Error(`no ${id}`)) }).spec,
  );
  const { tree } = await boot({ children: fine });
  for (let n = 0; n < 2; n++) {
    const plan = await tree.reconcile(failing, { dryRun: true });
    expect(plan.steps.map(({ path }) => path)).toEqual(['root/a', 'root/b']);
    expect(await rejection(tree.reconcile(failing))).toMatchObject({ code: 'COPPICE_RECONCILE_FAILED' });
  }
  await tree.stop();
  await tree.start();
  expect(tree.whichChildren().map(({ status }) => status)).toEqual(['running', 'running']);
});
