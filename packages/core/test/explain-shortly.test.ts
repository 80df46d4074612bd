/** explain(supervisor): what each of its children is at, in passing; and what is quoted of an error. */
import { SimulatedClock, ignore, supervisor } from '@coppice/core';
import { errorText, oneLine } from '../src/explain/error-text.js';
import { coppiceError } from '../src/model/errors.js';
import { toWire } from '../src/model/wire.js';
import { type Script, forever, scripted } from './support/scripted.js';

async function boot(...children: ReturnType<typeof scripted>[]) {
  const clock = new SimulatedClock();
  const specs = children.map(({ spec }) => spec);
  const tree = supervisor({ id: 'app', maxRestarts: Infinity, children: specs }).handle({ clock });
  await tree.start();
  return { tree, settle: () => clock.advance(0) };
}

/** What is said in passing of the first of some children, after something was done with it. */
async function shortly(
  script: Script,
  act: (child: ReturnType<typeof scripted>) => unknown,
): Promise<string> {
  const child = scripted('a', script);
  const { tree, settle } = await boot(child, scripted('b'));
  act(child);
  await settle();
  return /\((.*?)\)/.exec(tree.explain().replace(/^.*?;/, ''))?.[1] ?? tree.explain();
}

const LATER = { backoff: { minMs: 1_000, maxMs: 1_000 } };
const crash = (child: ReturnType<typeof scripted>): void => child.crash();

test('a child that is backing off, parked, cleaning up', async () => {
  expect(await shortly(LATER, crash)).toBe('a is backing off');
  expect(await shortly({ maxRestarts: 0, giveUp: 'park' }, crash)).toBe('a is parked');
  expect(await shortly({ onStop: forever }, crash)).toBe('a is stopping');
});

test('children that are paused, wait for another, are stopping, or are being ended by force', async () => {
  const a = scripted('a', LATER);
  const b = scripted('b', { bindsTo: ['a'] });
  const c = scripted('c');
  const d = scripted('d', { onStop: forever, kill: forever, shutdownMs: 0 });
  const { tree, settle } = await boot(a, b, c, d);
  await tree.pause('c', {});
  a.crash();
  c.crash();
  await settle();
  void tree.terminateChild('d');
  await settle();
  expect(tree.explain()).toContain(
    '(a is backing off, b is waiting, c is paused, d is being ended by force)',
  );
});

test('a child whose start said ignore has no run to tell of', async () => {
  const { tree } = await boot(scripted('a', { onStart: () => ignore }));
  expect(tree.explain('a')).toBe('a is down.');
});

describe('of an error', () => {
  const said = (error: unknown): string => errorText(toWire(error));

  test('what the system refused, and of whom; else what it says', () => {
    const refused = { code: 'ECONNREFUSED', syscall: 'connect', address: '::1' };
    expect(said(Object.assign(new Error('x'), refused))).toBe('ECONNREFUSED ::1');
    expect(said(Object.assign(new Error('x'), { ...refused, port: 80 }))).toBe('ECONNREFUSED ::1:80');
    expect(said(Object.assign(new Error('x'), { address: '::1' }))).toBe('x');
    expect(said(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open', path: '/a' }))).toBe(
      'ENOENT /a',
    );
    expect(said(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' }))).toBe('x');
    expect(said(new RangeError())).toBe('RangeError');
  });

  test('of one of ours its message, as its path is one of the tree', () => {
    const ours = coppiceError('COPPICE_STALE', { path: 'app/a', staleAfterMs: 5, silentMs: 7 });
    expect(said(ours)).toBe(ours.message);
  });

  test('the deepest of its causes that is an error', () => {
    expect(said(new Error('top', { cause: new Error('middle', { cause: 'text' }) }))).toBe('middle');
  });

  test('on one line, and no longer than 200 characters', () => {
    expect(oneLine(' a\n\tb\u0000c ')).toBe('a b c');
    expect(oneLine('x'.repeat(200))).toBe('x'.repeat(200));
    expect(oneLine('x'.repeat(201))).toBe(`${'x'.repeat(197)}...`);
  });
});
