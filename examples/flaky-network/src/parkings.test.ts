import type { SupervisionEvent } from 'coppice';
import { parkingsIn } from './parkings.js';

let at = 0;
const event = (type: string, path: string, more = {}) =>
  ({ type, path, at: at++, ...more }) as unknown as SupervisionEvent;
const gaveUp = (path: string, giveUp: string, because: string, reviveAt: number | null) =>
  event('child:gave-up', path, {
    giveUp,
    because,
    reviveAt,
    error: { name: 'CoppiceError', message: 'gave up', cause: { name: 'Error', message: 'refused' } },
  });

beforeEach(() => (at = 0));

test('who is parked, after how many attempts, and who brought it back when', () => {
  const events = [
    event('child:starting', 'a'),
    event('child:started', 'a'),
    event('child:starting', 'a'), // 2
    event('child:starting', 'b'),
    event('child:starting', 'a'),
    gaveUp('a', 'park', 'limit', 900), // 5
    gaveUp('b', 'park', 'permanent', null),
    event('child:restarting', 'c', { because: 'exit' }),
    event('child:restarting', 'a', { because: 'revive' }), // 8
    event('child:starting', 'a'),
  ];
  const common = { error: 'refused', revivedBy: undefined, revivedAt: undefined };
  expect(parkingsIn(events)).toEqual([
    {
      ...common,
      path: 'a',
      because: 'limit',
      attempts: 2,
      parkedAt: 5,
      reviveAt: 900,
      revivedBy: 'revive',
      revivedAt: 8,
    },
    { ...common, path: 'b', because: 'permanent', attempts: 1, parkedAt: 6, reviveAt: null },
  ]);
});

test('to give up otherwise is not to be parked, and a second time is another one', () => {
  const events = [
    event('child:starting', 'a'),
    gaveUp('a', 'keep-trying', 'limit', null),
    gaveUp('b', 'park', 'limit', 7),
    event('child:restarting', 'b', { because: 'request' }),
    event('child:starting', 'b'),
    gaveUp('b', 'park', 'limit', 9),
  ];
  expect(parkingsIn(events).map(({ path, attempts, revivedBy }) => [path, attempts, revivedBy])).toEqual([
    ['b', 0, 'request'],
    ['b', 1, undefined],
  ]);
});
