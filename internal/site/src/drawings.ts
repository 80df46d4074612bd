/** Mermaid blocks become drawings while the site is built: no script on the page, and the colours of its theme. */
import { renderMermaidSVG } from 'beautiful-mermaid';
import type { MarkdownRenderer } from 'vitepress';

const COLOURS = {
  bg: 'var(--vp-c-bg)',
  fg: 'var(--vp-c-text-1)',
  transparent: true,
  font: 'inherit',
};

export function drawMermaid(markdown: MarkdownRenderer): void {
  const otherwise = markdown.renderer.rules.fence!;
  markdown.renderer.rules.fence = (tokens, at, ...rest) => {
    const { info, content } = tokens[at]!;
    if (info.trim() !== 'mermaid') return otherwise(tokens, at, ...rest);
    return `<figure class="drawing" v-pre>${renderMermaidSVG(characters(content), COLOURS)}</figure>\n`;
  };
}

/** Mermaid writes characters as `#58;`, which the renderer does not know. */
const characters = (content: string): string =>
  content.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
