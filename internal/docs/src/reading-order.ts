/** The guides in the order in which they are to be read: the lists of docs/guides/README.md. The site has them from here. */
import { type Token, markdown } from './pages.js';

export const GUIDES = 'docs/guides';
export const OVERVIEW = `${GUIDES}/README.md`;

/** A line in bold with the list below it. */
export interface Chapter {
  readonly title: string;
  readonly guides: readonly { readonly title: string; readonly path: string }[];
}

export function chaptersOf(overview: string): Chapter[] {
  const chapters: { title: string; guides: { title: string; path: string }[] }[] = [];
  let isInList = false;
  for (const { type, children } of markdown.parse(overview, {})) {
    if (type === 'ordered_list_open') isInList = true;
    if (type === 'ordered_list_close') isInList = false;
    if (type !== 'inline') continue;
    const title = boldTitle(children!);
    if (isInList) chapters.at(-1)?.guides.push(...linked(children!));
    else if (title !== undefined) chapters.push({ title, guides: [] });
  }
  return chapters;
}

/** The text of a paragraph that is nothing but bold. */
function boldTitle(tokens: readonly Token[]): string | undefined {
  const solid = tokens.filter(({ type, content }) => type !== 'text' || content !== '');
  return solid.at(0)?.type === 'strong_open' && solid.at(-1)?.type === 'strong_close'
    ? textOf(tokens)
    : undefined;
}

function linked(tokens: readonly Token[]): { title: string; path: string }[] {
  return tokens.flatMap((token, at) => {
    if (token.type !== 'link_open') return [];
    const end = tokens.findIndex(({ type }, index) => index > at && type === 'link_close');
    const title = textOf(tokens.slice(at, end));
    return [{ title: title[0]!.toUpperCase() + title.slice(1), path: `${GUIDES}/${token.attrGet('href')}` }];
  });
}

const textOf = (tokens: readonly Token[]): string => tokens.map(({ content }) => content).join('');
