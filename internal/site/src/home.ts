/** The home page is the README but for its last section, which lists the pages: those are beside it. */
import type { MarkdownRenderer } from 'vitepress';
import type { Places } from './places.js';

export function leaveOutList(markdown: MarkdownRenderer, places: Places): void {
  markdown.core.ruler.push('home', ({ tokens, env }) => {
    if (places.sourceOf((env as { relativePath: string }).relativePath) !== 'README.md') return;
    const at = tokens.findIndex(
      ({ type, tag }, index) =>
        type === 'heading_open' && tag === 'h2' && tokens[index + 1]!.content === 'More',
    );
    if (at === -1) throw new Error('README.md has no section "More" any longer: see home.ts');
    tokens.splice(at);
  });
}
