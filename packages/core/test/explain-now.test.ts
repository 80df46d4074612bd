/** explain(child): what it says in each state, with a recorder and without. */
import {
  type RecorderOptions,
  Shutdown,
  SimulatedClock,
  type SupervisorOptions,
  dynamicSupervisor,
  ignore,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { deferred, forever, rejection, scripted } from './support/scripted.js';

const REFUSED = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
  code: 'ECONNREFUSED',
  syscall: 'connect',
  address: '127.0.0.1',
  port: 5432,
});

async function boot(options: Partial<SupervisorOptions>, recorder: boolean | RecorderOptions = true) {
  const clock = new SimulatedClock();
  const tree = supervisor({ id: 'app', children: [], ...options }).handle({
    clock,
    recorder,
    random: () => 0,
  });
  for (const name of ['supervisor:gave-up', 'supervisor:warning', 'supervisor:stopped'] as const)
    tree.on(name, () => {});
  await tree.start();
  return { tree, clock, settle: () => clock.advance(0) };
}

/** Both of a tree that is recorded and of one that is not. */
const BOTH = [true, false];

test.each(BOTH)(
  'a delay after a refusal, and what comes if that goes on (recorded: %s)',
  async (recorder) => {
    const poller = scripted('poller', { backoff: { minMs: 3_200, maxMs: 3_200 } });
    const feeds = supervisor({ id: 'feeds', maxRestarts: 5, withinMs: 60_000, children: [poller.spec] });
    const { tree, clock } = await boot({ children: [feeds] }, recorder);
    for (let i = 0; i < 3; i++) {
      await clock.advance(312);
      poller.crash(REFUSED);
      await clock.advance(i < 2 ? 3_200 : 0);
    }
    const text =
      'poller is backing off: its 3rd run ended after 312 ms with ECONNREFUSED 127.0.0.1:5432; next start in 3.2 s; it has ' +
      'failed 3 times in a row; 2 of 5 restarts of feeds left within 1 min; if it fails 3 more times within that time, ' +
      'feeds gives up and app restarts it.';
    expect(tree.explain('feeds/poller')).toBe(text);
    // However one names it.
    expect(tree.explain('app/feeds/poller')).toBe(text);
    expect(tree.supervisor(feeds).explain(poller.spec)).toBe(text);
    expect(tree.supervisor(feeds).explain('app/feeds/poller')).toBe(text);
    expect(tree.explain(feeds)).toBe(
      'feeds has been up for 7.3 s; none of its children is up (poller is backing off); 2 of 5 restarts left within 1 min; ' +
        'if 3 restarts more are needed within that time, feeds gives up and app restarts it.',
    );
    expect(tree.supervisor(feeds).explain()).toBe(tree.explain('feeds'));
  },
);

test('what was, if it was recorded, and if not', async () => {
  for (const recorder of BOTH) {
    const a = scripted('a');
    const { tree, clock } = await boot({ children: [a.spec] }, recorder);
    await clock.advance(500);
    a.crash(new Error('no disk'));
    await clock.advance(10_000);
    expect(tree.explain('a')).toBe(
      `a has been up for 10 s: its 1st run ended ${recorder ? 'after 500 ms ' : ''}with "no disk"` +
        `${recorder ? ', 10 s ago' : ''}; 3 of 3 restarts of app left within 5 s; ` +
        'if it fails 4 more times within that time, app gives up and everything ends.',
    );
  }
});

