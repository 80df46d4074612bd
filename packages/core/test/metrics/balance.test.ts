/** The books balance: at any moment, starts that have succeeded less exits are the children that are up. */
import * as fc from 'fast-check';
import {
  EVENT_NAMES,
  type EventName,
  SimulatedClock,
  type SupervisorSnapshot,
  type SupervisorTree,
  dynamicSupervisor,
  supervisor,
} from '@coppice/core';
import { METRICS, type MetricName, metricsOf } from '@coppice/core/kit';
import { type Scripted, scripted } from '../support/scripted.js';
import { measured } from './support.js';

beforeEach(() => void jest.spyOn(console, 'warn').mockImplementation(() => {}));

type Step = {
  readonly does: 'crash' | 'finish' | 'terminate' | 'restart' | 'now' | 'add' | 'wait';
  readonly at: number;
};

const story = fc.record({
  strategy: fc.constantFrom('one-for-one', 'one-for-all', 'rest-for-one'),
  restart: fc.array(fc.constantFrom('permanent', 'transient'), { minLength: 4, maxLength: 4 }),
  backoff: fc.boolean(),
  slowStop: fc.array(fc.constantFrom(0, 50, 500), { minLength: 4, maxLength: 4 }),
  slowStart: fc.array(fc.constantFrom(0, 30), { minLength: 4, maxLength: 4 }),
  steps: fc.array(
    fc.record({
      does: fc.constantFrom('crash', 'finish', 'terminate', 'restart', 'now', 'add', 'wait'),
      at: fc.nat(3),
    }) as fc.Arbitrary<Step>,
    { maxLength: 25 },
  ),
});

type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

/** All children that are up, as a snapshot has them; one that is asked to stop may never have been up. */
function upIn({ children }: SupervisorSnapshot, hasStarted: ReadonlySet<string>): number {
  return children.reduce((sum, { path, incarnation, startedAt, supervisor: below }) => {
    const isUp = startedAt !== null && hasStarted.has(`${path} ${incarnation}`);
    return sum + (isUp ? 1 : 0) + (below ? upIn(below, hasStarted) : 0);
  }, 0);
}

const total = (values: Record<string, number>, only: (key: string) => boolean = () => true): number =>
  Object.entries(values).reduce((sum, [key, value]) => sum + (only(key) ? value : 0), 0);

async function play({ strategy, restart, backoff, slowStop, slowStart, steps }: Story): Promise<void> {
  const clock = new SimulatedClock();
  const after = (ms: number) =>
    ms === 0 ? undefined : new Promise<void>((ok) => void clock.setTimer(ok, ms));
  const wood = (id: string, at: number, more = {}): Scripted =>
    scripted(id, {
      shutdownMs: 100,
      restart: restart[at] as 'permanent',
      onStart: () => after(slowStart[at]!),
      onStop: () => after(slowStop[at]!),
      ...(backoff && !('restart' in more) && { backoff: { minMs: 40, maxMs: 200 } }),
      ...more,
    });
  const all = [wood('a', 0), wood('b', 1), wood('c', 2)];
  const each = wood('each', 3, { restart: 'temporary' });
  const tree: SupervisorTree = supervisor({
    id: 'root',
    maxRestarts: 4,
    strategy,
    children: [
      all[0]!.spec,
      supervisor({ id: 'sub', maxRestarts: 2, children: [all[1]!.spec, all[2]!.spec] }),
      dynamicSupervisor({ id: 'many', child: each.spec }),
    ],
  }).handle({ clock });
  const { count, touched, reading, of } = measured(tree);
  const told = new Set<EventName>();
  const hasStarted = new Set<string>();
  tree.on('event', (event) => {
    told.add(event.type);
    if (!('incarnation' in event)) return;
    const key = `${event.path} ${event.incarnation}`;
    if (event.type === 'child:starting') hasStarted.delete(key);
    if (event.type === 'child:started') hasStarted.add(key);
  });
  void tree.whenStopped();
  void tree.start().catch(() => {});
  const balance = (): void => {
    const ok = total(count('supervision.child.starts'), (key) => key.includes(',ok'));
    expect(ok - total(count('supervision.child.exits'))).toBe(upIn(tree.snapshot(), hasStarted));
    const values = reading();
    const atStates = of('supervision.child.status.state', values);
    const listed = tree.snapshot({ dynamic: 'count' });
    const many = (snapshot: SupervisorSnapshot): number =>
      total(snapshot.statuses) +
      snapshot.children.reduce((sum, { supervisor: below }) => sum + (below ? many(below) : 0), 0);
    expect(total(atStates)).toBe(many(listed));
  };
  balance();
  await clock.advance(200);
  for (const { does, at } of steps) {
    const one = all[at] ?? each;
    const place = at === 0 ? tree : tree.supervisor('sub');
    const id = at === 0 ? 'a' : at === 1 ? 'b' : 'c';
    const ask = (command: () => Promise<unknown>): void =>
      void Promise.resolve()
        .then(command)
        .catch(() => {});
    if (does === 'crash' && one.starts > 0) one.crash();
    if (does === 'finish' && one.starts > 0) one.finish();
    if (does === 'terminate') ask(() => place.terminateChild(id));
    if (does === 'restart') ask(() => place.restartChild(id));
    if (does === 'now') ask(() => place.restartNow(id));
    if (does === 'add') ask(() => (tree.supervisor('many') as SupervisorTree).startChild(undefined as never));
    await clock.advance(does === 'wait' ? 75 : at * 10);
    balance();
  }
  void tree.stop().catch(() => {});
  await clock.advance(40);
  balance();
  await clock.advance(2_000);
  balance();
  expect(upIn(tree.snapshot(), hasStarted)).toBe(0);
  // The table tells the whole truth: nothing is counted by another event than it says.
  const mayTouch = new Set<MetricName>([...told].flatMap((name) => metricsOf(name)));
  expect([...touched].filter((name) => !mayTouch.has(name))).toEqual([]);
}

test('whatever happens', async () => {
  await fc.assert(fc.asyncProperty(story, play), { numRuns: 150 });
}, 60_000);

test('each metric of events has an event, and each event names metrics that there are', () => {
  const named = new Set(EVENT_NAMES.flatMap((name) => metricsOf(name)));
  const read = ['supervision.child.status.state', 'supervision.child.abandoned', 'supervision.child.uptime'];
  for (const name of Object.keys(METRICS)) {
    const isRead = read.includes(name) || name.endsWith('utilization') || name.endsWith('ready');
    expect([name, named.has(name as never)]).toEqual([name, !isRead && name !== 'supervision.faults']);
  }
});
