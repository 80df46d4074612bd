import { measure } from './measure.js';
import type { Group, Work } from './row.js';

const noOtp = async (): Promise<undefined> => undefined;
const WARMING = { isWarmedUp: false, warmUps: 1 };
const COLUMNS = ['loop', 'ours', 'otp'] as const;

beforeAll(() => {
  (globalThis as { gc?: () => void }).gc ??= () => {};
});

/** Works that give the values of these rounds, one after the other, and note that they were called. */
function scripted(calls: string[]) {
  return (name: string, rounds: readonly (readonly number[])[]): Work => {
    let round = 0;
    return async () => {
      calls.push(name);
      return rounds[round++]!;
    };
  };
}

const group = (works: Group['works'], rows = ['first']): Group => ({
  section: 'section',
  rounds: 3,
  rows: rows.map((name) => ({ name, unit: 'ns' })),
  works,
});

it('takes turns, and lets each begin; the first round does not count', async () => {
  const calls: string[] = [];
  const work = scripted(calls);
  const works = {
    loop: work('loop', [[1000], [1], [2], [3]]),
    ours: work('ours', [[1000], [4], [2], [9]]),
  };
  const [first] = await measure(group(works), COLUMNS, noOtp, WARMING);
  expect(calls).toEqual(['loop', 'ours', 'ours', 'loop', 'loop', 'ours', 'ours', 'loop']);
  expect(first).toMatchObject({ name: 'first', values: { loop: 2, ours: 4 }, ratio: 3 });
});

it('a work is done twice where it has to get warm, and the second time counts', async () => {
  const ours = scripted([])('ours', [[1], [2], [3], [4], [5], [6]]);
  const [first] = await measure(group({ ours }), COLUMNS, noOtp, { isWarmedUp: true, warmUps: 0 });
  expect(first).toMatchObject({ values: { ours: 4 }, ratio: undefined });
});

it('one work can fill several rows', async () => {
  const ours = scripted([])('ours', [
    [0, 0],
    [1, 10],
    [1, 20],
    [1, 30],
  ]);
  const results = await measure(group({ ours }, ['first', 'second']), COLUMNS, noOtp, WARMING);
  expect(results.map(({ values }) => values.ours)).toEqual([1, 20]);
});

it('leaves out the columns that nobody asked for', async () => {
  const never: Work = () => Promise.reject(new Error('called'));
  const [first] = await measure(group({ nact: never }), COLUMNS, noOtp, WARMING);
  expect(first!.values).toEqual({});
});

it('asks OTP once, with the arguments of the work', async () => {
  const asked: unknown[] = [];
  const otp = async (work: string, args: readonly number[]): Promise<readonly number[]> => {
    asked.push([work, ...args]);
    return [7];
  };
  const [first] = await measure({ ...group({}), otp: { work: 'dynamic', args: [5] } }, COLUMNS, otp, WARMING);
  expect(asked).toEqual([['dynamic', 5]]);
  expect(first!.values).toEqual({ otp: 7 });
});

it('refuses a work that has no value for a row', async () => {
  const ours = scripted([])('ours', [[1]]);
  await expect(measure(group({ ours }, ['first', 'second']), COLUMNS, noOtp, WARMING)).rejects.toThrow(
    '1 instead of 2',
  );
});
