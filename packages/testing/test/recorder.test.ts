/** Stories: what is recorded, what is expected, and how a deviation is told. */
import { type SupervisionEvent, service, supervisor } from '@coppice/core';
import {
  type EventRecorder,
  type Happening,
  type TestTree,
  TestingError,
  crashes,
  onRun,
  recordEvents,
  scripted,
  testTree,
} from '@coppice/testing';
import fc from 'fast-check';
import { lineOf } from '../src/line.js';

const db = scripted({ id: 'db', backoff: { minMs: 100, maxMs: 100, jitter: 0 } }, onRun(1, crashes('lost')));
const outbox = scripted('outbox');
const shop = supervisor({
  id: 'shop',
  strategy: 'rest-for-one',
  children: [db, supervisor({ id: 'feeds', children: [scripted('eu')] }), outbox],
});

async function played(): Promise<TestTree> {
  const test = await testTree(shop);
  await test.until('db#2 started');
  await test.settle();
  return test;
}

function messageOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(TestingError);
    return (error as Error).message;
  }
  throw new Error('expected a deviation');
}

test('what has happened in order', async () => {
  await using test = await played();
  test.events.expectOrder(
    'db crashed',
    'outbox stopped',
    'feeds stopped',
    'db#2 started',
    'outbox#2 started',
  );
  test.events.expectOrder('feeds/eu started', '*#2 starting', 'shop/outbox#2 started');
  test.events.expectOrder();
  test.events.expectOrder('feeds supervisor:stopped', 'feeds child:stopped');
  test.events.expectOrder(
    { type: 'child:restarting', ref: db, delayMs: 100, budget: { used: 1 } },
    {
      type: 'child:started',
      id: 'db',
    },
  );
  test.events.expectOrder((event) => event.type === 'child:crashed' && event.error.message === 'lost');
  test.events.expectNever('* abandoned', 'shop gave-up', 'db#3 started');
});

test('a deviation shows the story, what was expected, and where they part', async () => {
  await using test = await played();
  const message = messageOf(() =>
    test.events.expectOrder('db crashed', 'db#2 started', 'outbox#1 stopped', 'outbox#2 started'),
  );
  const [expected, happened] = message.split('\n\nWhat has happened:\n');
  const [crashed, stopped, started] = ['db#1 crashed', 'outbox#1 stopped', 'db#2 started'].map(
    (words) => test.events.all.find((event) => lineOf(event).startsWith(`shop/${words}`))!.seq,
  );
  expect(expected).toBe(`\
After 'db#2 started' (number ${started}) the story deviates: 'outbox#1 stopped' has happened only before that, as number ${stopped}.

Expected, in this order:
  ok  db crashed (number ${crashed})
  ok  db#2 started (number ${started})
  ->  outbox#1 stopped
      outbox#2 started`);
  const lines = happened!.split('\n');
  expect(lines).toHaveLength(test.events.all.length);
  expect(lines[0]).toBe('       1      +0 ms  shop starting');
  expect(lines[crashed! - 1]).toBe(`  ok  ${crashed}      +0 ms  shop/db#1 crashed: lost`);
  expect(lines[stopped! - 1]).toBe(`  !!  ${stopped}      +0 ms  shop/outbox#1 stopped: shutdown`);
  expect(lines[started! - 1]).toBe(`  ok  ${started}    +100 ms  shop/db#2 started`);
  expect(lines.filter((line) => /^ {2}(ok|!!)/.test(line))).toHaveLength(3);
});

test('a deviation at the first', async () => {
  await using test = await played();
  expect(messageOf(() => test.events.expectOrder('api started'))).toMatch(
    /^'api started' did not happen at all\.\n/,
  );
});

test('the stack of a deviation begins in the test', async () => {
  await using test = await played();
  try {
    test.events.expectOrder('api started');
  } catch (error) {
    const [first] = (error as Error).stack!.split('\n').filter((line) => /^\s+at /.test(line));
    expect(first).toContain('recorder.test.ts');
    return;
  }
  throw new Error('expected a deviation');
});

describe('exactly', () => {
  const crash = ['a crashed', 'a restarting', 'a starting', 'a started'] as const;

  async function crashed(): Promise<EventRecorder> {
    await using test = await testTree([scripted('a')]);
    test.events.forget();
    test.crash('a');
    await test.settle();
    test.events.stop();
    return test.events;
  }

  test('this and nothing else', async () => {
    const events = await crashed();
    events.expectExactly(...crash);
    expect(messageOf(() => events.expectExactly(...crash, 'a stopped'))).toMatch(
      /^Instead of 'a stopped' the story has ended\./,
    );
    expect(messageOf(() => events.expectExactly(...crash.slice(0, 3)))).toMatch(
      /^Nothing more was expected, but 'test\/a#2 started' has happened\./,
    );
    expect(messageOf(() => events.expectExactly('a crashed', 'a starting'))).toMatch(
      /^Instead of 'a starting' 'test\/a#1 restarting: because of exit, 1 of 3 restarts used' has happened\./,
    );
  });

  test('nothing at all', () => {
    const nobody = { on: () => nobody, off: () => nobody, once: () => nobody };
    const events = recordEvents(nobody as never);
    events.expectExactly();
    expect(messageOf(() => events.expectExactly('a started'))).toContain('What has happened:\n  (nothing)');
  });
});

