/** Mermaid blocks become drawings while the site is built: no script on the page, and the colours of its theme. */
import { renderMermaidSVG } from 'beautiful-mermaid';
import type { MarkdownRenderer } from 'vitepress';

export function drawMermaid(markdown: MarkdownRenderer): void {
  const otherwise = markdown.renderer.rules.fence!;
  markdown.renderer.rules.fence = (tokens, at, ...rest) => {
    const { info, content } = tokens[at]!;
    if (info.trim() !== 'mermaid') return otherwise(tokens, at, ...rest);
    return `<figure class="drawing" v-pre>${withoutStyle(renderMermaidSVG(characters(content)))}</figure>\n`;
  };
}

/** Its style sheet loads a font from elsewhere; what else is in it, theme/style.css says in the colours of the site. */
const withoutStyle = (svg: string): string =>
  svg.replace(/<style>[^]*?<\/style>/, '').replace(/ style="[^"]*"/, '');

/** Mermaid writes characters as `#58;`, which the renderer does not know. */
const characters = (content: string): string =>
  content.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
