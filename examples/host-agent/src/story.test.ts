/** The story and the summary of real trees on a simulated clock. */
import { SimulatedClock, type Task, supervisor, task } from 'coppice';
import { drawTree } from './draw-tree.js';
import { Story } from './story.js';
import { plainStyle, styleFor, wrap } from './style.js';
import { Ledger, summaryTable } from './summary.js';

/** Runs until its signal says stop, or until it is told how to end. */
function puppet(id: string): { readonly spec: Task; fail: (message: string) => void } {
  const made = {
    spec: task({
      id,
      run: ({ fail, signal, log }) => {
        made.fail = (message) => fail(new Error(message));
        log.info('hello');
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    }),
    fail: (message: string): void => expect(message).toBe('never called before it runs'),
  };
  return made;
}

async function perform(
  strategy: 'one-for-one' | 'rest-for-one' | 'one-for-all',
  play: (a: ReturnType<typeof puppet>, clock: SimulatedClock) => Promise<unknown>,
) {
  const clock = new SimulatedClock();
  const lines: string[] = [];
  const story = new Story((line) => lines.push(line), plainStyle, clock);
  const ledger = new Ledger();
  const [a, b] = [puppet('a'), puppet('b')];
  const group = supervisor({
    id: 'group',
    restart: 'temporary',
    strategy,
    maxRestarts: 1,
    children: [a.spec, b.spec],
  });
  const root = supervisor({ id: 'root', children: [group] });
  const tree = root.handle({ clock, logger: story.logger });
  tree.on('event', (event) => {
    story.tell(event);
    ledger.note(event);
  });
  await tree.start();
  lines.length = 0;
  await play(a, clock);
  story.end();
  const told = [...lines];
  lines.length = 0;
  await tree.stop();
  return { told, atStop: lines, root, ledger };
}

test('a failure reads: why, what was decided, who is up again', async () => {
  const { told } = await perform('one-for-one', async (a, clock) => {
    await clock.advance(1500);
    a.fail('boom');
    await clock.advance(1000);
  });
  expect(told.filter((line) => !line.includes('hello'))).toEqual([
    '   1.50s ✗ group/a              crashed after 1.5 s: boom',
    '         ↻ group/a              restarting (1 of 1 in 5 s)',
    '         ▲ group/a              up again, incarnation 2',
  ]);
});

test('siblings that are restarted as well are told in one line each way', async () => {
  const { told } = await perform('one-for-all', async (a, clock) => {
    a.fail('boom');
    await clock.advance(1000);
  });
  const text = told.join('\n');
  expect(text).toContain('↻ group/a              restarting it and its siblings (1 of 1 in 5 s)');
  expect(text).toContain('■ group/b              stopped');
});

test('giving up, and what becomes of it', async () => {
  const { told, ledger } = await perform('one-for-one', async (a, clock) => {
    a.fail('one');
    await clock.advance(1000);
    a.fail('two');
    await clock.advance(1000);
  });
  const text = told.join('\n');
  expect(text).toContain('✗ group                gives up: 1 restart in 5 s did not help');
  expect(text).toContain('○ group                not started again (temporary); the others go on');
  expect(ledger).toMatchObject({ failures: 2, restarts: 1, gaveUp: 1 });
  expect(summaryTable(ledger).split('\n')).toEqual([
    '  child  incarnations  uptime  last end',
    '  group             1     1 s  gave up: two',
    '    a               2     1 s  two',
    '    b               1     1 s  stopped when group gave up',
    '',
    '  2 failures, 1 restart, gave up: 1, did not stop in time: 0',
  ]);
});

test('delays, what is parked, and who waits for whom', async () => {
  const clock = new SimulatedClock();
  const lines: string[] = [];
  const story = new Story((line) => lines.push(line), plainStyle, clock);
  const ledger = new Ledger();
  const broken = (id: string, more: object = {}) =>
    task({
      id,
      restart: 'permanent',
      ...more,
      run: async ({ sleep }) => {
        await sleep(100);
        throw new Error('boom');
      },
    });
  const children = [
    broken('a', {
      backoff: { minMs: 1_000, maxMs: 2_000 },
      maxRestarts: 1,
      giveUp: 'park',
      reviveAfterMs: 5_000,
    }),
    task({ id: 'b', bindsTo: ['a'], run: ({ sleep }) => sleep(60_000) }),
    broken('c', { classify: () => 'permanent', giveUp: 'park' }),
  ];
  const root = supervisor({ id: 'root', children });
  const tree = root.handle({ clock, random: () => 0 });
  tree.on('event', (event) => {
    story.tell(event);
    ledger.note(event);
  });
  await tree.start();
  await clock.advance(6_200);
  await tree.pause('c', { by: 'ada', reason: 'looking into it' });
  await tree.resume('c');
  story.end();
  await tree.stop();
  expect(lines.slice(0, -4).map((line) => line.slice(9))).toEqual([
    '▲ root                 up in 0 ms',
    '✗ a                    crashed after 100 ms: boom',
    '↻ a                    restarting in 1 s (1 of 1 in 5 s)',
    '■ b                    stopped',
    '… b                    waits for a',
    '✗ c                    crashed after 100 ms: boom',
    '✗ c                    gives up, as its error is permanent; parked: boom',
    '▲ root                 up again: a, b',
    '✗ a                    crashed after 100 ms: boom',
    '✗ a                    gives up; parked for 5 s: boom',
    '■ b                    stopped',
    '… b                    waits for a',
    '↻ a                    revived',
    '▲ root                 up again: a, b',
    '‖ c                    paused by ada (looking into it): not started again by itself',
    '▶ c                    resumed',
  ]);
  expect(ledger.gaveUp).toBe(2);
  expect(drawTree(root).split('\n')).toEqual([
    'root   one-for-one   up to 3 restarts in 5 s',
    '├─ a   task          up to 1 restart in 5 s, then parked',
    '├─ b   task',
    '└─ c   task',
  ]);
});

test('one that does not stop in time is told of when it is left behind, and when it has ended after all', async () => {
  const clock = new SimulatedClock();
  const lines: string[] = [];
  const story = new Story((line) => lines.push(line), plainStyle, clock);
  const ledger = new Ledger();
  const deaf = task({
    id: 'deaf',
    shutdownMs: 300,
    run: ({ attempt, fail, sleep }) => {
      if (attempt > 1) return sleep(60_000);
      fail(new Error('boom'));
      return new Promise<void>((resolve) => clock.setTimer(resolve, 1_000));
    },
  });
  const tree = supervisor({ id: 'root', children: [deaf] }).handle({ clock });
  tree.on('event', (event) => {
    story.tell(event);
    ledger.note(event);
  });
  await tree.start();
  await clock.advance(2_000);
  story.end();
  expect(lines.map((line) => line.slice(9))).toEqual([
    '▲ root                 up in 0 ms',
    '✗ deaf                 did not stop within 300 ms; not waited for any longer',
    '✗ deaf                 crashed after 300 ms: boom',
    '↻ deaf                 restarting (1 of 3 in 5 s)',
    '▲ deaf                 up again, incarnation 2',
    '○ deaf                 incarnation 1 has stopped after all',
  ]);
  expect(ledger.tooSlow).toBe(1);
  await tree.stop();
});

test('the application is quoted where it says what the events do not', () => {
  const lines: string[] = [];
  const story = new Story((line) => lines.push(line), plainStyle, new SimulatedClock());
  const say = (event: string, more: object = {}): void =>
    story.logger.error({ event: `application:${event}`, application: 'agent', ...more }, 'in its own words');
  say('ready');
  say('stopping', { because: 'stop() was called' });
  say('stopping', { because: 'SIGINT' });
  say('fault', { path: 'agent/collectors/cpu', err: new Error('threw in a timer') });
  say('gave-up');
  expect(lines.map((line) => line.slice(9))).toEqual([
    '● agent                SIGINT; once more to exit at once',
    '◆ collectors/cpu       contained: threw in a timer',
    '! agent                in its own words',
  ]);
});

test('the stop is told child by child, in order', async () => {
  const { atStop } = await perform('one-for-one', (_, clock) => clock.advance(2000));
  expect(atStop.map((line) => line.slice(9))).toEqual([
    '■ root                 stopping, the last started first',
    '■ group/b              stopped after 2 s',
    '■ group/a              stopped after 2 s',
    '■ group                stopped after 2 s',
    '■ root                 stopped',
  ]);
});

test('the tree is drawn from its declaration', async () => {
  const { root } = await perform('rest-for-one', () => Promise.resolve());
  expect(drawTree(root, plainStyle, { a: 'a puppet' }).split('\n')).toEqual([
    'root       one-for-one               up to 3 restarts in 5 s',
    '└─ group   rest-for-one, temporary   up to 1 restart in 5 s',
    '   ├─ a    task                      a puppet',
    '   └─ b    task',
  ]);
});

test('colour is for terminals, and not for those who do not want it', () => {
  expect(styleFor({ isTTY: true }, {}).bad('x')).toBe('\u001b[31mx\u001b[39m');
  expect(styleFor({ isTTY: true }, { NO_COLOR: '1' }).bad('x')).toBe('x');
  expect(styleFor({ isTTY: false }, {}).bad('x')).toBe('x');
});

test('a long text is broken between words', () => {
  expect(wrap('aa bb cc dddddd e', 5)).toEqual(['aa bb', 'cc', 'dddddd', 'e']);
});