test('never', async () => {
  await using test = await played();
  const message = messageOf(() => test.events.expectNever('* abandoned', 'db crashed'));
  expect(message).toContain("Not expected, but it has happened: 'shop/db#1 crashed: lost' (number 13).");
  expect(message).toContain("Never expected: '* abandoned', 'db crashed'");
  expect(message).toMatch(/\n {2}!! {2}13 .* shop\/db#1 crashed: lost\n/);
});

test.each([
  ['db crashd', "did you mean 'crashed'?"],
  ['crashed', 'Say who and what'],
  ['db', 'Say who and what'],
  [{ type: 'child:crashd' }, "did you mean 'child:crashed'?"],
  [7, '7 is nothing that can happen'],
])('what can never happen is refused: %j', async (happening, hint) => {
  const { events } = await played();
  for (const act of [
    () => events.expectOrder(happening as Happening),
    () => events.expectExactly(happening as Happening),
    () => events.expectNever(happening as Happening),
    () => events.count(happening as Happening),
  ]) {
    expect(messageOf(act)).toContain(hint);
  }
});

test('to look at: all, text, about, count, has', async () => {
  await using test = await played();
  const { events } = test;
  expect(events.all[0]).toMatchObject({ type: 'supervisor:starting', seq: 1 });
  expect(events.text).toContain(`    13      +0 ms  shop/db#1 crashed: lost`);
  expect(events.about('feeds/eu').map(({ type }) => type)).toContain('child:stopped');
  expect(events.about(db).every(({ path }) => path === 'shop/db')).toBe(true);
  expect(events.about('db#2').map(({ type }) => type)).toEqual(['child:starting', 'child:started']);
  expect([events.count('* started'), events.has('db crashed'), events.has('db stuck')]).toEqual([
    events.all.filter(({ type }) => type.endsWith(':started')).length,
    true,
    false,
  ]);
});

test('the next of its kind: at once if it has happened, else when it does', async () => {
  await using test = await testTree([scripted('a')]);
  expect(await test.events.next('a started')).toMatchObject({ incarnation: 1 });
  const next = test.events.next('a#2 started');
  test.crash('a');
  expect(await next).toMatchObject({ incarnation: 2 });
});

test('forgotten is what has happened so far; stopped is what happens later', async () => {
  await using test = await testTree([scripted('a')]);
  test.events.forget();
  expect(test.events.all).toEqual([]);
  test.events.stop();
  test.crash('a');
  await test.settle();
  expect(test.events.all).toEqual([]);
});

test('ids with spaces, and those of the children of a dynamic supervisor', async () => {
  await using test = await testTree([service({ id: 'my db', start: () => 1 })]);
  test.events.expectOrder('my db started');
  expect(messageOf(() => test.events.expectOrder('db started'))).toContain('did not happen at all');
});

test('of a long story the ends are shown, and what matters', async () => {
  const loops = scripted({ id: 'a', maxRestarts: 100, withinMs: 1 }, crashes('again', { afterMs: 10 }));
  await using test = await testTree([loops]);
  await test.until('a#50 started');
  const message = messageOf(() => test.events.expectOrder('a#20 crashed', 'b started'));
  expect(message.split('\n').length).toBeLessThan(50);
  expect(message).toContain('a#20 crashed: again');
  expect(message).toMatch(/\.\.\. \d+ more/);
  expect(message).toContain('a#50 started');
});

/** Any events of a few children, as a recorder has them. */
const anyStory = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('started', 'crashed', 'stopped')))
  .map((steps) =>
    steps.map(
      ([id, what], at) =>
        ({ type: `child:${what}`, path: `t/${id}`, id, incarnation: 1, seq: at + 1, at }) as SupervisionEvent,
    ),
  );

function recorded(story: readonly SupervisionEvent[]): EventRecorder {
  let tell = (_event: SupervisionEvent): void => {};
  const source = {
    on: (_name: string, listener: never) => {
      tell = listener;
      return source;
    },
    off: () => source,
    once: () => source,
  };
  const events = recordEvents(source as never);
  for (const event of story) tell(event);
  return events;
}

const wordsFor = (event: SupervisionEvent): Happening =>
  `${(event as { id: string }).id} ${event.type.slice(6)}` as Happening;

test('any part of a story in its order is as expected; the whole is exactly so', () => {
  fc.assert(
    fc.property(anyStory, fc.infiniteStream(fc.boolean()), (story, keep) => {
      const events = recorded(story);
      events.expectOrder(...story.filter(() => keep.next().value).map(wordsFor));
      events.expectExactly(...story.map(wordsFor));
    }),
  );
});

test('an order holds if and only if it can be found in the story', () => {
  const isWithin = (story: readonly string[], wanted: readonly string[]): boolean => {
    let at = 0;
    for (const each of story) if (each === wanted[at]) at++;
    return at === wanted.length;
  };
  fc.assert(
    fc.property(anyStory, fc.array(fc.nat(8), { maxLength: 4 }), (story, picks) => {
      const words = ['a', 'b', 'c'].flatMap((id) =>
        ['started', 'crashed', 'stopped'].map((what) => `${id} ${what}` as Happening),
      );
      const wanted = picks.map((pick) => words[pick]!);
      const holds = isWithin(
        story.map((event) => wordsFor(event) as string),
        wanted as string[],
      );
      const events = recorded(story);
      if (holds) events.expectOrder(...wanted);
      else expect(messageOf(() => events.expectOrder(...wanted))).toContain('Expected, in this order:');
    }),
  );
});
