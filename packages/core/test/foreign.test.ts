/** What comes from elsewhere as a snapshot or an event is taken for one only if all is there that others rely on. */
import { supervisor } from '@coppice/core';
import { isEvent, isSnapshot } from '../src/engine/foreign.js';
import { boot, forever, scripted } from './support/scripted.js';

type Fields = Record<string, unknown>;

const CHILD =
  'id path kind status incarnation restart significant required shutdownMs startedAt lastExit nextStartAt failures budget giveUp paused bindsTo abandoned supervisor'.split(
    ' ',
  );
const TREE = 'id path kind phase strategy autoShutdown budget counts statuses at abandoned children'.split(
  ' ',
);

/** A tree in which every field of a child that may be null is something at one of its children. */
async function full(): Promise<Fields> {
  const stuck = scripted('stuck', {
    onStop: forever,
    shutdownMs: 5,
    maxRestarts: 3,
    withinMs: 60_000,
    backoff: { minMs: 1_000, maxMs: 1_000 },
    bindsTo: ['first'],
  });
  const sub = supervisor({ id: 'sub', children: [scripted('leaf').spec] });
  const { tree, clock } = await boot({ children: [scripted('first').spec, stuck.spec, sub] });
  const stopping = tree.restartNow('stuck');
  await clock.advance(10);
  await stopping;
  stuck.crash();
  await clock.advance(10);
  await tree.pause('first', { by: 'ann', reason: 'disk' });
  return JSON.parse(JSON.stringify(tree.snapshot())) as Fields;
}

const wrong = (value: unknown): unknown => (typeof value === 'boolean' ? 'no' : true);
const without = (fields: Fields, key: string): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([each]) => each !== key));

test('a snapshot, whole, and without any of its fields, or with another in its place', async () => {
  const snapshot = await full();
  expect(isSnapshot(snapshot)).toBe(true);
  for (const key of TREE) {
    expect([key, isSnapshot({ ...snapshot, [key]: wrong(snapshot[key]) })]).toEqual([key, false]);
    expect([key, isSnapshot(without(snapshot, key))]).toEqual([key, false]);
  }
});

test('each of its children, down to the last level', async () => {
  const snapshot = await full();
  const children = snapshot['children'] as Fields[];
  const withChild = (at: number, child: unknown): Fields => ({
    ...snapshot,
    children: children.map((each, i) => (i === at ? child : each)),
  });
  for (const [at, child] of children.entries()) {
    for (const key of CHILD) {
      expect([key, isSnapshot(withChild(at, { ...child, [key]: wrong(child[key]) }))]).toEqual([key, false]);
      expect([key, isSnapshot(withChild(at, without(child, key)))]).toEqual([key, false]);
    }
    expect(isSnapshot(withChild(at, null))).toBe(false);
  }
  const stuck = children[1] as Fields;
  const [first = {}] = stuck['abandoned'] as Fields[];
  const parts: readonly [string, Fields][] = [
    ['budget', stuck['budget'] as Fields],
    ['lastExit', stuck['lastExit'] as Fields],
  ];
  for (const [name, part] of parts)
    for (const key of Object.keys(part))
      expect([name, key, isSnapshot(withChild(1, { ...stuck, [name]: { ...part, [key]: {} } }))]).toEqual([
        name,
        key,
        false,
      ]);
  for (const key of ['path', 'incarnation', 'phase', 'waitedMs'])
    expect([key, isSnapshot(withChild(1, { ...stuck, abandoned: [{ ...first, [key]: null }] }))]).toEqual([
      key,
      false,
    ]);
  const paused = children[0]!['paused'] as Fields;
  for (const key of ['at', 'by', 'reason'])
    expect([key, isSnapshot(withChild(0, { ...children[0], paused: { ...paused, [key]: {} } }))]).toEqual([
      key,
      false,
    ]);
  expect(isSnapshot(withChild(1, { ...stuck, bindsTo: ['first', 1] }))).toBe(false);
  for (const key of ['counts', 'statuses', 'budget']) {
    const part = snapshot[key] as Fields;
    for (const each of Object.keys(part))
      expect([each, isSnapshot({ ...snapshot, [key]: { ...part, [each]: 'x' } })]).toEqual([each, false]);
  }
});

const CRASHED = {
  type: 'child:crashed',
  path: 'root/a',
  supervisor: 'root',
  id: 'a',
  kind: 'service',
  incarnation: 1,
  reason: { kind: 'crash', error: { name: 'Error', message: 'no' } },
};
const FAULT = { type: 'listener:failed', path: 'root', error: { name: 'Error', message: 'no' } };

test.each<[string, unknown]>([
  ['a crash', CRASHED],
  ['a reason that is null', { ...CRASHED, reason: null }],
  ['a reason that is a text', { ...CRASHED, reason: 'exit' }],
  ['a normal end', { ...CRASHED, reason: { kind: 'normal' } }],
  ['a forced end', { ...CRASHED, reason: { kind: 'killed' } }],
  ['a shutdown', { ...CRASHED, reason: { kind: 'shutdown' } }],
  ['an error', FAULT],
  ['errors below it', { ...FAULT, error: { ...FAULT.error, cause: FAULT.error, errors: [FAULT.error] } }],
])('an event with %s', (_, event) => {
  expect(isEvent(event)).toBe(true);
});

test.each<[string, unknown]>([
  ['no object', null],
  ['a list', []],
  ['no type', { ...CRASHED, type: 1 }],
  ['a type that nobody knows', { ...CRASHED, type: 'child:sang' }],
  ['no path', { ...FAULT, path: 5 }],
  ...['supervisor', 'id', 'kind', 'incarnation'].map(
    (key) => [`no ${key}`, without(CRASHED, key)] as [string, unknown],
  ),
  ['a reason of no kind', { ...CRASHED, reason: { kind: 'other' } }],
  ['a reason that is a number', { ...CRASHED, reason: 5 }],
  ['a crash without an error', { ...CRASHED, reason: { kind: 'crash' } }],
  ['a shutdown whose cause is no error', { ...CRASHED, reason: { kind: 'shutdown', cause: 'x' } }],
  ['an error without a name', { ...FAULT, error: { message: 'no' } }],
  ['an error without a message', { ...FAULT, error: { name: 'Error' } }],
  ['an error whose cause is none', { ...FAULT, error: { ...FAULT.error, cause: 'x' } }],
  ['an error of which one part is none', { ...FAULT, error: { ...FAULT.error, errors: [FAULT.error, 1] } }],
  ['an error whose parts are no list', { ...FAULT, error: { ...FAULT.error, errors: FAULT.error } }],
  ['a function in it', { ...FAULT, more: () => {} }],
  ['a symbol in it', { ...FAULT, more: Symbol('more') }],
])('no event: %s', (_, event) => {
  expect(isEvent(event)).toBe(false);
});

/** So many objects in each other. */
const nested = (depth: number): object => (depth === 0 ? {} : { in: nested(depth - 1) });

test('how deep it may be; what holds itself; what is small and endless', () => {
  expect(isEvent({ ...FAULT, more: nested(1_999) })).toBe(true);
  expect(isEvent({ ...FAULT, more: nested(2_000) })).toBe(false);
  const ring: Fields = { ...FAULT };
  ring['more'] = ring;
  expect(isEvent(ring)).toBe(false);
  let endless: object = {};
  for (let n = 0; n < 40; n++) endless = { a: endless, b: endless };
  expect(isEvent({ ...FAULT, more: endless })).toBe(false);
  const shared = { a: 1 };
  expect(isEvent({ ...FAULT, more: Array.from({ length: 100 }, () => shared) })).toBe(true);
});
