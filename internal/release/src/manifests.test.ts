/** The published packages look alike where they should: one version, one license, one policy for each field. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { ROOT, type Target, published, read, rows } from './packages.js';

const names = published.map(({ manifest }) => manifest.name);
const [first] = published;

test('they are there', () => {
  expect(names).toContain('coppice');
  expect(names).toContain('@coppice/core');
});

test('a release takes all of them along, under one version', () => {
  const config = JSON.parse(read('.changeset/config.json')) as { fixed: string[][] };
  expect(config.fixed.map((group) => group.toSorted())).toEqual([names.toSorted()]);
  expect(new Set(published.map(({ manifest }) => manifest.version)).size).toBe(1);
});

describe.each(rows)('%s', (name, dir, manifest) => {
  test('has what all have', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      author: 'Coppice contributors',
      type: 'module',
      engines: first!.manifest.engines,
      files: ['dist', 'src', 'CHANGELOG.md', '!**/*.tsbuildinfo', '!**/*.test.ts', '!**/*.test-d.ts'],
      publishConfig: { access: 'public', provenance: true },
    });
  });

  test('can be found: a description in one line, keywords', () => {
    expect(manifest.description).toMatch(/^[A-Z].*[^.]$/);
    expect(manifest.keywords).toEqual(expect.arrayContaining(['coppice', 'supervision', 'supervisor']));
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords!.length);
  });

  test('runs nothing when it is installed', () => {
    expect(manifest.scripts).toBeUndefined();
  });

  test('names no repository: the workflow that publishes it does', () => {
    expect(manifest).not.toHaveProperty('repository');
  });

  test('has the license of the repository, a README, and a changelog up to its version', () => {
    expect(read(dir, 'LICENSE')).toBe(read('LICENSE'));
    expect(read(dir, 'README.md')).toMatch(name === 'coppice' ? /^# Coppice\n/ : `# ${name}\n`);
    const [title, newest] = read(dir, 'CHANGELOG.md').match(/^#+ .*$/gm) ?? [];
    expect([title, newest]).toEqual([`# ${name}`, `## ${manifest.version}`]);
  });

  test('has a size that is told', () => {
    expect(read('docs/sizes.md')).toMatch(new RegExp(`^\\| ${name}[:/ ]`, 'm'));
  });

  test('each export has its three conditions, in this order, and its types', () => {
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue;
      const file = path === '.' ? 'index' : path.slice(2);
      const built = (format: string): Target => ({
        types: `./dist/${format}/${file}.d.ts`,
        default: `./dist/${format}/${file}.js`,
      });
      expect(Object.entries(target)).toEqual([
        ['module-sync', built('esm')],
        ['import', built('esm')],
        ['require', built('cjs')],
      ]);
      expect(existsSync(join(ROOT, dir, 'src', `${file}.ts`))).toBe(true);
    }
    expect(manifest.exports['./package.json']).toBe('./package.json');
  });

  test('takes any compatible version of the others, so that there is one copy of core', () => {
    const own = Object.entries(manifest.dependencies ?? {}).filter(([other]) => names.includes(other));
    expect(own.map(([, range]) => range)).toEqual(own.map(() => 'workspace:^'));
  });

  test('is tested with a version of each peer that it says it works with', () => {
    for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {})) {
      const tested = manifest.devDependencies?.[peer] ?? `no version of ${peer}`;
      expect({ peer, tested, fits: semver.satisfies(tested, range) }).toEqual({ peer, tested, fits: true });
    }
  });

  test('says something of its own peers only', () => {
    const peers = Object.keys(manifest.peerDependencies ?? {});
    expect(peers).toEqual(expect.arrayContaining(Object.keys(manifest.peerDependenciesMeta ?? {})));
  });
});

test('a peer that several have has one range', () => {
  const ranges = new Map<string, Set<string>>();
  for (const { manifest } of published) {
    for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {}))
      ranges.set(peer, (ranges.get(peer) ?? new Set()).add(range));
  }
  expect([...ranges].filter(([, different]) => different.size > 1)).toEqual([]);
});
