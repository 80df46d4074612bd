/** Children of a dynamic supervisor that its caller names, and those that it names itself, in one supervisor. */
import * as fc from 'fast-check';
import { type CoppiceError, dynamicSupervisor, supervisor, task } from '@coppice/core';

const untilAborted = ({ signal }: { readonly signal: AbortSignal }): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

const start = () => dynamicSupervisor({ id: 'all', child: task({ id: 'c', run: untilAborted }) }).start();

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error as CoppiceError).code,
  );

/** Ids that look like those that the supervisor gives, and some that nearly do. */
const id = fc.oneof(
  fc.integer({ min: 0, max: 12 }).map((number) => `c#${number}`),
  fc.constantFrom('c', 'c#', '#1', 'd#1', 'c#01', 'c#1.0', 'c# 1', 'c#1e0', 'c#NaN', 'c#-1', '1'),
);
const command = fc.oneof(
  fc.record({ kind: fc.constant('unnamed' as const) }),
  fc.record({ kind: fc.constant('named' as const), id }),
  fc.record({ kind: fc.constant('terminate' as const), id }),
);

test('whoever names them: an id is that of one child, found by it alone, and listed in start order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const tree = await start();
      const expected: string[] = [];
      // All are asked for before the first is answered: what is said of an id is true when its turn comes.
      const answers = commands.map(async (each) => {
        if (each.kind === 'unnamed') return (await tree.startChild()).id;
        if (each.kind === 'named') return codeOf(tree.startChild({ id: each.id }));
        return codeOf(tree.terminateChild(each.id));
      });
      for (const [index, each] of commands.entries()) {
        const answer = await answers[index]!;
        const known = each.kind === 'unnamed' ? -1 : expected.indexOf(each.id);
        if (each.kind === 'unnamed') {
          expect(answer).toMatch(/^c#\d+$/);
          expect(expected).not.toContain(answer);
          expected.push(answer as string);
        } else if (each.kind === 'named') {
          expect(answer).toBe(known < 0 ? 'ok' : 'COPPICE_ALREADY_STARTED');
          if (known < 0) expected.push(each.id);
        } else {
          expect(answer).toBe(known < 0 ? 'COPPICE_NOT_FOUND' : 'ok');
          if (known >= 0) expected.splice(known, 1);
        }
      }
      expect(tree.whichChildren().map((child) => child.id)).toEqual(expected);
      await tree.stop();
    }),
    { numRuns: 300 },
  );
});

test('a number is not given again when its child is gone', async () => {
  const tree = await start();
  const { id: first } = await tree.startChild();
  await tree.terminateChild(first);
  expect((await tree.startChild()).id).toBe('c#2');
  expect(await codeOf(tree.terminateChild('c#1'))).toBe('COPPICE_NOT_FOUND');
  await tree.stop();
});

test('an id that somebody else asked for before is passed over', async () => {
  const tree = await start();
  const answers = [
    tree.startChild({ id: 'c#1' }),
    tree.startChild(),
    tree.startChild({ id: 'c#3' }),
    tree.startChild(),
  ];
  expect((await Promise.all(answers)).map((child) => child.id)).toEqual(['c#1', 'c#2', 'c#3', 'c#4']);
  await tree.stop();
});

test('each of many is found, and those that are gone are not, whoever is left of them', async () => {
  const tree = await start();
  const count = 300;
  for (let i = 0; i < count; i++) await tree.startChild();
  const isKept = (number: number): boolean => number % 97 === 0;
  for (let i = 1; i <= count; i++) if (!isKept(i)) await tree.terminateChild(`c#${i}`);
  const { id: next } = await tree.startChild();
  for (let i = 1; i <= count; i++) expect(tree.child(`c#${i}`)?.id).toBe(isKept(i) ? `c#${i}` : undefined);
  expect(tree.countChildren().active).toBe(4);
  expect(tree.whichChildren().map(({ id: each }) => each)).toEqual(['c#97', 'c#194', 'c#291', next]);
  await tree.stop();
});

test('one who reads on, though he stands on a child that goes with those around it, misses none and sees none twice', async () => {
  const tree = await start();
  for (let i = 1; i <= 9; i++) await tree.startChild();
  const reader = tree.eachChild();
  const seen = [reader.next().value.id, reader.next().value.id, reader.next().value.id];
  for (const gone of ['c#3', 'c#2', 'c#4', 'c#1']) await tree.terminateChild(gone);
  await tree.startChild({ id: 'late' });
  for (const { id: each } of reader) seen.push(each);
  expect(seen).toEqual(['c#1', 'c#2', 'c#3', 'c#5', 'c#6', 'c#7', 'c#8', 'c#9', 'late']);
  await tree.stop();
});

test('one who reads while the children are put in another order misses none', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((each) => task({ id: each, run: untilAborted }));
  const tree = await supervisor({ id: 'all', children: [a!, b!, c!] }).start();
  const reader = tree.eachChild();
  expect(reader.next().value.id).toBe('a');
  await tree.reconcile([b!, c!, a!]);
  expect(Array.from(reader, (info) => info.id)).toEqual(['b', 'c', 'a']);
  await tree.stop();
});
