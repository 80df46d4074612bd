/** A tree that Nest starts and stops. */
import { NestFactory } from '@nestjs/core';
import { watchLeaks } from '@coppice/testing';
import { service, supervisor } from 'coppice';
import { Tree, TreeInNestModule } from '../src/tree/tree-in-nest.js';

const leaks = watchLeaks();
afterEach(() => leaks.check());
afterAll(leaks.stop);

class Root {}

function declare(fails: () => boolean = () => false) {
  const story: string[] = [];
  const clock = service({
    id: 'clock',
    start: ({ fail }) => {
      if (fails()) throw new Error('no battery');
      story.push('started');
      return { fail };
    },
    stop: () => story.push('stopped'),
  });
  const spec = supervisor({ id: 'workers', maxRestarts: 0, children: [clock] });
  const gaveUp = jest.fn();
  return { story, clock, gaveUp, root: { module: Root, imports: [TreeInNestModule.of(spec, gaveUp)] } };
}

const options = { logger: false, abortOnError: false } as const;

test('it is up when Nest is, and stops with it', async () => {
  const { story, clock, root } = declare();
  const app = await NestFactory.createApplicationContext(root, options);
  expect(app.get(Tree).handle.use(clock)).toBeDefined();
  await app.close();
  expect(story).toEqual(['started', 'stopped']);
});

test('if it does not start, neither does Nest', async () => {
  const { root } = declare(() => true);
  await expect(NestFactory.createApplicationContext(root, options)).rejects.toMatchObject({
    code: 'COPPICE_START_FAILED',
  });
});

test('when it has given up Nest hears of that, and can be closed', async () => {
  const { clock, gaveUp, root, story } = declare();
  const app = await NestFactory.createApplicationContext(root, options);
  const { handle } = app.get(Tree);
  handle.use(clock).fail(new Error('stopped ticking'));
  await handle.whenStopped();
  expect(gaveUp).toHaveBeenCalledTimes(1);
  await app.close();
  expect(story).toEqual(['started', 'stopped']);
});
