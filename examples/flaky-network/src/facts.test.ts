import type { SupervisionEvent, SupervisorSnapshot } from 'coppice';
import { censusOf } from './census.js';
import { type Sources, factsOf, reconnectsOf } from './facts.js';

const event = (type: string, path: string, at: number, more = {}) =>
  ({ type, path, at, id: path.slice(path.lastIndexOf('/') + 1), ...more }) as unknown as SupervisionEvent;

const accepted = (name: string, at: number, isWelcome = true) => ({ name, at, isWelcome });

test('reconnects are those of one fleet that were let in, from the return on', () => {
  const log = [
    accepted('net/a/1', 100),
    accepted('net/a/1', 210),
    accepted('net/a/2', 215, false),
    accepted('net/ab/1', 216),
    accepted('net/a/2', 234),
    accepted('net/a/1', 300), // was dropped and came again
  ];
  const range = { fleet: 'net/a', from: 200, to: 300, bucketMs: 10 };
  expect(reconnectsOf(log, range)).toEqual({ bucketMs: 10, counts: [0, 1, 0, 1], fullest: 2 });
});

test('what happened when decides where it counts', () => {
  const backingOff = (at: number, failures: number, path = 'net/a/1') =>
    event('child:backing-off', path, at, { failures, delayMs: 10, nextStartAt: at + 10 });
  const sources: Sources = {
    events: [
      backingOff(50, 1), // before the outage
      backingOff(100, 1),
      event('child:crashed', 'net/desk/feed', 101),
      event('child:start-failed', 'net/desk/feed', 102),
      backingOff(150, 2, 'net/a/2'),
      event('child:starting', 'net/a/2', 157),
      event('child:started', 'net/desk/feed', 250),
      event('child:crashed', 'net/a/2', 305, { uptimeMs: 7 }),
      event('child:crashed', 'net/a/1', 309, { uptimeMs: 55 }),
      backingOff(310, 3),
      event('child:crashed', 'net/desk/feed', 400),
      event('child:crashed', 'net/a/1', 400, { uptimeMs: 88 }),
      backingOff(400, 1),
      backingOff(450, 9),
    ],
    log: [accepted('net/a/1', 205), accepted('net/b/1', 219)],
    moments: { downAt: 100, upAt: 200, droppedAt: 300, blipAt: 400, blipEndedAt: 450 },
    meanwhile: { running: 2 },
    lagMs: 3,
    bucketMs: 10,
    backoffOf: () => ({ minMs: 10, maxMs: 10, factor: 1, jitter: 0, resetAfterMs: 1 }),
    one: 'net/a/1',
    desk: 'net/desk',
    fleets: { withJitter: 'net/a', withoutJitter: 'net/b' },
    report: { reason: { kind: 'normal' }, unstopped: [] } as unknown as Sources['report'],
    connections: 0,
  };
  const { one, delays, reconnects, desk, end } = factsOf(sources);
  const failures = (of: typeof one.outage) => of.map((each) => each.failures);
  expect([one.outage, one.dropped, one.blip].map(failures)).toEqual([[1], [3], [1]]);
  expect([one.droppedAfterMs, one.blipAfterMs]).toEqual([55, 88]);
  expect(delays).toEqual({ count: 6, allowed: 6, position: NaN, earliestMs: 3 });
  expect([reconnects.withJitter.counts, reconnects.withoutJitter.counts]).toEqual([[1], [0, 1]]);
  expect(desk.map(({ id, what }) => `${id} ${what}`)).toEqual(['feed crashed', 'feed started']);
  expect(end).toEqual({ kind: 'normal', unstopped: [], connections: 0 });
});

test('a census counts those of interest, on all levels', () => {
  const child = (id: string, status: string, below: object[] | null = null) => ({
    id,
    status,
    supervisor: below && { children: below },
  });
  const snapshot = {
    children: [
      child('inner', 'running', [child('c1', 'running'), child('c2', 'parked'), child('x', 'running')]),
      child('c3', 'parked'),
    ],
  } as unknown as SupervisorSnapshot;
  expect(censusOf(snapshot, ({ id }) => id.startsWith('c'))).toEqual({ running: 1, parked: 2 });
});
