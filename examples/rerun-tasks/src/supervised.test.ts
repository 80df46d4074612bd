import { simulatedWorld } from '../test/simulated-world.js';
import { Counters } from './counters.js';
import { narrate, supervised, verdict } from './supervised.js';
import { type Job, TICKERS, jobsOf } from './work.js';

async function run(ms: number) {
  const world = simulatedWorld();
  const { clock } = world;
  const tree = supervised(jobsOf(TICKERS, world)).handle({ clock });
  const crashes: string[] = [];
  tree.on('child:crashed', ({ id }) => crashes.push(id));
  narrate(tree, world.say);
  await tree.start();
  await clock.advance(ms);
  world.say('stop');
  const stopping = tree.stop();
  await clock.advance(100);
  const report = await stopping;
  world.say(verdict(report));
  return { ...world, report, crashes };
}

test('the failure is told, and the task is started again with its arguments', async () => {
  const { lines, counters } = await run(1_500);
  expect(lines.filter((line) => line.includes('flaky') && !line.includes('('))).toEqual([
    '0: flaky runs',
    '620: flaky crashed: no answer at tick 4',
    '620: flaky runs again',
    '1240: flaky crashed: no answer at tick 4',
    '1240: flaky runs again',
    '1540: flaky stopped, as it was asked to',
  ]);
  // Each run has the interval and the weakness that its ticker was given.
  expect(counters.runsOf('flaky')).toEqual([4, 4, 1]);
});

test('the others are not disturbed: one run each, from 1 on without a gap', async () => {
  const { counters } = await run(60_000);
  expect(counters.gaps).toBe(0);
  expect(counters.runsOf('fast')).toEqual([600]);
  expect(counters.runsOf('slow')).toEqual([150]);
  expect(counters.runsOf('flaky')).toHaveLength(97);
});

test('at the end everything is cancelled and awaited, in reverse order, and none of it is a crash', async () => {
  const { lines, report, crashes } = await run(1_500);
  expect(lines.slice(lines.indexOf('1500: stop'))).toEqual([
    '1500: stop',
    '1520: (slow is closed)',
    '1520: slow stopped, as it was asked to',
    '1540: (flaky is closed)',
    '1540: flaky stopped, as it was asked to',
    '1560: (fast is closed)',
    '1560: fast stopped, as it was asked to',
    '1600: over: everything is closed',
  ]);
  expect(report).toEqual({ reason: { kind: 'shutdown' }, unstopped: [] });
  expect(crashes).toEqual(['flaky', 'flaky']);
});

test('what cannot work is given up, and what does not stop is named', async () => {
  const { clock, say } = simulatedWorld();
  const hopeless: Job = { name: 'hopeless', run: () => Promise.reject(new Error('no network')) };
  const tree = supervised([hopeless]).handle({ clock });
  narrate(tree, say);
  const whenStopped = tree.whenStopped();
  await tree.start();
  await clock.advance(0);
  expect(verdict(await whenStopped)).toBe('over: gave up');

  const deaf = supervised([{ name: 'deaf', run: () => new Promise(() => {}) }]).handle({ clock });
  await deaf.start();
  const stopping = deaf.stop();
  await clock.advance(5_000);
  expect(verdict(await stopping)).toBe('over: everything is closed, except jobs/deaf');
});

test('the counters would show a jump', () => {
  const counters = new Counters();
  for (const count of [1, 2, 4, 1, 2]) counters.ticked('a', count);
  expect([counters.gaps, counters.runsOf('a')]).toEqual([1, [4, 2]]);
  expect(counters.lines()).toEqual(['a      2 runs  ticks 1..4, 1..2']);
});
