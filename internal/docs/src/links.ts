/** What is wrong with the links of a page. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import type { Page } from './pages.js';

/** A link that leads to another site, or is none at all. */
const HAS_SCHEME = /^[a-z][a-z+.-]*:/i;
/** What a build leaves, and git does not have. */
const NOT_KEPT = /(^|\/)(dist|node_modules)(\/|$)/;

/** Complaints with the line of each; `pages` are all pages, whose anchors are known. */
export function brokenLinks(root: string, page: Page, pages: readonly Page[]): string[] {
  return page.links.flatMap(({ text, line }) => {
    const wrong = wrongWith(root, page, pages, text);
    return wrong === undefined ? [] : [`${page.path}:${line}: ${text} ${wrong}`];
  });
}

function wrongWith(root: string, page: Page, pages: readonly Page[], link: string): string | undefined {
  if (HAS_SCHEME.test(link)) return link.startsWith('https://') ? undefined : 'is not https';
  if (link.startsWith('/')) return 'has to be relative';
  const [file = '', anchor] = decodeURI(link).split('#');
  const target = file === '' ? page.path : normalize(join(dirname(page.path), file));
  if (target.startsWith('..')) return 'leads out of the repository';
  const there = pages.find(({ path }) => path === target || path === join(target, 'README.md'));
  if (there === undefined && (NOT_KEPT.test(target) || !existsSync(join(root, target))))
    return 'leads nowhere';
  if (anchor === undefined || there?.anchors.has(anchor)) return undefined;
  return there ? 'names a heading that is not there' : 'names a place in what is no page: lines move';
}
