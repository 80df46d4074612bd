/** What is said of a child in each state that it can be in, and of many. */
import type { ChildSnapshot } from '@coppice/core';
import { wordsFor, wordsForMany } from '../../src/health/words.js';

const NOW = 10_000;
const said = (child: Partial<ChildSnapshot>): string =>
  wordsFor({ incarnation: 1, failures: 1, nextStartAt: null, bindsTo: [], ...child } as ChildSnapshot, NOW);

test.each<[Partial<ChildSnapshot>, string]>([
  [{ status: 'starting' }, 'is starting'],
  [{ status: 'stopping' }, 'is stopping'],
  [{ status: 'killing' }, 'is being stopped by force'],
  [{ status: 'exited' }, 'has just ended, and what follows is not decided yet'],
  [{ status: 'restarting' }, 'did not start again; the next attempt is due'],
  [{ status: 'backing-off', nextStartAt: NOW + 1_001 }, 'has failed, and is started again in 2 s'],
  [{ status: 'backing-off', failures: 3 }, 'has failed 3 times in a row, and is started again'],
  [{ status: 'backing-off', nextStartAt: NOW + 1_000 }, 'has failed, and is started again in 1 s'],
  [{ status: 'backing-off', nextStartAt: NOW + 70.2 }, 'has failed, and is started again in 71 ms'],
  [{ status: 'backing-off', nextStartAt: NOW - 5 }, 'has failed, and is started again in 0 ms'],
  [{ status: 'waiting' }, 'waits to be started with its siblings'],
  [{ status: 'waiting', bindsTo: ['a', 'b'] }, 'waits until all that it is bound to is up (a, b)'],
  [
    { status: 'paused' },
    'has ended while its restarts are paused: it is not started again until that is over',
  ],
  [{ status: 'parked' }, 'has given up: it is not started again by itself'],
  [{ status: 'parked', nextStartAt: NOW + 60_000 }, 'has given up: it is revived in 60 s'],
  [{ status: 'stopped' }, 'is down'],
  [{ status: 'stopped', incarnation: 0 }, 'was not started yet'],
])('%j', (child, words) => {
  expect(said(child)).toBe(words);
});

test.each([
  ['starting', '2 of these are starting'],
  ['stopping', '2 of these are stopping'],
  ['killing', '2 of these are being stopped by force'],
  ['exited', '2 of these are down, which was just seen'],
  ['restarting', '2 of these are down, and started again at once'],
  ['backing-off', '2 of these are down, and started again later'],
  ['waiting', '2 of these are down, and waiting for others'],
  ['paused', '2 of these are down, with restarts paused'],
  ['parked', '2 of these are down, having given up'],
] as const)('many that are %s', (status, words) => {
  expect(wordsForMany(status, 2)).toBe(words);
  expect(wordsForMany(status, 1)).toBe(words.replace('2 of these are', '1 of these is'));
});
