/** What is declared is known, but for what two have changed at once. */
import { service, supervisor } from 'coppice';
import { Declarations } from './declarations.js';

const child = (id: string) => service({ id, start: () => id });
const inner = supervisor({ id: 'inner', children: [child('a'), { ...child('b'), restart: 'temporary' }] });
const declared = () => new Declarations(supervisor({ id: 'app', children: [inner] }));

const later = () => {
  let resolve = (_ids?: readonly string[]): void => {};
  const promise = new Promise<readonly string[] | undefined>((done) => (resolve = done));
  return { promise, resolve };
};

test('whoever is temporary need not be there', () => {
  expect(declared().paths).toEqual(['app', 'app/inner']);
  expect(declared().of('app/inner')).toEqual(['a']);
});

test('a change is known when it is done', async () => {
  const all = declared();
  const { promise, resolve } = later();
  const changing = all.whileChanging('app/inner', () => promise);
  expect(all.of('app/inner')).toBeUndefined();
  resolve(['a', 'c']);
  await changing;
  expect(all.of('app/inner')).toEqual(['a', 'c']);
  await all.whileChanging('app/inner', async () => undefined);
  expect(all.of('app/inner')).toEqual(['a', 'c']);
});

test('of two at a time, and of one that fails, nobody knows', async () => {
  const all = declared();
  const [one, two] = [later(), later()];
  const both = [one, two].map(({ promise }) => all.whileChanging('app/inner', () => promise));
  two.resolve(['c']);
  one.resolve(['b']);
  await Promise.all(both);
  expect(all.of('app/inner')).toBeUndefined();
  await all.whileChanging('app/inner', async () => ['d']);
  expect(all.of('app/inner')).toEqual(['d']);
  await expect(all.whileChanging('app/inner', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(all.of('app/inner')).toBeUndefined();
});
