/** What is declared as before is left alone by `reconcile`: a time that has begun goes on. */
import { boot, scripted, statuses } from '../support/scripted.js';

/** Often enough that nobody would ever be stale, or revived, if each began their time anew. */
const EVERY_MS = 300;
const OFTEN = 4;

test('one that shows no life is stale in its time', async () => {
  const a = scripted('a', { staleAfterMs: 1_000 });
  const b = scripted('b');
  const { tree, clock, events } = await boot({ children: [a.spec] });
  for (let i = 0; i < OFTEN; i++) {
    // Also where another one comes and goes, and where it is said once more in other words.
    await tree.reconcile(i % 2 === 0 ? [{ ...a.spec }, b.spec] : [a.spec]);
    await clock.advance(EVERY_MS);
  }
  const crash = events.find(({ type }) => type === 'child:crashed');
  expect(crash?.at).toBe(1_000);
  await tree.stop();
});

test('one that is parked is revived in its time', async () => {
  const a = scripted('a', { maxRestarts: 0, withinMs: 60_000, giveUp: 'park', reviveAfterMs: 1_000 });
  const b = scripted('b');
  const { tree, clock } = await boot({ children: [a.spec] });
  a.crash();
  await clock.advance(0);
  expect(statuses(tree)).toEqual(['a: parked']);
  for (let i = 0; i < OFTEN; i++) {
    await tree.reconcile(i % 2 === 0 ? [{ ...a.spec }, b.spec] : [a.spec]);
    await clock.advance(EVERY_MS);
  }
  expect(a.starts).toBe(2);
  await tree.stop();
});

test('another time holds from when it is said', async () => {
  const a = scripted('a', { staleAfterMs: 10_000 });
  const { tree, clock, events } = await boot({ children: [a.spec] });
  await clock.advance(500);
  await tree.reconcile([{ ...a.spec, staleAfterMs: 1_000 }]);
  await clock.advance(2_000);
  expect(events.find(({ type }) => type === 'child:crashed')?.at).toBe(1_500);
  await tree.stop();
});