describe('what comes next', () => {
  /** The end of what is said of a child. */
  const next = (tree: { explain(child: string): string }, path: string): string =>
    tree.explain(path).split('; ').at(-1)!;

  test('its own limit, and what its giveUp says', async () => {
    const limit = { maxRestarts: 1, withinMs: 60_000, backoff: { minMs: 100, maxMs: 2_000 } } as const;
    const { tree } = await boot({
      children: [
        scripted('parks', { ...limit, giveUp: 'park' }).spec,
        scripted('revives', { ...limit, giveUp: 'park', reviveAfterMs: 600_000 }).spec,
        scripted('tries', { ...limit, giveUp: 'keep-trying' }).spec,
        scripted('exits', { ...limit, giveUp: 'exit' }).spec,
        scripted('escalates', { ...limit, giveUp: 'escalate' }).spec,
      ],
    });
    const when = 'if it fails 2 more times within that time,';
    expect(next(tree, 'parks')).toBe(`${when} it is parked until somebody starts it.`);
    expect(next(tree, 'revives')).toBe(`${when} it is parked for 10 min.`);
    expect(next(tree, 'tries')).toBe(`${when} it is tried again for ever, every 2 s at most.`);
    expect(next(tree, 'exits')).toBe(`${when} it gives up and everything ends.`);
    expect(next(tree, 'escalates')).toBe(`${when} app gives up and everything ends.`);
    expect(tree.explain('parks')).toContain('; 1 of 1 restart left within 1 min;');
    expect(tree.explain('exits', { whenAllEnds: 'the process exits with code 1' })).toContain(
      'it gives up and the process exits with code 1.',
    );
  });

  test('up the tree: restarted, with whom, not at all, or no restart left there either', async () => {
    const below = (id: string, options: object) =>
      supervisor({ id, maxRestarts: 0, children: [scripted('x').spec], ...options });
    const { tree } = await boot({
      strategy: 'one-for-all',
      autoShutdown: 'any-significant',
      children: [
        below('kept', { restart: 'transient' }),
        below('gone', { restart: 'temporary' }),
        below('significant', { restart: 'transient', significant: true }),
        below('parked', { giveUp: 'park' }),
        supervisor({ id: 'tight', maxRestarts: 0, children: [below('deep', {})] }),
      ],
    });
    const when = 'if it fails once more within that time,';
    expect(next(tree, 'kept/x')).toBe(`${when} kept gives up and stays down, since it is transient.`);
    expect(next(tree, 'gone/x')).toBe(`${when} gone gives up and is gone, since it is temporary.`);
    expect(next(tree, 'significant/x')).toBe(
      `${when} significant gives up, and app shuts itself down, since significant is significant.`,
    );
    expect(next(tree, 'parked/x')).toBe(`${when} parked gives up and is parked until somebody starts it.`);
    expect(next(tree, 'tight/deep/x')).toBe(
      `${when} deep gives up, and since tight has no restart left, tight gives up and app restarts it with all its siblings.`,
    );
  });

  test('what is said there is what happens', async () => {
    const x = scripted('x');
    const deep = supervisor({ id: 'deep', maxRestarts: 0, children: [x.spec] });
    const { tree, settle } = await boot({
      children: [supervisor({ id: 'tight', maxRestarts: 0, children: [deep] })],
    });
    x.crash();
    await settle();
    expect(tree.supervisor('tight/deep').child('x')?.status).toBe('running');
    expect(tree.explain('tight')).toContain('tight has been up for');
    expect(tree.explain('tight')).toContain(
      'it gave up just now, since deep needed one restart more than its limit of 0 restarts',
    );
  });

  test('without a limit, temporary, paused, past its limit', async () => {
    const { tree, settle } = await boot({
      maxRestarts: Infinity,
      children: [
        scripted('free').spec,
        scripted('brief', { restart: 'temporary' }).spec,
        scripted('held').spec,
      ],
    });
    await tree.pause('held', { by: 'ann', reason: 'new\ndisk' });
    await settle();
    expect(next(tree, 'free')).toBe('it is started again however often it fails.');
    expect(next(tree, 'brief')).toBe('it is temporary: when it ends it is not started again.');
    expect(tree.explain('held')).toBe(
      'held has been up for 0 ms; its restarts were paused by ann just now (new disk); if it ends it stays down until ' +
        'the pause is over.',
    );
    const slow = scripted('slow', {
      maxRestarts: 0,
      giveUp: 'keep-trying',
      backoff: { minMs: 100, maxMs: 5_000 },
    });
    const tries = await boot({ children: [slow.spec] });
    slow.crash();
    await tries.settle();
    expect(next(tries.tree, 'slow')).toBe('it is past its limit, and is tried again for ever.');
  });
});

