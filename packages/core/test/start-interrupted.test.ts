/** What happens to a start that something else gets into. */
import { SimulatedClock, isCoppiceError, service, supervisor } from '@coppice/core';
import { deferred, rejection, scripted, until } from './support/scripted.js';

const later = <V>(clock: SimulatedClock, ms: number, settle: () => V): Promise<V> =>
  new Promise((resolve, reject) => {
    clock.setTimer(() => {
      try {
        resolve(settle());
      } catch (error) {
        reject(error);
      }
    }, ms);
  });

test('a command that waits for a start that fails is refused, and not forgotten', async () => {
  const clock = new SimulatedClock();
  const broken = service({
    id: 'broken',
    start: () =>
      later(clock, 10, () => {
        throw new Error('no route');
      }),
  });
  const tree = supervisor({ id: 'app', children: [broken] }).handle({ clock });
  const start = tree.start().catch((error: unknown) => error);
  const command = tree.terminateChild('broken').catch((error: unknown) => error);
  await clock.runUntilIdle();
  expect(isCoppiceError(await start, 'COPPICE_START_FAILED')).toBe(true);
  expect(isCoppiceError(await command, 'COPPICE_NOT_RUNNING')).toBe(true);
});

test('a supervisor that is stopped while it starts has not started, and nothing is started after it', async () => {
  const clock = new SimulatedClock();
  const started: string[] = [];
  const slow = service({ id: 'slow', start: () => later(clock, 10, () => {}) });
  const inner = supervisor({ id: 'inner', children: [slow] });
  const next = service({ id: 'next', start: () => void started.push('next') });
  const tree = supervisor({ id: 'app', children: [inner, next] }).handle({ clock });
  const start = tree.start().catch((error: unknown) => error);
  const stop = tree.supervisor(inner).stop();
  await clock.runUntilIdle();
  const failure = await start;
  expect(isCoppiceError(failure, 'COPPICE_START_FAILED') && failure.path).toBe('app/inner');
  expect(isCoppiceError((failure as Error).cause, 'COPPICE_ENDED_AT_START')).toBe(true);
  expect(started).toEqual([]);
  expect((await stop).unstopped).toEqual([]);
});

test('a stop while a failed start is being undone: it has failed, and ends once what was started is stopped', async () => {
  const gate = deferred<void>();
  const events: string[] = [];
  const first = scripted('first', { onStop: () => gate.promise });
  const bad = service({ id: 'bad', start: () => Promise.reject(new Error('no')) });
  const tree = supervisor({ id: 'root', children: [first.spec, bad] }).handle({
    clock: new SimulatedClock(),
  });
  tree.on('event', ({ type }) => void events.push(type));
  const started = rejection(tree.start());
  await until(() => first.stops === 1);
  const stopped = tree.stop();
  gate.resolve();
  expect(await started).toMatchObject({ code: 'COPPICE_START_FAILED', cause: { message: 'no' } });
  expect((await stopped).reason).toMatchObject({ kind: 'shutdown', cause: { code: 'COPPICE_START_FAILED' } });
  expect(events.filter((type) => type.startsWith('supervisor:'))).toEqual([
    'supervisor:starting',
    'supervisor:start-failed',
  ]);
});
