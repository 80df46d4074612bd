/** Each claim has to fail when what it says is not so: here are facts under which all hold, and one lie after the other. */
import { type Claim, claimsOf } from './claims.js';
import type { Delay } from './delays.js';
import type { Facts } from './facts.js';
import type { Parking } from './parkings.js';

const delay = (failures: number, delayMs: number): Delay => {
  const maxMs = Math.min(1_600, 100 * 2 ** (failures - 1));
  const allowed = { minMs: maxMs / 2, maxMs };
  return { path: 'net/a/1', at: failures, failures, delayMs, allowed, waitedMs: delayMs };
};

const parking = (path: string, more: Partial<Parking>): Parking => ({
  path,
  because: 'limit',
  error: 'refused',
  attempts: 3,
  parkedAt: 0,
  reviveAt: 1_000,
  revivedBy: 'revive',
  revivedAt: 1_001,
  ...more,
});

const guests = ['g1', 'g2', 'g3'].map((path) => parking(path, {}));
const misconfigured = parking('m', {
  because: 'permanent',
  attempts: 1,
  reviveAt: null,
  revivedBy: 'request',
});
const [down, up] = [
  [
    { id: 'feed', what: 'crashed' },
    { id: 'alerts', what: 'stopped' },
    { id: 'prices', what: 'stopped' },
  ],
  [
    { id: 'feed', what: 'started' },
    { id: 'prices', what: 'started' },
    { id: 'alerts', what: 'started' },
  ],
] as const;

const FACTS: Facts = {
  one: {
    outage: [delay(1, 80), delay(2, 150), delay(3, 220), delay(4, 700), delay(5, 1_600), delay(6, 900)],
    dropped: [delay(7, 1_000)],
    blip: [delay(1, 60), delay(2, 120)],
    droppedAfterMs: 900,
    blipAfterMs: 2_600,
  },
  delays: { count: 9, allowed: 9, position: 0.52, earliestMs: 0.5 },
  reconnects: {
    withJitter: { bucketMs: 100, counts: [10, 20, 10], fullest: 20 },
    withoutJitter: { bucketMs: 100, counts: [0, 0, 40], fullest: 40 },
  },
  parkings: [...guests, misconfigured],
  lagMs: 12,
  meanwhile: { running: 81, parked: 4 },
  desk: [...down, ...up],
  end: { kind: 'normal', unstopped: [], connections: 0 },
};
const TERMS = {
  clients: 40,
  backoff: { minMs: 100, maxMs: 1_600, resetAfterMs: 2_500 },
  reviveAfterMs: 1_000,
};

const failing = (facts: Facts): string[] =>
  claimsOf(facts, TERMS)
    .filter(({ holds }: Claim) => holds === false)
    .map(({ claim }) => claim);

test('all hold', () => {
  expect(failing(FACTS)).toEqual([]);
});

