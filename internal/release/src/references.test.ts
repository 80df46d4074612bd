/**
 * Every project of the build names what it is built on. The compiler builds projects side by side: one that imports a
 * package without a reference to it finds its types or not, as the race goes.
 */
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT, read } from './packages.js';

interface Project {
  readonly files: readonly string[];
  readonly paths: ReadonlySet<string>;
  /** The packages whose output is there when this one's turn comes. */
  readonly built: ReadonlySet<string>;
}

const OURS = /^(coppice|@coppice\/[^/]+)(\/.*)?$/;
const projects = new Map<string, Project>();

const configOf = (path: string): string => (path.endsWith('.json') ? path : join(path, 'tsconfig.json'));

const nameOf = (config: string): string =>
  (JSON.parse(read(relative(ROOT, dirname(config)), 'package.json')) as { name: string }).name;

function project(config: string): Project {
  const known = projects.get(config);
  if (known !== undefined) return known;
  const { config: json, error } = ts.readConfigFile(config, (path) => ts.sys.readFile(path));
  if (error !== undefined) throw new Error(`${config} cannot be read`);
  const parsed = ts.parseJsonConfigFileContent(json, ts.sys, dirname(config));
  const built = new Set<string>();
  for (const { path } of parsed.projectReferences ?? []) {
    built.add(nameOf(configOf(path)));
    for (const name of project(configOf(path)).built) built.add(name);
  }
  const result = { files: parsed.fileNames, paths: new Set(Object.keys(parsed.options.paths ?? {})), built };
  projects.set(config, result);
  return result;
}

const listed = (JSON.parse(read('tsconfig.json')) as { references: { path: string }[] }).references.map(
  ({ path }) => path,
);

test('there are some', () => {
  expect(listed).toContain('packages/pino');
});

test.each(listed)('%s', (path) => {
  const { files, paths, built } = project(configOf(join(ROOT, path)));
  const missing = files.flatMap((file) =>
    ts
      .preProcessFile(ts.sys.readFile(file)!, true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => OURS.test(name) && !paths.has(name) && !built.has(OURS.exec(name)![1]!))
      .map((name) => `${relative(ROOT, file)} imports ${name}`),
  );
  expect(missing).toEqual([]);
});
