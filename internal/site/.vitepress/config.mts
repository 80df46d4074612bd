/** The site. Pages stay where they are in the repository; the files beside this one say how they become pages of a site. */
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import { defineConfig } from 'vitepress';
import { drawMermaid } from '../src/drawings.js';
import { leaveOutList } from '../src/home.js';
import { rewriteLinks } from '../src/links.js';
import { Places } from '../src/places.js';
import { sidebars } from '../src/sidebar.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const places = new Places(root);

/** A stump, and what grows from it. */
const ICON = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke='#3a7d34' stroke-width='3' stroke-linecap='round'><path d='M9 28h14M16 28V6M16 20C11 19 8 15 8 9M16 20c5-1 8-5 8-11'/></svg>`;

export default defineConfig({
  title: 'Coppice',
  description: 'Supervision trees for Node.js',
  lang: 'en',
  srcDir: root,
  outDir: fileURLToPath(new URL('../dist', import.meta.url)),
  rewrites: places.rewrites,
  // All Markdown that is no page.
  srcExclude: [
    'docs/api/**',
    'internal/!(site)/**',
    '{packages,examples}/*/*/**',
    '{packages,examples}/*/!(README).md',
    '**/dist/**',
  ],
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  markdown: {
    // Headings are called as GitHub calls them, so that one link is right in both places.
    anchor: { slugify: (text: string) => GithubSlugger.slug(text) },
    attrs: { disable: true },
    config: (markdown) => {
      rewriteLinks(markdown, root, places);
      leaveOutList(markdown, places);
      drawMermaid(markdown);
    },
  },
  // The index of the search is one file, loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 5_000 } },
  themeConfig: {
    nav: [
      { text: 'Guides', link: '/guides/', activeMatch: '^/guides/' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Errors', link: '/errors' },
    ],
    sidebar: sidebars(root, places),
    notFound: {
      title: 'There is no such page',
      quote: 'Search for it, or look at the guides.',
      linkText: 'What it is',
    },
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        // What a guide says of a word comes before all the types that have it, and before why it came to be so.
        miniSearch: {
          searchOptions: { boostDocument: (id: string) => (/\/(api|decisions)\//.test(id) ? 0.2 : 1) },
        },
      },
    },
  },
});