const { one, delays, reconnects, end } = FACTS;
const LIES: [string, string, Partial<Facts>][] = [
  [
    'a delay shrinks',
    'Delays grow',
    {
      one: {
        ...one,
        outage: one.outage.map((each) => (each.failures === 2 ? { ...each, delayMs: 70 } : each)),
      },
    },
  ],
  [
    'there are too few to see them grow',
    'Delays grow',
    { one: { ...one, outage: one.outage.slice(0, 3), dropped: [delay(4, 700)] } },
  ],
  ['a failure is not counted', 'Delays grow', { one: { ...one, outage: [...one.outage, delay(6, 900)] } }],
  ['one delay is outside its range', 'They stay within jitter', { delays: { ...delays, allowed: 8 } }],
  ['one was not waited out', 'They stay within jitter', { delays: { ...delays, earliestMs: 5 } }],
  ['there were no delays', 'They stay within jitter', { delays: { ...delays, count: 0, allowed: 0 } }],
  ['there is no jitter', 'They stay within jitter', { delays: { ...delays, position: 1 } }],
  ['its run was too short', 'A healthy one does', { one: { ...one, blipAfterMs: 2_400 } }],
  ['it counts anew too early', 'A short run cures nothing', { one: { ...one, dropped: [delay(1, 80)] } }],
  ['it never failed again', 'A short run cures nothing', { one: { ...one, dropped: [] } }],
  ['it goes on counting', 'A healthy one does', { one: { ...one, blip: [delay(8, 900)] } }],
  [
    'it begins with a long delay',
    'A healthy one does',
    { one: { ...one, blip: [{ ...delay(1, 60), delayMs: 900 }] } },
  ],
  [
    'all come back at once',
    'No storm at the return',
    { reconnects: { ...reconnects, withJitter: { bucketMs: 100, counts: [0, 40], fullest: 40 } } },
  ],
  [
    'one does not come back',
    'No storm at the return',
    { reconnects: { ...reconnects, withJitter: { bucketMs: 100, counts: [19, 20], fullest: 20 } } },
  ],
  [
    'a wrong token is tried twice',
    'Permanent errors park',
    { parkings: [...guests, { ...misconfigured, attempts: 2 }] },
  ],
  [
    'nobody mended it',
    'Permanent errors park',
    { parkings: [...guests, { ...misconfigured, revivedBy: undefined }] },
  ],
  [
    'a guest stays away',
    'So does a limit',
    { parkings: [...guests.slice(1), parking('g1', { revivedAt: undefined }), misconfigured] },
  ],
  [
    'a guest comes back too early',
    'So does a limit',
    { parkings: [...guests.slice(1), parking('g1', { revivedAt: 900 }), misconfigured] },
  ],
  ['others are down as well', 'The others run on', { meanwhile: { running: 80, parked: 4 } }],
  ['nobody is parked', 'The others run on', { meanwhile: { running: 85 } }],
  [
    'a sibling falls, too',
    'The bound fall together',
    { desk: [...down, { id: 'clock', what: 'stopped' }, ...up] },
  ],
  ['one starts before its ground', 'The bound fall together', { desk: [...down, up[0], up[2], up[1]] }],
  ['a connection is left', 'A clean end', { end: { ...end, connections: 1 } }],
  ['a child did not stop', 'A clean end', { end: { ...end, unstopped: ['net/a/1'] } }],
  ['the tree has crashed', 'A clean end', { end: { ...end, kind: 'crash' } }],
];

test.each(LIES)('%s: "%s" does not hold', (_lie, claim, lie) => {
  expect(failing({ ...FACTS, ...lie })).toEqual([claim]);
});

const untold = (facts: Facts): string[] =>
  claimsOf(facts, TERMS)
    .filter(({ holds }) => holds === undefined)
    .map(({ claim }) => claim);

test('where the machine was too busy to tell, nothing is claimed, and it says so', () => {
  expect(untold(FACTS)).toEqual([]);
  const late = { ...FACTS, lagMs: 80, reconnects: { ...reconnects, withJitter: reconnects.withoutJitter } };
  expect(untold(late)).toEqual(['No storm at the return']);
  expect(untold({ ...FACTS, one: { ...one, droppedAfterMs: 2_500 } })).toEqual(['A short run cures nothing']);
});

test('that somebody does not come back at all is no matter of being busy', () => {
  const withJitter = { bucketMs: 100, counts: [19, 20], fullest: 20 };
  expect(failing({ ...FACTS, lagMs: 80, reconnects: { ...reconnects, withJitter } })).toEqual([
    'No storm at the return',
  ]);
});

test('where the delays hardly differ, nothing is claimed of storms', () => {
  const crowd = { ...FACTS, reconnects: { ...reconnects, withJitter: reconnects.withoutJitter } };
  expect(failing(crowd)).toEqual(['No storm at the return']);
  const short = claimsOf(crowd, { ...TERMS, backoff: { ...TERMS.backoff, maxMs: 400 } });
  expect(short.find(({ claim }) => claim === 'No storm at the return')).toMatchObject({
    holds: undefined,
    shown: expect.stringContaining('delays differ by'),
  });
});
