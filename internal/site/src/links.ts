/**
 * Links as they are in the repository lead to the same page on the site. What is no page is shown in the repository, if
 * the packages say where that is, and is plain text otherwise.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import type { Places } from './places.js';

export function rewriteLinks(markdown: MarkdownRenderer, root: string, places: Places): void {
  const repository = repositoryOf(root);
  markdown.core.ruler.push('links_of_the_repository', ({ tokens, env }) => {
    const source = places.sourceOf((env as { relativePath: string }).relativePath);
    if (source === undefined) return;
    for (const { children } of tokens) {
      for (const [at, token] of (children ?? []).entries()) {
        const link = token.type === 'link_open' ? token.attrGet('href') : null;
        if (link === null || /^([a-z]+:|#)/.test(link)) continue;
        const target = places.target(source, link);
        if ('file' in target && !existsSync(join(root, target.file))) {
          throw new Error(`${source}: the link ${link} leads nowhere`);
        }
        if ('page' in target) token.attrSet('href', target.page);
        else if (repository !== undefined) token.attrSet('href', inRepository(root, repository, target.file));
        else
          for (const end of [token, closing(children!, at)])
            Object.assign(end, { type: 'text', content: '' });
      }
    }
  });
}

const closing = <T extends { type: string }>(tokens: readonly T[], from: number): T =>
  tokens.slice(from).find(({ type }) => type === 'link_close')!;

function inRepository(root: string, repository: string, file: string): string {
  const isFolder = statSync(join(root, file)).isDirectory();
  return `${repository}/${isFolder ? 'tree' : 'blob'}/main/${file}`;
}

/** The address for people, of the one that package.json has for npm. */
function repositoryOf(root: string): string | undefined {
  const manifest = readFileSync(join(root, 'packages/coppice/package.json'), 'utf8');
  const { repository } = JSON.parse(manifest) as { repository?: string | { url: string } };
  const url = typeof repository === 'object' ? repository.url : repository;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '');
}