describe('each state', () => {
  test('not started, starting, up', async () => {
    const gate = deferred();
    const a = scripted('a', { onStart: () => gate.promise, startTimeoutMs: 60_000 });
    const clock = new SimulatedClock();
    const tree = supervisor({ id: 'app', withinMs: 1e6, children: [a.spec, scripted('b').spec] }).handle({
      clock,
    });
    expect(tree.explain()).toBe(
      'app has not been started yet; 3 of 3 restarts left within 16 min 40 s; if 4 restarts more are needed within that time, app gives up and everything ends.',
    );
    const started = tree.start();
    await clock.advance(3_000);
    expect(tree.explain('a')).toContain('a is starting, since 3 s of the 1 min that it may take; 3 of 3');
    expect(tree.explain('b')).toBe('b has not been started yet.');
    expect(tree.explain()).toContain(
      'app is starting (it began 3 s ago); none of its children is up (a is starting, b is down);',
    );
    gate.resolve();
    await started;
    await clock.advance(125_000);
    expect(tree.explain('a')).toContain('a has been up for 2 min 5 s;');
    expect(tree.explain()).toContain('app is up (it was started 2 min 8 s ago); both its children are up;');
  });

  test('parked, and revived later', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'park' });
    const b = scripted('b', { maxRestarts: 0, giveUp: 'park', reviveAfterMs: 600_000 });
    const { tree, clock, settle } = await boot({ children: [a.spec, b.spec] });
    a.crash();
    b.crash();
    await settle();
    await clock.advance(60_000);
    expect(tree.explain('a')).toBe(
      'a has given up, and is parked until somebody starts it: its 1st run ended after 0 ms with "a crashed".',
    );
    expect(tree.explain('b')).toBe(
      'b has given up, and is parked: its 1st run ended after 0 ms with "b crashed"; it is started again in 9 min.',
    );
  });

  test('waiting for another, and for its group', async () => {
    const a = scripted('a', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
    const one = await boot({ children: [a.spec, scripted('b', { bindsTo: ['a'] }).spec] });
    a.crash();
    await one.settle();
    expect(one.tree.explain('b')).toContain('b is down, and waits for a, which is backing off: its 1st run');
    const c = scripted('c', { backoff: { minMs: 1_000, maxMs: 1_000 }, maxRestarts: Infinity });
    const group = await boot({ strategy: 'one-for-all', children: [c.spec, scripted('d').spec] });
    c.crash();
    await group.settle();
    expect(group.tree.explain('d')).toContain('d is down, and waits for c, which is backing off');
  });

  test('paused and down', async () => {
    const a = scripted('a');
    const { tree, clock, settle } = await boot({ children: [a.spec] });
    await tree.pause('a', { by: 'ann' });
    a.crash();
    await settle();
    await clock.advance(90_000);
    expect(tree.explain('a')).toBe(
      'a is down, and would be started again if its restarts were not paused: its 1st run ended after 0 ms with "a ' +
        'crashed"; its restarts were paused by ann 1 min 30 s ago.',
    );
  });

  test.each(BOTH)('stopping, by force, and abandoned (recorded: %s)', async (recorder) => {
    const a = scripted('a', { onStop: forever, shutdownMs: 1_000, kill: forever });
    const { tree, clock } = await boot({ children: [a.spec, scripted('b').spec] }, recorder);
    const done = tree.terminateChild('a', { by: 'bob' });
    expect(tree.explain('a')).toBe('a was asked to stop, and is stopping.');
    await clock.advance(1_000);
    expect(tree.explain('a')).toBe('a is being ended by force, since its time to stop is over.');
    await clock.advance(1_000);
    await done;
    expect(tree.explain('a')).toBe(
      `a is down, since it was asked to stop: its 1st run ended${recorder ? ' after 2 s' : ''}, since it did not stop in time; ` +
        'its 1st run did not end in time, and still goes on.',
    );
    expect(tree.explain('b')).not.toContain('still goes on');
    await tree.stop();
  });

  test('why it stops and stopped, where there is a history', async () => {
    const gate = deferred();
    const a = scripted('a', { onStop: (attempt) => (attempt === 2 ? gate.promise : undefined) });
    const { tree, settle } = await boot({ children: [a.spec] });
    a.crash();
    await settle();
    const done = tree.terminateChild('a', { by: 'bob' });
    expect(tree.explain('a')).toContain('a is stopping, since somebody asked for that (bob): its 1st run');
    gate.resolve();
    await done;
    expect(tree.explain('a')).toBe(
      'a is down, since somebody asked for that (bob): its 2nd run was stopped after 0 ms, since somebody asked for that (bob).',
    );
  });

  test('cleaning up; ended while its supervisor is busy; the next attempt is due', async () => {
    const a = scripted('a', { onStop: forever });
    const one = await boot({ children: [a.spec] });
    a.crash();
    await one.settle();
    expect(one.tree.explain('a')).toContain('a has ended, and is cleaning up');

    const b = scripted('b', { onStop: forever });
    const c = scripted('c');
    const two = await boot({ children: [b.spec, c.spec] });
    void two.tree.terminateChild('b');
    c.crash();
    await two.settle();
    expect(two.tree.explain('c')).toContain('c has just ended, and its supervisor, which is busy');

    const d = scripted('d', {
      onStart: (attempt) => {
        if (attempt > 1) throw new Error('no');
      },
    });
    const three = await boot({ maxRestarts: Infinity, children: [d.spec] });
    d.crash();
    await Promise.resolve();
    await Promise.resolve();
    expect(three.tree.explain('d')).toBe(
      'd has failed to start, and the next attempt is due: its 2nd start failed with "no"; it is started again however ' +
        'often it fails.',
    );
    await three.tree.stop();
  });

  test('down for good: done, by choice, refused, called off', async () => {
    const done = task({ id: 'done', restart: 'transient', run: () => {} });
    const chose = task({ id: 'chose', restart: 'transient', run: () => new Shutdown('enough') });
    const fails = scripted('fails', {
      onStart: (attempt) => (attempt > 1 ? Promise.reject(new Error('no')) : 1),
    });
    const { tree } = await boot({ children: [done, chose, fails.spec] });
    expect(tree.explain('done')).toBe(
      'done is down, since it is transient, and did not fail: its 1st run ended, as it was done.',
    );
    expect(tree.explain('chose')).toContain('its 1st run ended, as it chose to: enough.');
    await tree.terminateChild('fails');
    await rejection(tree.restartChild('fails'));
    expect(tree.explain('fails')).toBe(
      'fails is down, since it did not start, which whoever asked for that was told: its 2nd start failed with "no".',
    );
  });

  test('heartbeats; a boot that goes on', async () => {
    const a = task({ id: 'a', staleAfterMs: 60_000, maxRestarts: Infinity, run: forever, shutdownMs: 0 });
    const b = scripted('b', {
      boot: 'degraded',
      backoff: { minMs: 1_000, maxMs: 1_000 },
      onStart: () => Promise.reject(new Error('cold')),
    });
    const { tree, clock } = await boot({ maxRestarts: Infinity, children: [a, b.spec] });
    expect(tree.explain('b')).toContain(
      'b is backing off: its 1st start failed with "cold"; next start in 1 s; it has not come up since its supervisor started',
    );
    await clock.advance(20_000);
    expect(tree.explain('a')).toContain('its last heartbeat was 20 s ago, and it is stale after 1 min;');
    await tree.stop();
  });
});

