/** What stands beside the pages: the guides in the order of docs/guides/README.md, and all other pages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import { pagePaths } from '../../docs/src/pages.js';
import { OVERVIEW, chaptersOf } from '../../docs/src/reading-order.js';
import type { Places } from './places.js';

type Item = DefaultTheme.SidebarItem;

export function sidebars(root: string, places: Places): DefaultTheme.SidebarMulti {
  const text = (path: string): string => readFileSync(join(root, path), 'utf8');
  const link = (path: string): string => `/${places.rewrites[path]!.replace(/(index)?\.md$/, '')}`;
  const titled = (path: string): Item => ({ text: titleOf(text(path)), link: link(path) });
  const pages = pagePaths(root);
  const below = (folder: string): Item[] => pages.filter((path) => path.startsWith(`${folder}/`)).map(titled);

  const guides = chaptersOf(text(OVERVIEW)).map((chapter) => ({
    text: chapter.title,
    items: chapter.guides.map(({ title, path }) => ({ text: title, link: link(path) })),
  }));
  const reference = ['docs/events.md', 'docs/errors.md', 'docs/otp-differences.md'];
  const behind = pages.filter((path) => /^docs\/[^/]+$/.test(path) && !reference.includes(path));
  const house = pages.filter((path) => !path.includes('/') && path !== 'README.md');
  return {
    '/api/': apiSidebar(JSON.parse(text('internal/site/api/navigation.json')) as Navigation[]),
    '/': [
      {
        items: [
          { text: 'What it is', link: '/' },
          { text: 'All guides', link: link(OVERVIEW) },
        ],
      },
      ...guides,
      { text: 'Look up', items: [{ text: 'API reference', link: '/api/' }, ...reference.map(titled)] },
      { text: 'Packages', collapsed: true, items: below('packages') },
      { text: 'Examples', collapsed: true, items: below('examples') },
      { text: 'How it is made', collapsed: true, items: [...behind, ...house].map(titled) },
      { text: 'Decisions', collapsed: true, items: below('docs/decisions') },
    ],
  };
}

const titleOf = (markdown: string): string => (/^# (.+)$/m.exec(markdown)?.[1] ?? '').replaceAll('`', '');

/** As typedoc-plugin-markdown writes it. */
interface Navigation {
  readonly title: string;
  readonly path?: string;
  readonly children?: readonly Navigation[];
}

/** The packages only: with all names beside each page the site would be ten times as large, and they are on the package's page. */
const apiSidebar = (navigation: readonly Navigation[]): Item[] => [
  { text: 'API reference', link: '/api/', items: navigation.flatMap(apiItem) },
];

/** Each module; what is no module is a name in one, or a heading. */
function apiItem({ title, path, children = [] }: Navigation): Item[] {
  const items = children.flatMap(apiItem);
  if (path === undefined || !path.endsWith('/index.md')) return items;
  return [{ text: title, link: `/api/${path.replace(/index\.md$/, '')}` }, ...items];
}
