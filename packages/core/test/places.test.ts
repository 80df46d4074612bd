/** Where a declaration is found that was added at run time, or stands below a supervisor that is down or not started yet. */
import {
  type Context,
  type Service,
  type SupervisorOptions,
  SimulatedClock,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { forever, rejection, scripted } from './support/scripted.js';

async function asking(children: SupervisorOptions['children']) {
  const clock = new SimulatedClock();
  let context!: Context;
  const asker = task({ id: 'asker', run: (given) => ((context = given), forever()) });
  const tree = supervisor({ id: 'root', children: [...children, asker] }).handle({ clock });
  await tree.start();
  return { tree, clock, context };
}

const value = (id: string): Service<string> => service({ id, start: () => `value of ${id}` });

test('a service below supervisors of which the upper one was added at run time', async () => {
  const late = value('late');
  const { tree, context } = await asking([]);
  const inner = supervisor({ id: 'inner', children: [] });
  await tree.startChild(supervisor({ id: 'outer', children: [inner] }));
  await tree.supervisor('outer/inner').startChild(late);
  expect(context.use(late)).toBe('value of late');
});

test('a service below a supervisor that is down: it is known where it stands, and waited for', async () => {
  const deep = value('deep');
  const inner = supervisor({ id: 'inner', children: [scripted('first').spec, deep] });
  const outer = supervisor({ id: 'outer', children: [inner, value('beside')] });
  const { tree, clock, context } = await asking([outer]);
  await tree.terminateChild('outer');
  expect(() => context.use(deep)).toThrow(
    expect.objectContaining({ code: 'COPPICE_NOT_RUNNING', path: 'root/outer/inner/deep' }),
  );
  expect(() => context.use(value('other'))).toThrow(expect.objectContaining({ code: 'COPPICE_UNKNOWN_REF' }));
  const waiting = context.whenReady(deep);
  await tree.restartChild('outer');
  await clock.advance(0);
  expect(await waiting).toBe('value of deep');
});

test('a declaration below one that was replaced is found no more', async () => {
  const deep = value('deep');
  const { tree, context } = await asking([supervisor({ id: 'outer', children: [deep] })]);
  expect(context.use(deep)).toBe('value of deep');
  await tree.terminateChild('outer');
  await tree.deleteChild('outer');
  expect(await rejection(context.whenReady(deep))).toMatchObject({ code: 'COPPICE_UNKNOWN_REF' });
});

test('a handle for a supervisor below one that was not started yet', async () => {
  const deepest = supervisor({ id: 'deepest', children: [] });
  const inner = supervisor({ id: 'inner', children: [scripted('a').spec, deepest] });
  const outer = supervisor({ id: 'outer', children: [scripted('b').spec, inner] });
  const root = supervisor({ id: 'root', children: [supervisor({ id: 'other', children: [] }), outer] });
  const tree = root.handle({ clock: new SimulatedClock() });
  const path = 'root/outer/inner/deepest';
  expect(tree.supervisor(outer).supervisor(inner).supervisor(deepest).path).toBe(path);
  expect(tree.supervisor(outer).supervisor(deepest).path).toBe(path);
  expect(tree.supervisor(deepest).path).toBe(path);
  expect(() => tree.supervisor(inner).supervisor(outer)).toThrow(
    expect.objectContaining({ code: 'COPPICE_NOT_FOUND' }),
  );
  await tree.start();
  expect(tree.supervisor(outer).supervisor(inner).supervisor(deepest).path).toBe(path);
});
