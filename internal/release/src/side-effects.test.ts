/**
 * An import does nothing but import: bundlers are told so and leave out what is not used, and it is true. Packages have to be
 * built.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, rows } from './packages.js';

/** The size of a bundle in bytes, with everything of others left outside. */
function bundled(dir: string, code: string): number {
  const args = ['--bundle', '--minify', '--format=esm', '--platform=node', '--packages=external'];
  return execFileSync(join(ROOT, 'internal/release/node_modules/.bin/esbuild'), args, {
    cwd: join(ROOT, dir),
    input: code,
  }).length;
}

const entries = rows.flatMap(([name, dir, { exports, sideEffects }]) =>
  Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([path]) => {
      const file = path === '.' ? 'index' : path.slice(2);
      const isEffect = Array.isArray(sideEffects) && sideEffects.includes(`./dist/*/${file}.js`);
      return { entry: join(name, path), dir, file, isEffect };
    }),
);

const pure = entries.filter(({ isEffect }) => !isEffect);

test.each(pure)('$entry bundles to nothing if it is not used', ({ dir, file }) => {
  expect(bundled(dir, `import * as unused from './dist/esm/${file}.js'`)).toBeLessThan(50);
});

/** Imports a file, and prints what is different then. If it left a timer or a socket the process would not end. */
const WATCH = `
  const look = () => ({
    globals: Object.getOwnPropertyNames(globalThis).length,
    prototypes: [Object, Array, Error, Promise, Map].map(({ prototype }) => Reflect.ownKeys(prototype).length),
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    env: { ...process.env },
  });
  const before = look();
  await import(process.argv[1]);
  const after = look();
  for (const key of Object.keys(before)) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) console.log(key, before[key], after[key]);
  }
`;

test.each(pure)('$entry changes nothing in the process that imports it', ({ dir, file }) => {
  const url = pathToFileURL(join(ROOT, dir, `dist/esm/${file}.js`)).href;
  const args = ['--input-type=module', '--eval', WATCH, url];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })).toBe('');
});

test.each(entries.filter(({ isEffect }) => isEffect))(
  '$entry has an effect, and is kept',
  ({ dir, file }) => {
    expect(bundled(dir, `import './dist/esm/${file}.js'`)).toBeGreaterThan(100);
  },
);

test('one function of core does not bring the engine along', () => {
  const all = bundled('packages/core', `export * from './dist/esm/index.js'`);
  const one = bundled('packages/core', `export { toWire } from './dist/esm/index.js'`);
  expect(one).toBeGreaterThan(500);
  expect(one).toBeLessThan(all / 10);
});
