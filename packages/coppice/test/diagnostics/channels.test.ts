/** The channels of the platform, with real subscribers. */
import { type ChannelListener, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import {
  CHILD_START,
  CHILD_STOP,
  type ChildTrace,
  EVENT_CHANNEL,
  type SupervisionEvent,
  SimulatedClock,
  application,
  diagnosticsSink,
  ignore,
  service,
  supervisor,
} from 'coppice';

const leave: (() => void)[] = [];
afterEach(() => leave.splice(0).forEach((each) => each()));

function listen(name: string): unknown[] {
  const got: unknown[] = [];
  const listener: ChannelListener = (message) => void got.push(message);
  subscribe(name, listener);
  leave.push(() => unsubscribe(name, listener));
  return got;
}

/** The steps of the starts or stops, in order: `start root/a`, `asyncEnd root/a started`. */
function trace(name: string): { steps: string[]; traces: Set<ChildTrace> } {
  const steps: string[] = [];
  const traces = new Set<ChildTrace>();
  const note = (step: string) => (message: unknown) => {
    const { path, result } = message as ChildTrace;
    traces.add(message as ChildTrace);
    steps.push(`${step} ${path}${result === undefined ? '' : ` ${result}`}`);
  };
  const handlers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  const channel = tracingChannel(name);
  channel.subscribe(handlers);
  leave.push(() => channel.unsubscribe(handlers));
  return { steps, traces };
}

const children = () => [
  service({ id: 'a', start: () => 1 }),
  service({ id: 'b', stop: () => Promise.reject(new Error('stuck lid')), start: () => Promise.resolve(2) }),
  service({ id: 'c', start: () => ignore }),
];

test('an application publishes every event, in order, as listeners get it', async () => {
  const got = listen(EVENT_CHANNEL);
  const heard: SupervisionEvent[] = [];
  const app = application({ id: 'app', children: children() });
  app.handle().on('event', (event) => void heard.push(event));
  await app.start();
  await app.stop();
  expect(got).toEqual(heard);
  expect(got.length).toBeGreaterThan(10);
});

test('starts and stops: one object each from its beginning to its end', async () => {
  const starts = trace(CHILD_START);
  const stops = trace(CHILD_STOP);
  const app = application({ id: 'app', children: children() });
  await app.start();
  await app.stop();
  expect(starts.steps).toEqual([
    'start app/a',
    'end app/a',
    'asyncStart app/a started',
    'asyncEnd app/a started',
    'start app/b',
    'end app/b',
    'asyncStart app/b started',
    'asyncEnd app/b started',
    'start app/c',
    'end app/c',
    'asyncStart app/c ignored',
    'asyncEnd app/c ignored',
  ]);
  expect(starts.traces.size).toBe(3);
  expect([...starts.traces][0]).toEqual({
    path: 'app/a',
    supervisor: 'app',
    id: 'a',
    kind: 'service',
    incarnation: 1,
    restart: 'permanent',
    because: 'boot',
    with: null,
    by: null,
    result: 'started',
  });
  expect(stops.steps).toEqual([
    'start app/b',
    'end app/b',
    'error app/b failed',
    'asyncStart app/b failed',
    'asyncEnd app/b failed',
    'start app/a',
    'end app/a',
    'asyncStart app/a stopped',
    'asyncEnd app/a stopped',
  ]);
  const [b, a] = [...stops.traces];
  expect(b).toMatchObject({ because: 'shutdown', error: expect.objectContaining({ message: 'stuck lid' }) });
  expect(a!.reason).toEqual({ kind: 'shutdown' });
});

test('a start that fails, with its error', async () => {
  const { steps, traces } = trace(CHILD_START);
  const fails = service({
    id: 'a',
    start: () => Promise.reject(Object.assign(new Error('no'), { code: 'E_NO' })),
  });
  const tree = supervisor({ id: 'root', children: [fails] }).handle({ eventSink: diagnosticsSink() });
  await tree.start().catch(() => {});
  expect(steps).toEqual([
    'start root/a',
    'end root/a',
    'error root/a failed',
    'asyncStart root/a failed',
    'asyncEnd root/a failed',
  ]);
  expect([...traces][0]!.error).toMatchObject({ message: 'no', code: 'E_NO' });
});

test('a start that is broken off by a stop', async () => {
  const { steps } = trace(CHILD_START);
  const slow = service({
    id: 'slow',
    start: ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      ),
  });
  const tree = supervisor({ id: 'root', children: [slow] }).handle({ eventSink: diagnosticsSink() });
  const started = tree.start().catch(() => {});
  await tree.stop();
  await started;
  expect(steps.at(-1)).toBe('asyncEnd root/slow stopped');
});

test('nobody subscribes: no event is made, and none is counted', async () => {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'root', children: children() }).handle({
    clock,
    eventSink: diagnosticsSink(),
  });
  await tree.start();
  await tree.restartNow('a');
  const got = listen(EVENT_CHANNEL);
  await tree.stop();
  expect((got[0] as SupervisionEvent).seq).toBe(1);
  expect((got[0] as SupervisionEvent).type).toBe('supervisor:stopping');
});

test.each(['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const)(
  'who subscribes to %s only is served',
  async (step) => {
    const got = listen(`tracing:${CHILD_START}:${step}`);
    const fails = service({ id: 'a', start: () => Promise.reject(new Error('no')) });
    const tree = supervisor({ id: 'root', children: [fails] }).handle({ eventSink: diagnosticsSink() });
    await tree.start().catch(() => {});
    expect(got).toHaveLength(1);
  },
);

test('a subscriber that comes late gets what begins from then on', async () => {
  const tree = supervisor({ id: 'root', children: children() }).handle({ eventSink: diagnosticsSink() });
  await tree.start();
  const { steps } = trace(CHILD_START);
  await tree.restartNow('a');
  await tree.stop();
  expect(steps).toEqual([
    'start root/a',
    'end root/a',
    'asyncStart root/a started',
    'asyncEnd root/a started',
  ]);
});