describe('a supervisor', () => {
  test.each(BOTH)(
    'why it gave up, while it is up again and when it is down (recorded: %s)',
    async (recorder) => {
      const a = scripted('a');
      const b = scripted('b');
      const up = supervisor({ id: 'up', maxRestarts: 0, children: [a.spec] });
      const down = supervisor({ id: 'down', restart: 'transient', maxRestarts: 0, children: [b.spec] });
      const { tree, clock } = await boot({ children: [up, down] }, recorder);
      await clock.advance(10_000);
      a.crash(new Error('no disk'));
      b.crash(new Error('no net'));
      await clock.advance(60_000);
      const why = (id: string, error: string): string =>
        recorder
          ? `it gave up 1 min ago, since ${id} needed one restart more than its limit of 0 restarts within 5 s allows: ${error}`
          : `it gave up, since '${id}' needed one restart more than the 0 allowed within 5000 ms: ${error}`;
      expect(tree.explain('up')).toContain(`its child is up; ${why('a', 'no disk')};`);
      expect(tree.explain('down')).toContain(
        'down is down, since it is transient, and giving up counts as a shutdown: its',
      );
      expect(tree.explain('down')).toContain(why('b', 'no net'));
      expect(tree.explain('down/b')).toContain('b is down, as is its supervisor');
      expect(tree.explain('down/b')).toContain('. down is down, since it is transient');
    },
  );

  test('one whose child gave up', async () => {
    const a = scripted('a', { maxRestarts: 0, giveUp: 'escalate' });
    const { tree, settle } = await boot({ children: [supervisor({ id: 'sub', children: [a.spec] })] });
    a.crash(new Error('no disk'));
    await settle();
    expect(tree.explain('sub')).toContain('it gave up just now, since a did: no disk;');
  });

  test.each(BOTH)('the root: stopped by somebody, or given up (recorded: %s)', async (recorder) => {
    const a = scripted('a');
    const { tree } = await boot({ children: [a.spec] }, recorder);
    await tree.stop({ by: 'SIGTERM' });
    expect(tree.explain()).toBe('app has ended, since somebody asked for that (SIGTERM).');
    expect(tree.explain('a')).toContain('app has ended, since somebody asked for that (SIGTERM).');
    const b = scripted('b');
    const other = await boot({ maxRestarts: 0, children: [b.spec] }, recorder);
    b.crash(new Error('no disk'));
    await other.settle();
    expect(other.tree.explain()).toMatch(/^app has ended, since it gave up; it gave up.*: no disk\.$/);
  });

  test('one that is still starting, in one that is starting: what its children are at, and what its end would mean', async () => {
    const clock = new SimulatedClock();
    const told = async (options: object): Promise<string> => {
      const gate = deferred();
      const a = scripted('a', { onStart: () => gate.promise });
      const sub = supervisor({ id: 'sub', maxRestarts: 0, children: [a.spec], ...options });
      const tree = supervisor({ id: 'app', children: [sub] }).handle({ clock });
      const started = tree.start().catch(() => {});
      await clock.advance(1_000);
      const text = tree.explain('sub');
      gate.resolve();
      await Promise.all([started, tree.stop()]);
      return text;
    };
    const fails = 'sub gives up, so that app does not start';
    expect(await told({})).toContain('none of its children is up (a is starting);');
    expect(await told({})).toContain(fails);
    expect(await told({ boot: 'retry', backoff: { minMs: 100, maxMs: 100 } })).toContain(
      'sub gives up and app restarts it',
    );
  });

  test('many children, all up', async () => {
    const children = Array.from({ length: 7 }, (_, i) => scripted(`c${i}`).spec);
    expect((await boot({ children })).tree.explain()).toContain('all its 7 children are up;');
  });

  test('many children: the first of those that are not up', async () => {
    const children = Array.from({ length: 9 }, (_, i) =>
      service({ id: `c${i}`, start: () => (i < 2 ? 1 : ignore) }),
    );
    const { tree } = await boot({ children });
    expect(tree.explain()).toContain(
      '2 of its 9 children are up (c2 is down, c3 is down, c4 is down, c5 is down, c6 is down, and 2 more);',
    );
  });
});

