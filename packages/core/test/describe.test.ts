/** describe(child): what it says of a child in each of its states. */
import {
  Shutdown,
  SimulatedClock,
  type SupervisorOptions,
  dynamicSupervisor,
  explainPolicy,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { boot, deferred, forever, rejection, scripted } from './support/scripted.js';

/** The part above the policies, without its line breaks. */
const now = (tree: { describe(child: string): string }, id: string): string =>
  tree.describe(id).split('\n\n')[0]!.replace(/\s+/g, ' ');

const quiet = async (options: Partial<SupervisorOptions>) => {
  const booted = await boot(options);
  booted.tree.on('supervisor:gave-up', () => {});
  return booted;
};

test('a child that is up, whole', async () => {
  const a = scripted('a');
  const { tree, clock } = await boot({ children: [a.spec] });
  await clock.advance(125_000);
  expect(tree.describe('a')).toBe(`\
root/a: a permanent service
  now        It has been up for 2 min 5 s.
  until now  It was started once.
             Of 3 restarts within 5 s (the limit of 'root', which others use, too) 0 are used; 3 are
             left.

${explainPolicy(a.spec, supervisor({ id: 'root', children: [a.spec] }))
  .split('\n')
  .slice(1)
  .join('\n')}`);
  expect(tree.describe(a.spec)).toBe(tree.describe('a'));
  await tree.stop();
});

test('starting, and the time that it may take', async () => {
  const gate = deferred();
  const a = scripted('a', { onStart: () => gate.promise, startTimeoutMs: 60_000 });
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'root', withinMs: 1e6, children: [a.spec, scripted('b').spec] }).handle({
    clock,
  });
  const started = tree.start();
  await clock.advance(3_000);
  expect(now(tree, 'a')).toContain(
    'now It has been starting for 3 s of the 1 min that it may take. until now',
  );
  expect(now(tree, 'b')).toContain('now It has not been started. until now It was never started.');
  gate.resolve();
  await started;
  await tree.stop();
  expect(now(tree, 'a')).toContain('now It is down until somebody starts it.');
  expect(now(tree, 'a')).toContain('last end It was asked to stop, or chose to.');
});

test('backing off: when it starts, how often it has failed, how much is used', async () => {
  const a = scripted('a', {
    backoff: { minMs: 1_000, maxMs: 8_000, jitter: 0 },
    maxRestarts: 5,
    withinMs: 60_000,
    onStart: (attempt) => {
      if (attempt > 1) throw new Error('refused', { cause: new Error('no\n\u001B[31mroute') });
    },
  });
  const { tree, clock, settle } = await boot({ children: [a.spec] });
  a.crash(new Error('first'));
  await settle();
  expect(now(tree, 'a')).toContain(
    'backs off: its next start is in 1 s. until now It was started once. It has failed once.',
  );
  await clock.advance(1_250);
  expect(now(tree, 'a')).toBe(
    'root/a: a permanent service now It is down, and backs off: its next start is in 1.8 s. until now It was started twice. ' +
      'It has failed twice in a row. Of 5 restarts within 1 min (its own limit) 2 are used; 3 are left. ' +
      'last end It failed: refused: no [31mroute.',
  );
  await clock.advance(1e6);
  expect(now(tree, 'a')).toContain('0 are used');
  await tree.stop();
});

test('the last restart that is allowed', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ maxRestarts: 1, children: [a.spec] });
  a.crash();
  await settle();
  expect(now(tree, 'a')).toContain('1 is used; one more is too many. last end It failed: a crashed.');
  await tree.stop();
});

test('parked, and revived', async () => {
  const a = scripted('a', { maxRestarts: 0, giveUp: 'park' });
  const b = scripted('b', { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 600_000 });
  const { tree, clock, settle } = await boot({ children: [a.spec, b.spec] });
  a.crash();
  b.crash();
  await settle();
  await clock.advance(60_000);
  expect(now(tree, 'a')).toContain('It has given up, and is parked until somebody starts it.');
  expect(now(tree, 'b')).toContain('It has given up, and is parked; it is started again in 9 min.');
  await tree.stop();
});

test('keeping on trying', async () => {
  const a = scripted('a', {
    maxRestarts: 0,
    giveUp: 'keep-trying',
    backoff: { minMs: 100, maxMs: 5_000, jitter: 0 },
  });
  const { tree, settle } = await boot({ children: [a.spec] });
  a.crash();
  await settle();
  expect(now(tree, 'a')).toContain('its next start is in 5 s.');
  expect(now(tree, 'a')).toContain('It is past its limit, and keeps trying.');
  await tree.stop();
});

