/** `fromEmitter`: ready, fail and end by events; what is left of its listeners. */
import { EventEmitter } from 'node:events';
import { createServer } from 'node:net';
import { type FromEmitterOptions, SimulatedClock, fromEmitter, service, supervisor } from 'coppice';

function tree<E extends EventEmitter | EventTarget>(
  options: Omit<FromEmitterOptions<E>, 'id'>,
  maxRestarts = 1,
) {
  const clock = new SimulatedClock();
  const child = fromEmitter<E>({ id: 'thing', ...options });
  const handle = supervisor({ id: 'app', maxRestarts, children: [child] }).handle({ clock });
  const events: string[] = [];
  handle.on('event', (event) => {
    if (event.path !== 'app') events.push(event.type + ('error' in event ? ` ${event.error.message}` : ''));
  });
  return { handle, clock, events };
}

const listeners = (emitter: EventEmitter) => emitter.eventNames();

test('it is up when it is ready', async () => {
  const emitter = new EventEmitter();
  const { handle, events } = tree({ create: () => emitter, ready: ['ready', 'listening'], stop: () => {} });
  const starting = handle.start();
  expect(events).toEqual(['child:starting']);
  emitter.emit('listening');
  await starting;
  expect(events).toEqual(['child:starting', 'child:started']);
  await handle.stop();
});

test('without ready it is up when it is made, and `use` gives what was made', async () => {
  const thing = fromEmitter({ id: 'thing', create: () => createServer(), stop: (server) => server.close() });
  let port: unknown;
  const asker = service({ id: 'asker', start: ({ use }) => (port = use(thing).listening) });
  const running = await supervisor({ id: 'app', children: [thing, asker] }).start();
  expect(port).toBe(false);
  await running.stop();
});

test('an error is a crash: it is given back, and a new one is made', async () => {
  const made: EventEmitter[] = [];
  const stopped: EventEmitter[] = [];
  const { handle, events } = tree({
    create: () => made[made.push(new EventEmitter()) - 1]!,
    stop: (emitter) => void stopped.push(emitter),
  });
  await handle.start();
  const again = new Promise((resolve) => handle.once('child:started', resolve));
  made[0]!.emit('error', new Error('broken'));
  await again;
  expect(events).toContain('child:crashed broken');
  expect(stopped).toEqual([made[0]]);
  expect(made).toHaveLength(2);
  await handle.stop();
  expect(stopped).toEqual(made);
});

test('its listeners are gone when it has ended, but a late error takes nothing down', async () => {
  const emitter = new EventEmitter();
  const { handle, events } = tree({
    create: () => emitter,
    ready: 'ready',
    fail: ['error', 'fatal'],
    end: ['close', 'end'],
    stop: () => {},
  });
  const starting = handle.start();
  emitter.emit('ready');
  await starting;
  await handle.stop();
  expect(listeners(emitter)).toEqual(['error']);
  emitter.emit('error', new Error('late'));
  expect(events.at(-1)).toBe('child:late-fault late');
});

test('its end by itself is no crash', async () => {
  const emitter = new EventEmitter();
  const { handle, events } = tree({
    create: () => emitter,
    end: 'end',
    stop: () => {},
    restart: 'transient',
  });
  await handle.start();
  const completed = new Promise((resolve) => handle.once('child:completed', resolve));
  emitter.emit('close'); // not what was asked for
  emitter.emit('end');
  await completed;
  expect(events.slice(-2)).toEqual(['child:completed', 'child:not-restarted']);
  await handle.stop();
});

test('when it is stopped, its end is what it was asked for', async () => {
  const { handle } = tree({ create: () => new EventEmitter(), stop: (emitter) => emitter.emit('close') });
  const stops: unknown[] = [];
  handle.on('child:stopped', ({ reason }) => stops.push(reason));
  await handle.start();
  await handle.stop();
  expect(stops).toEqual([{ kind: 'shutdown' }]);
});

test('an error before it is ready is a failed start, and what was made is given back', async () => {
  const emitter = new EventEmitter();
  const stop = jest.fn();
  const { handle } = tree({ create: () => emitter, ready: 'ready', stop });
  const starting = handle.start();
  emitter.emit('error', new Error('no route'));
  await expect(starting).rejects.toMatchObject({
    code: 'COPPICE_START_FAILED',
    message: expect.stringContaining('no route'),
  });
  expect(stop).toHaveBeenCalledWith(emitter);
  expect(listeners(emitter)).toEqual(['error']);
});

test('an end before it is ready is a failed start', async () => {
  const emitter = new EventEmitter();
  const { handle } = tree({ create: () => emitter, ready: 'ready', stop: () => {} });
  const starting = handle.start();
  emitter.emit('close');
  await expect(starting).rejects.toMatchObject({ cause: { code: 'COPPICE_ENDED_AT_START' } });
});

test('a stop before it is ready gives it back', async () => {
  const emitter = new EventEmitter();
  const stop = jest.fn();
  const { handle } = tree({ create: () => Promise.resolve(emitter), ready: 'ready', stop });
  const starting = handle.start();
  const failed = starting.then(undefined, (error: unknown) => error);
  await handle.stop();
  expect(await failed).toMatchObject({ code: 'COPPICE_START_INTERRUPTED' });
  expect(stop).toHaveBeenCalledWith(emitter);
});

test('it is killed when its stop hangs', async () => {
  const kill = jest.fn();
  const { handle, clock } = tree({
    create: () => new EventEmitter(),
    stop: () => new Promise(() => {}),
    kill,
    shutdownMs: 100,
  });
  await handle.start();
  const stopped = handle.stop();
  await clock.advance(99);
  expect(kill).not.toHaveBeenCalled();
  await clock.runUntilIdle();
  await stopped;
  expect(kill).toHaveBeenCalledTimes(1);
});

test('an EventTarget will do', async () => {
  const target = new EventTarget();
  const { handle, events } = tree({ create: () => target, ready: 'open', stop: () => {} }, 0);
  const starting = handle.start();
  target.dispatchEvent(new Event('open'));
  await starting;
  const ended = handle.whenStopped();
  target.dispatchEvent(Object.assign(new Event('error'), { error: new Error('gone') }));
  await ended;
  expect(events).toContain('child:crashed gone');
});

test('what is no emitter is a failed start that says so', async () => {
  const { handle } = tree({ create: () => ({}) as EventEmitter, stop: () => {} });
  await expect(handle.start()).rejects.toThrow(
    'create of fromEmitter() has to return something with on and off, or with addEventListener and removeEventListener; got an object (at app/thing)',
  );
});
