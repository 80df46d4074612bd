/** Which page of the repository is where on the site. */
import { dirname, join, normalize } from 'node:path/posix';
import { pagePaths } from '../../docs/src/pages.js';

/** README.md is the home page; docs/guides/threads.md is guides/threads.md. */
const placeOf = (path: string): string =>
  path === 'README.md'
    ? 'index.md'
    : path
        .replace(/^docs\//, '')
        .replace(/^(packages|examples)\/([^/]+)\/README\.md$/, '$1/$2.md')
        .replace(/README\.md$/, 'index.md')
        .toLowerCase();

export class Places {
  /** From the path in the repository to the one on the site; the API reference comes last. */
  readonly rewrites: Readonly<Record<string, string>>;
  readonly #sources: ReadonlyMap<string, string>;

  constructor(root: string) {
    const entries = pagePaths(root).map((path) => [path, placeOf(path)] as const);
    this.rewrites = { ...Object.fromEntries(entries), 'internal/site/api/:rest(.*)': 'api/:rest' };
    this.#sources = new Map(entries.map(([path, place]) => [place, path]));
  }

  /** The path in the repository of a page that VitePress calls by that or by its place. */
  sourceOf(path: string): string | undefined {
    return this.#sources.get(path) ?? (path in this.rewrites ? path : undefined);
  }

  /** Where a link of a page leads: to a place on the site, or to a file of the repository that is none. */
  target(source: string, link: string): { page: string } | { file: string } {
    const [path = '', anchor] = link.split('#');
    const file = normalize(join(dirname(source), path)).replace(/\/$/, '');
    const place = this.rewrites[file] ?? this.rewrites[join(file, 'README.md')];
    return place === undefined ? { file } : { page: `/${place}${anchor === undefined ? '' : `#${anchor}`}` };
  }
}