test('waiting for another, and for its group', async () => {
  const a = scripted('a', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
  const b = scripted('b', { bindsTo: ['a'] });
  const { tree, settle } = await boot({ children: [a.spec, b.spec] });
  a.crash();
  await settle();
  expect(now(tree, 'b')).toContain(`It is down, and waits for 'a', which is backing-off.`);
  await tree.stop();

  const c = scripted('c', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
  const group = await boot({ strategy: 'one-for-all', children: [c.spec, scripted('d').spec] });
  c.crash();
  await group.settle();
  expect(now(group.tree, 'd')).toContain('It is down, and waits for those that it is restarted with.');
  await group.tree.stop();
});

test('paused, by whom and why, while it is up and when it is down', async () => {
  const a = scripted('a');
  const { tree, clock, settle } = await boot({ children: [a.spec] });
  await tree.pause('a', { by: 'ann', reason: 'new\ndisk' });
  await clock.advance(90_000);
  expect(now(tree, 'a')).toContain(
    'It has been up for 1 min 30 s. Its restarts were paused by ann 1 min 30 s ago: new disk.',
  );
  a.crash();
  await settle();
  expect(now(tree, 'a')).toContain('It is down, and would be started again if its restarts were not paused.');
  await tree.resume('a');
  expect(now(tree, 'a')).not.toContain('paused');
  await tree.stop();
});

test('its boot goes on', async () => {
  const a = scripted('a', {
    boot: 'degraded',
    backoff: { minMs: 1_000, maxMs: 1_000 },
    onStart: () => Promise.reject(new Error('cold')),
  });
  const { tree } = await boot({ maxRestarts: Infinity, children: [a.spec] });
  expect(now(tree, 'a')).toContain(
    'It has not come up since its supervisor started. last end It failed: cold.',
  );
  await tree.stop();
});

test('heartbeats', async () => {
  const a = task({ id: 'a', staleAfterMs: 60_000, maxRestarts: Infinity, run: forever, shutdownMs: 0 });
  const { tree, clock } = await boot({ children: [a] });
  await clock.advance(20_000);
  expect(now(tree, 'a')).toContain('Its last heartbeat was 20 s ago; it is stale after 1 min.');
  await tree.stop();
});

test('stopping, by force, and abandoned', async () => {
  const a = scripted('a', { onStop: forever, shutdownMs: 1_000, kill: forever });
  const { tree, clock } = await boot({ children: [a.spec, scripted('b').spec] });
  const done = tree.terminateChild('a');
  expect(now(tree, 'a')).toContain('It was asked to stop, and is stopping.');
  await clock.advance(1_000);
  expect(now(tree, 'a')).toContain('Its time to stop is over; it is being ended by force.');
  await clock.advance(1_000);
  await done;
  expect(now(tree, 'a')).toContain(
    'It is down until somebody starts it. Its incarnation 1 did not end in time, and still runs.',
  );
  expect(now(tree, 'b')).not.toContain('still runs');
  expect(now(tree, 'a')).toContain('last end It did not stop in time, and was killed or abandoned.');
  await tree.stop();
});

test('cleaning up after its own end', async () => {
  const a = scripted('a', { onStop: forever });
  const { tree, clock, settle } = await boot({ children: [a.spec] });
  a.crash();
  await settle();
  expect(now(tree, 'a')).toContain('It has ended, and is cleaning up.');
  const stopped = tree.stop();
  await clock.advance(5_000);
  await stopped;
});

test('ended while its supervisor is busy with another', async () => {
  const a = scripted('a', { onStop: forever });
  const b = scripted('b');
  const { tree, clock, settle } = await boot({ children: [a.spec, b.spec] });
  const done = tree.terminateChild('a');
  b.crash();
  await settle();
  expect(now(tree, 'b')).toContain('It has just ended; its supervisor is busy');
  await clock.advance(5_000);
  await done;
  await tree.stop();
});

test('its start has failed, and the next attempt is due', async () => {
  const a = scripted('a', {
    onStart: (attempt) => {
      if (attempt > 1) throw new Error('no');
    },
  });
  const { tree } = await quiet({ maxRestarts: Infinity, children: [a.spec] });
  a.crash();
  await Promise.resolve();
  await Promise.resolve();
  expect(now(tree, 'a')).toContain('Its start has failed; the next attempt is due.');
  await tree.stop();
});

test('how it ended: done, by choice, or because it had to', async () => {
  const done = task({ id: 'done', restart: 'transient', run: () => {} });
  const chose = task({ id: 'chose', restart: 'transient', run: () => new Shutdown('enough') });
  const failing = scripted('failing');
  const sub = supervisor({ id: 'sub', restart: 'transient', maxRestarts: 0, children: [failing.spec] });
  const { tree, settle } = await boot({ children: [done, chose, sub] });
  failing.crash(new Error('no disk'));
  await settle();
  expect(now(tree, 'done')).toContain('last end It was done.');
  expect(now(tree, 'chose')).toContain(`last end It chose to stop, with 'enough'.`);
  expect(now(tree, 'sub')).toContain('last end It had to end: no disk.');
  await tree.stop();
});

test('a supervisor, its children, and a dynamic child', async () => {
  const sub = supervisor({ id: 'sub', children: [scripted('x').spec, scripted('y').spec] });
  const pool = dynamicSupervisor({ id: 'pool', child: service({ id: 'conn', start: () => 1 }) });
  const { tree } = await boot({ children: [sub, pool] });
  await tree.supervisor(sub).terminateChild('x');
  expect(now(tree, 'sub')).toContain('1 of its 2 children are alive.');
  await tree.supervisor(pool).startChild({});
  expect(now(tree, 'pool')).toContain('1 of 1 child is alive.');
  expect(tree.supervisor(pool).describe('conn#1')).toContain('root/pool/conn#1: a permanent service');
  expect(tree.supervisor(pool).describe('conn#1')).toContain('startChild is rejected');
  await tree.stop();
});

test('who was added at run time is among those that fall', async () => {
  const { tree } = await boot({ strategy: 'one-for-all', children: [scripted('a').spec] });
  await tree.startChild(scripted('late').spec);
  expect(tree.describe('a')).toContain(`When it fails, 'late' is restarted with it`);
  await tree.stop();
});

test('whom there is not is said as elsewhere', async () => {
  const { tree } = await boot({ children: [scripted('alpha').spec] });
  await expect(rejection(Promise.resolve().then(() => tree.describe('alpah')))).resolves.toMatchObject({
    code: 'COPPICE_NOT_FOUND',
    message: expect.stringContaining(`did you mean 'alpha'`) as string,
  });
  await tree.stop();
});
