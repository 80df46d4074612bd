/** A task is up as soon as it is called: its start is one step with what led to it, and nobody waits for it. */
import { dynamicSupervisor, supervisor, task } from '@coppice/core';
import type { Effect } from '../src/model/effect.js';
import { crash } from '../src/model/exit-reason.js';
import type { Command, Message } from '../src/model/message.js';
import type { ChildPolicy, SupervisorPolicy } from '../src/model/policy.js';
import { step } from '../src/model/step.js';
import { Supervisor } from '../src/model/supervisor.js';

const POLICY: SupervisorPolicy = {
  strategy: 'one-for-one',
  maxRestarts: Infinity,
  withinMs: 1_000,
  autoShutdown: 'never',
};
const TASK: ChildPolicy = {
  kind: 'task',
  id: 'task',
  restart: 'permanent',
  significant: false,
  shutdownMs: 10,
  onStuck: 'abandon',
  giveUp: 'escalate',
  boot: 'fail',
};

const starting = (spec: ChildPolicy, to: unknown = spec.id): Message => {
  const command: Command = { kind: 'start-child', id: spec.id, spec, args: [], to, asked: undefined };
  return { type: 'command', command };
};

/** A supervisor that runs, with nobody in it. */
function running(policy: SupervisorPolicy = POLICY): Supervisor {
  const s = new Supervisor('root', policy, false, []);
  step(s, { type: 'start' }, 0);
  return s;
}

/** The types of the effects of a step. */
const stepped = (s: Supervisor, message: Message, now = 0): Effect['type'][] =>
  step<Effect[]>(s, message, now, []).map(({ type }) => type);

/** Started, and crashed once; whatever it has to be told of its first start it is told. */
function crashed(spec: ChildPolicy, policy?: SupervisorPolicy): string[] {
  const s = running(policy);
  step(s, starting(spec), 0);
  const child = s.children.get(spec.id)!;
  step(s, { type: 'started', child, incarnation: 1 }, 0);
  const effects = stepped(s, { type: 'exited', child, incarnation: 1, reason: crash('boom') }, 5);
  return [...effects, ...(child.status === 'running' ? [] : [child.status])];
}

test('its start is answered in the step in which it was asked for', () => {
  expect(stepped(running(), starting(TASK))).toEqual(['start', 'reply']);
});

test('after a crash it is up again in the same step', () => {
  expect(crashed(TASK)).toEqual(['start']);
});

test.each<[string, Partial<ChildPolicy>, Partial<SupervisorPolicy>]>([
  ['a service', { kind: 'service' }, {}],
  ['a task that says itself when it is up', { awaitReady: true }, {}],
  ['one of a group that is restarted together', {}, { strategy: 'one-for-all' }],
])('%s is waited for', (_, spec, policy) => {
  expect(crashed({ ...TASK, ...spec }, { ...POLICY, ...policy })).toEqual(['start', 'starting']);
});

test('of many that have waited for another start each step starts one: none takes as long as all of them', () => {
  const s = running();
  step(s, starting({ ...TASK, id: 'slow', kind: 'service' }), 0);
  for (let i = 0; i < 100; i++) expect(stepped(s, starting({ ...TASK, id: `task${i}` }))).toEqual([]);
  const slow = s.children.get('slow')!;
  expect(stepped(s, { type: 'started', child: slow, incarnation: 1 })).toEqual(['reply', 'start']);
});

test('listeners hear the same of it as of any other restart', async () => {
  let runs = 0;
  const once = task({
    id: 'once',
    run: () => (++runs === 1 ? Promise.reject(new Error('boom')) : new Promise<void>(() => {})),
    shutdownMs: 0,
  });
  const handle = supervisor({ id: 'root', children: [once] }).handle();
  const heard: string[] = [];
  const again = new Promise<void>((resolve) =>
    handle.on('event', (event) => {
      if (!event.type.startsWith('child:')) return;
      const because = 'because' in event ? ` (${String(event.because)})` : '';
      heard.push(event.type + because);
      if (runs === 2 && event.type === 'child:started') resolve();
    }),
  );
  await handle.start();
  await again;
  expect(heard).toEqual([
    'child:starting (boot)',
    'child:started',
    'child:crashed',
    'child:restarting (exit)',
    'child:starting (restart)',
    'child:started',
  ]);
  await handle.stop();
});

test('one that throws as soon as it is called is up, and has crashed', async () => {
  const child = task({
    id: 'hasty',
    restart: 'temporary',
    run: () => {
      throw new Error('boom');
    },
  });
  const tree = await dynamicSupervisor({ id: 'root', child }).start();
  const heard: string[] = [];
  tree.on('event', ({ type }) => heard.push(type));
  expect((await tree.startChild()).status).toBe('running');
  expect(heard).toEqual([
    'child:starting',
    'child:started',
    'child:crashed',
    'child:not-restarted',
    'child:removed',
  ]);
  await tree.stop();
});
