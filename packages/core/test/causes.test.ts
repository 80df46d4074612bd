/** Why something is done with a child is in the event itself: who takes it along, and who asked for it. */
import {
  Shutdown,
  dynamicSupervisor,
  type SupervisionEvent,
  ignore,
  partitionSupervisor,
  service,
  supervisor,
  task,
  taskSupervisor,
} from '@coppice/core';
import { boot, crew, deferred, forever, rejection, scripted } from './support/scripted.js';

/** The events of these names in short: `stopping a sibling root/b by ann`. */
const told = (events: readonly SupervisionEvent[], ...names: string[]): string[] =>
  events
    .filter(({ type }) => names.includes(type.replace(/.*:/, '')))
    .map((event) => {
      const {
        because,
        with: other = null,
        by = null,
      } = event as { because?: string; with?: string; by?: string };
      const words = [event.type.replace(/.*:/, ''), event.path.replace(/^root\//, ''), because];
      if (other !== null) words.push(`with ${other}`);
      if (by !== null) words.push(`by ${by}`);
      return words.join(' ');
    });

/** What is told from the moment on at which all is up. */
async function after(
  options: Parameters<typeof boot>[0],
  act: (booted: Awaited<ReturnType<typeof boot>>) => unknown,
): Promise<SupervisionEvent[]> {
  const booted = await boot({ maxRestarts: 10, ...options });
  booted.events.splice(0);
  await act(booted);
  await booted.settle();
  return booted.events;
}

test('a boot, and a stop that somebody asks for', async () => {
  const { tree, events } = await boot({ children: [scripted('a').spec] });
  await tree.stop({ by: 'ann' });
  expect(told(events, 'starting', 'stopping')).toEqual([
    'starting root ',
    'starting a boot',
    'stopping root request by ann',
    'stopping a shutdown by ann',
  ]);
});

test('a supervisor below is stopped by its parent', async () => {
  const sub = supervisor({ id: 'sub', children: [scripted('a').spec] });
  const events = await after({ children: [sub] }, ({ tree }) => tree.stop());
  expect(told(events, 'stopping')).toEqual([
    'stopping root request',
    'stopping sub shutdown',
    'stopping sub parent',
    'stopping sub/a shutdown',
  ]);
});

test('siblings go with the one that is restarted', async () => {
  const { a, b, specs } = crew(['a', 'b']);
  const events = await after({ strategy: 'one-for-all', children: specs }, () => a.crash());
  expect(told(events, 'stopping', 'starting')).toEqual([
    'stopping b sibling with root/a',
    'starting a restart',
    'starting b sibling with root/a',
  ]);
  expect(b.starts).toBe(2);
});

test('those that are bound to one go and come with it', async () => {
  const a = scripted('a');
  const b = scripted('b', { bindsTo: [a.spec] });
  const events = await after({ children: [a.spec, b.spec] }, async ({ tree, settle }) => {
    a.crash();
    await settle();
    await tree.terminateChild(a.spec, { by: 'bob' });
    await tree.restartChild(a.spec, { by: 'cid' });
  });
  expect(told(events, 'stopping', 'starting', 'waiting')).toEqual([
    'stopping b bond with root/a',
    'waiting b bond',
    'starting a restart',
    'starting b unblocked',
    'stopping b bond with root/a',
    'waiting b bond',
    'stopping a request by bob',
    'starting a request by cid',
    'starting b unblocked',
  ]);
});

test('a group waits for the one whose delay is not over', async () => {
  const { a, specs } = crew(['a', 'b'], () => ({ backoff: { minMs: 100, maxMs: 100, jitter: 0 } }));
  const events = await after({ strategy: 'one-for-all', children: specs }, async ({ clock, settle }) => {
    a.crash();
    await settle();
    await clock.advance(100);
  });
  expect(told(events, 'waiting', 'starting')).toEqual([
    'waiting b group',
    'starting a restart',
    'starting b sibling with root/a',
  ]);
});

test('restartNow: who asked is in the decision, the stop and the start', async () => {
  const a = scripted('a');
  const events = await after({ children: [a.spec] }, ({ tree }) => tree.restartNow('a', { by: 'ann' }));
  expect(told(events, 'restarting', 'stopping', 'starting')).toEqual([
    'restarting a request by ann',
    'stopping a request by ann',
    'starting a request by ann',
  ]);
});

test('reconcile: what is removed, replaced and added', async () => {
  const old = [scripted('a').spec, scripted('b').spec];
  const events = await after({ children: old }, ({ tree }) =>
    tree.reconcile([scripted('b').spec, scripted('c').spec], { by: 'deploy 7' }),
  );
  expect(told(events, 'stopping', 'removed', 'restarting', 'starting', 'reconciled')).toEqual([
    'stopping a reconcile by deploy 7',
    'removed a reconcile by deploy 7',
    'restarting b reconcile by deploy 7',
    'stopping b reconcile by deploy 7',
    'starting b reconcile by deploy 7',
    'starting c reconcile by deploy 7',
    'reconciled root  by deploy 7',
  ]);
});

test('a replacement beside the old one', async () => {
  const make = () => scripted('a', { replace: 'start-then-stop' }).spec;
  const events = await after({ children: [make()] }, ({ tree }) => tree.reconcile([make()]));
  expect(told(events, 'stopping', 'starting')).toEqual(['starting a reconcile', 'stopping a reconcile']);
});

test('giving up, and shutting down by oneself', async () => {
  const { a, specs } = crew(['a', 'b']);
  const gaveUp = await after({ maxRestarts: 0, children: specs }, () => a.crash());
  expect(told(gaveUp, 'stopping')).toEqual(['stopping root gave-up', 'stopping b gave-up']);

  const c = scripted('c', { restart: 'transient', significant: true });
  const done = await after({ autoShutdown: 'any-significant', children: [c.spec, scripted('d').spec] }, () =>
    c.finish(),
  );
  expect(told(done, 'not-restarted', 'stopping')).toEqual([
    'not-restarted c completed',
    'stopping root auto-shutdown',
    'stopping d auto-shutdown',
  ]);
});

test('a child that ends the whole tree', async () => {
  const { a, specs } = crew(['a', 'b'], () => ({ maxRestarts: 0, giveUp: 'exit' }));
  const events = await after({ children: specs }, () => a.crash());
  expect(told(events, 'stopping')).toEqual(['stopping root exit', 'stopping b shutdown']);
});

test('a restart that a stop breaks off', async () => {
  const a = scripted('a', { onStart: (attempt) => (attempt > 1 ? forever() : undefined), shutdownMs: 100 });
  const events = await after({ children: [a.spec] }, async ({ tree, clock }) => {
    void tree.restartNow('a', { by: 'ann' }).catch(() => {});
    await clock.advance(0);
    const stopped = tree.stop({ by: 'bob' });
    await clock.advance(100);
    await stopped;
  });
  expect(told(events, 'stopping')).toEqual([
    'stopping a request by ann',
    'stopping a shutdown by bob',
    'stopping root request by bob',
  ]);
});

test('a supervisor that takes too long to start', async () => {
  const slow = service({ id: 'slow', start: forever });
  const sub = supervisor({ id: 'sub', startTimeoutMs: 100, children: [slow] });
  const { tree, clock, events } = await boot({});
  const started = rejection(tree.startChild(sub));
  await clock.advance(100 + 5_000);
  await started;
  expect(told(events, 'stopping', 'timed-out')).toEqual([
    'timed-out sub ',
    'stopping sub/slow shutdown',
    'stopping sub timed-out',
  ]);
});

test('those that were started before one that does not start', async () => {
  const events: SupervisionEvent[] = [];
  const fails = service({ id: 'fails', start: () => Promise.reject(new Error('no')) });
  const tree = supervisor({ id: 'root', children: [scripted('a').spec, fails] }).handle();
  tree.on('event', (event) => void events.push(event));
  await rejection(tree.start());
  expect(told(events, 'stopping')).toEqual(['stopping a start-failed with root/fails']);
  expect(events.at(-1)).toMatchObject({ type: 'supervisor:start-failed', child: 'root/fails' });
});

describe('why it is not started again', () => {
  const ofA = async (
    script: Parameters<typeof scripted>[1],
    act: (a: ReturnType<typeof scripted>, booted: Awaited<ReturnType<typeof boot>>) => unknown,
  ): Promise<string[]> => {
    const a = scripted('a', script);
    const events = await after({ children: [a.spec] }, (booted) => act(a, booted));
    return told(events, 'not-restarted', 'removed');
  };

  test('its restart says so', async () => {
    expect(await ofA({ restart: 'temporary' }, (a) => a.crash())).toEqual([
      'not-restarted a temporary',
      'removed a ended',
    ]);
    expect(await ofA({ restart: 'transient' }, (a) => a.finish(new Shutdown('enough')))).toEqual([
      'not-restarted a completed',
    ]);
  });

  test('its restarts are paused, and by whom', async () => {
    const events = await ofA({}, async (a, { tree }) => {
      await tree.pause('a', { by: 'ann' });
      a.crash();
    });
    expect(events).toEqual(['not-restarted a paused by ann']);
  });

  test('a start that was due is called off, with the one who did that', async () => {
    const backoff = { minMs: 1_000, maxMs: 1_000 };
    const terminated = await ofA({ backoff }, async (a, { tree, settle }) => {
      a.crash();
      await settle();
      await tree.terminateChild('a', { by: 'bob' });
    });
    expect(terminated).toEqual(['not-restarted a stopping by bob']);
    const stopped = await ofA({ backoff }, async (a, { tree, settle }) => {
      a.crash();
      await settle();
      await tree.stop();
    });
    expect(stopped).toEqual(['not-restarted a stopping']);
  });

  test('it ended while all is being stopped', async () => {
    const gate = deferred();
    const a = scripted('a');
    const b = scripted('b', { onStop: () => gate.promise });
    const events = await after({ children: [a.spec, b.spec] }, async ({ tree, settle }) => {
      const stopped = tree.stop();
      a.crash();
      await settle();
      gate.resolve();
      await stopped;
    });
    expect(told(events, 'crashed', 'not-restarted')).toEqual(['crashed a ', 'not-restarted a stopping']);
  });

  test('whoever asked for its start has the error', async () => {
    const a = scripted('a', {
      onStart: (attempt) => (attempt > 1 ? Promise.reject(new Error('no')) : undefined),
    });
    const events = await after({ children: [a.spec] }, async ({ tree }) => {
      await tree.terminateChild('a');
      await rejection(tree.restartChild('a'));
    });
    expect(told(events, 'start-failed', 'not-restarted')).toEqual([
      'start-failed a ',
      'not-restarted a answered',
    ]);
  });

  test('nobody wants its result any more', async () => {
    const tasks = taskSupervisor({ id: 'root' });
    const tree = tasks.handle();
    const events: SupervisionEvent[] = [];
    tree.on('event', (event) => void events.push(event));
    await tree.start();
    const controller = new AbortController();
    const result = rejection(tree.runTask(({ sleep }) => sleep(60_000), { signal: controller.signal }));
    controller.abort();
    await result;
    expect(told(events, 'stopping', 'removed').slice(0, 1)).toEqual([
      expect.stringMatching(/^stopping .* dismissed$/),
    ]);
    await tree.stop();
  });

  test('a temporary one that is restarted on request and does not start', async () => {
    const a = scripted('a', {
      restart: 'temporary',
      onStart: (attempt) => (attempt > 1 ? Promise.reject(new Error('no')) : undefined),
    });
    const events = await after({ children: [a.spec] }, ({ tree }) => rejection(tree.restartNow('a')));
    expect(told(events, 'not-restarted', 'removed')).toEqual([
      'not-restarted a temporary',
      'removed a start-failed',
    ]);
  });
});

test('why one is no longer there', async () => {
  const events = await after({ children: [] }, async ({ tree }) => {
    await tree.startChild(service({ id: 'ignoring', restart: 'temporary', start: () => ignore }));
    await tree.startChild(task({ id: 'brief', restart: 'temporary', run: () => {} }));
    await tree.startChild(scripted('kept').spec);
    await tree.terminateChild('kept');
    await tree.deleteChild('kept', { by: 'ann' });
    await tree.startChild(scripted('temporary', { restart: 'temporary' }).spec);
    await tree.terminateChild('temporary', { by: 'bob' });
    await rejection(
      tree.startChild(service({ id: 'failing', start: () => Promise.reject(new Error('no')) })),
    );
  });
  expect(told(events, 'removed')).toEqual([
    'removed ignoring ignored',
    'removed brief ended',
    'removed kept deleted by ann',
    'removed temporary request by bob',
    'removed failing start-failed',
  ]);
  const failing = task({
    id: 'each',
    maxRestarts: 0,
    withinMs: 1_000,
    giveUp: 'remove',
    run: () => Promise.reject(new Error('no')),
  });
  const many = dynamicSupervisor({ id: 'many', child: failing });
  const gone = await after({ children: [many] }, ({ tree }) =>
    tree.supervisor(many).startChild({ id: 'one' }),
  );
  expect(told(gone, 'removed')).toEqual(['removed many/one gave-up']);
});

test('ended by force: its own time is over, or that of all', async () => {
  const gate = deferred();
  const stuck = (id: string) =>
    scripted(id, { shutdownMs: 100, onStop: () => gate.promise, kill: () => {} }).spec;
  const sub = supervisor({ id: 'sub', shutdownMs: 50, children: [stuck('b')] });
  const { tree, clock, events } = await boot({ children: [sub, stuck('a')] });
  const stopped = tree.stop();
  await clock.advance(5_000);
  await stopped;
  expect(told(events, 'killing')).toEqual([
    'killing a overdue',
    'killing sub overdue',
    'killing sub/b forced',
  ]);
  gate.resolve();
});

test('who starts a child, or changes the number of partitions', async () => {
  const sessions = dynamicSupervisor({ id: 'sessions', child: scripted('session').spec });
  const shards = partitionSupervisor({ id: 'shards', partitions: 1, child: scripted('shard').spec });
  const events = await after({ children: [sessions, shards] }, async ({ tree }) => {
    await tree.startChild(scripted('a').spec, { by: 'ann' });
    await tree.startChild(scripted('b').spec);
    const dynamic = tree.supervisor(sessions);
    await dynamic.startChild({ by: 'bob' });
    await dynamic.startChild({ spec: scripted('own').spec, by: 'cid' });
    await dynamic.startChild();
    await tree.supervisor(shards).resize(2, { by: 'dan' });
  });
  expect(told(events, 'starting')).toEqual([
    'starting a request by ann',
    'starting b request',
    'starting sessions/session#1 request by bob',
    'starting sessions/own request by cid',
    'starting sessions/session#2 request',
    'starting shards/shard#1 reconcile by dan',
  ]);
});

test('who starts a dynamic child is said in one argument, and no other is taken and ignored', async () => {
  const { tree } = await boot({ children: [dynamicSupervisor({ id: 'dyn', child: scripted('x').spec })] });
  const dynamic = tree.supervisor('dyn');
  expect(await rejection(dynamic.startChild({ id: 'a' } as never, { by: 'ann' }))).toMatchObject({
    code: 'COPPICE_INVALID_ARGUMENT',
    message: expect.stringContaining("one argument for the dynamic supervisor 'root/dyn', like { args, by }"),
  });
  expect(dynamic.whichChildren()).toEqual([]);
});

test('who asks is a text', async () => {
  const { tree } = await boot({ children: [scripted('a').spec] });
  for (const call of ['terminateChild', 'restartChild', 'restartNow', 'deleteChild'] as const) {
    const error = await rejection(tree[call]('a', { by: 7 } as never));
    expect(error).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
      message: expect.stringContaining(`${call} expects by: a string`),
    });
  }
  const started = [tree.startChild(scripted('b').spec, { by: 7 } as never)];
  const dyn = await tree.startChild(dynamicSupervisor({ id: 'dyn', child: scripted('x').spec }));
  started.push(tree.supervisor(dyn.id).startChild({ by: 7 } as never));
  for (const call of started)
    expect(await rejection(call)).toMatchObject({
      code: 'COPPICE_INVALID_ARGUMENT',
      message: expect.stringContaining('startChild expects by: a string'),
    });
  expect(await rejection(tree.stop({ by: 7 } as never))).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT' });
  expect(await rejection(tree.reconcile([], { by: 7 } as never))).toMatchObject({
    code: 'COPPICE_INVALID_ARGUMENT',
  });
  expect(tree.child('a')?.status).toBe('running');
});
