/** The matchers, as Jest has them. */
import { matchers, scripted, testTree } from '@coppice/testing';
import '@coppice/testing/jest';

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected a failure');
};

async function crashed() {
  const test = await testTree([scripted('db')]);
  test.events.forget();
  test.crash('db', new Error('lost'));
  await test.settle();
  return test;
}

test('of a test tree, and of a recorder', async () => {
  await using test = await crashed();
  expect(test).toHaveHappened('db crashed');
  expect(test.events).toHaveHappened({ type: 'child:crashed', error: { message: 'lost' } });
  expect(test).toHaveHappenedInOrder('db crashed', 'db#2 started');
  expect(test).toHaveHappenedExactly('db crashed', 'db restarting', 'db#2 starting', 'db#2 started');
  expect(test).not.toHaveHappened('db stopped');
  expect(test).not.toHaveHappenedInOrder('db#2 started', 'db crashed');
  expect(test).not.toHaveHappenedExactly('db crashed');
});

test('their messages are those of the recorder', async () => {
  await using test = await crashed();
  expect(messageOf(() => expect(test).toHaveHappened('db stopped'))).toMatch(
    /^'db stopped' did not happen at all\./,
  );
  expect(messageOf(() => expect(test).toHaveHappenedInOrder('db#2 started', 'db crashed'))).toMatch(
    /the story deviates/,
  );
  expect(messageOf(() => expect(test).toHaveHappenedExactly('db crashed'))).toMatch(
    /^Nothing more was expected/,
  );
  expect(messageOf(() => expect(test).not.toHaveHappened('db crashed'))).toMatch(
    /^Not expected, but so it was: 'db crashed' has happened\.\n\nWhat has happened:\n/,
  );
});

test('as functions for other runners', async () => {
  await using test = await crashed();
  expect(matchers.toHaveHappened(test, 'db crashed').pass).toBe(true);
  expect(matchers.toHaveHappenedExactly(test.events, 'db crashed').pass).toBe(false);
});

test('where there is no expect to extend, it says so', () => {
  const { expect: its } = globalThis as { expect?: unknown };
  let thrown: unknown;
  try {
    Object.assign(globalThis, { expect: undefined });
    jest.isolateModules(() => {
      try {
        jest.requireActual('@coppice/testing/jest');
      } catch (error) {
        thrown = error;
      }
    });
  } finally {
    Object.assign(globalThis, { expect: its });
  }
  expect((thrown as Error).message).toContain('expect.extend(matchers)');
});