describe('what is not there', () => {
  test('a dynamic child that has gone, as recorded', async () => {
    const pool = dynamicSupervisor({
      id: 'pool',
      child: task({ id: 'conn', restart: 'temporary', run: () => Promise.reject(REFUSED) }),
    });
    const { tree, settle } = await boot({ children: [pool] });
    await tree.supervisor(pool).startChild({});
    await settle();
    expect(tree.explain('pool/conn#1')).toBe(
      'conn#1 is no longer there (it ended, and was not to be started again); its 1st run ended after 0 ms with ' +
        'ECONNREFUSED 127.0.0.1:5432.',
    );
    await tree
      .supervisor(pool)
      .startChild({ id: 'other', spec: scripted('other', { restart: 'temporary' }).spec })
      .catch(() => {});
  });

  test('a child of a supervisor that was never started', async () => {
    const failing = scripted('failing', {
      boot: 'degraded',
      onStart: () => Promise.reject(new Error('no')),
      backoff: { minMs: 1_000, maxMs: 1_000 },
    });
    const sub = supervisor({ id: 'sub', bindsTo: ['failing'], children: [scripted('x').spec] });
    const { tree } = await boot({ maxRestarts: Infinity, children: [failing.spec, sub] });
    expect(tree.explain('sub/x')).toBe(
      'x is not there, as its supervisor is not. sub is down, and waits for failing, which is backing off.',
    );
    expect(() => tree.explain('sub/y')).toThrow(expect.objectContaining({ code: 'COPPICE_NOT_FOUND' }));
    await tree.stop();
  });

  test('nothing of that name', async () => {
    const { tree } = await boot({ children: [scripted('alpha').spec] });
    expect(() => tree.explain('alpah')).toThrow(
      expect.objectContaining({
        code: 'COPPICE_NOT_FOUND',
        message: expect.stringContaining("did you mean 'alpha'"),
      }),
    );
    expect(() => tree.explain(7 as never)).toThrow(
      expect.objectContaining({ code: 'COPPICE_INVALID_ARGUMENT' }),
    );
    expect(() => tree.explain('alpha', { whenAllEnd: 'x' } as never)).toThrow(
      expect.objectContaining({ code: 'COPPICE_INVALID_ARGUMENT' }),
    );
  });
});

test('what others wrote stays on one line', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ children: [a.spec] });
  a.crash(new Error('refused', { cause: new Error(`no\n\u001B[31mroute ${'x'.repeat(500)}`) }));
  await settle();
  expect(tree.explain('a')).toContain('with "no [31mroute xxx');
  expect(tree.explain('a').length).toBeLessThan(500);
});

test('a cause that is no error is none to tell', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ children: [a.spec] });
  a.crash(new Error('no prices', { cause: { status: 503 } }));
  await settle();
  expect(tree.explain('a')).toContain('with "no prices"');
});

test('a file that is not there', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ children: [a.spec] });
  a.crash(
    Object.assign(new Error("ENOENT: no such file or directory, open '/etc/feeds'"), {
      code: 'ENOENT',
      syscall: 'open',
      path: '/etc/feeds',
    }),
  );
  await settle();
  expect(tree.explain('a')).toContain('with ENOENT /etc/feeds');
});
