/** The pages that are for readers, and what is in them: Markdown, parsed once. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

export type Token = ReturnType<MarkdownIt['parse']>[number];

export interface Page {
  /** From the root of the repository: `docs/guides/threads.md`. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Piece[];
  readonly inlineCode: readonly Piece[];
  /** What `#...` may name: headings, by GitHub's rule. */
  readonly anchors: ReadonlySet<string>;
}

/** A fenced block of code. */
export interface Block {
  /** 1 is the first one of its page, whatever its language. */
  readonly number: number;
  readonly language: string;
  /** What the fence says after the language: `run`, `fragment`. */
  readonly words: readonly string[];
  readonly code: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
}

/** A link, or some code in a sentence. */
export interface Piece {
  readonly text: string;
  /** Of the paragraph that it is in, from 1. */
  readonly line: number;
}

/** Where the pages are, and how deep; docs/api is written by a tool. */
const FOLDERS: readonly (readonly [folder: string, isPage: (path: string) => boolean])[] = [
  ['.', (path) => !path.includes('/')],
  ['docs', (path) => !path.startsWith('api/')],
  ['packages', (path) => /^[^/]+\/README\.md$/.test(path)],
  ['examples', (path) => /^[^/]+\/README\.md$/.test(path)],
];

/** Paths of all pages, from the root of the repository, in alphabetical order. */
export function pagePaths(root: string): string[] {
  const paths = FOLDERS.flatMap(([folder, isPage]) =>
    markdownIn(join(root, folder), folder === '.' ? 1 : Infinity)
      .filter(isPage)
      .map((path) => (folder === '.' ? path : `${folder}/${path}`)),
  );
  return paths.toSorted((a, b) => (a < b ? -1 : 1));
}

function markdownIn(folder: string, depth: number): string[] {
  if (depth === 0 || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return entry.name.endsWith('.md') ? [entry.name] : [];
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.')) return [];
    return markdownIn(join(folder, entry.name), depth - 1).map((path) => `${entry.name}/${path}`);
  });
}

export const pagesOf = (root: string): Page[] =>
  pagePaths(root).map((path) => parsePage(path, readFileSync(join(root, path), 'utf8')));

export const markdown = new MarkdownIt({ html: true });

export function parsePage(path: string, source: string): Page {
  const tokens = markdown.parse(source, {});
  return {
    path,
    blocks: tokens.filter(({ type }) => type === 'fence').map(blockOf),
    links: pieces(tokens, (token) => token.attrGet(token.type === 'image' ? 'src' : 'href')),
    inlineCode: pieces(tokens, ({ type, content }) => (type === 'code_inline' ? content : null)),
    anchors: new Set(headings(tokens)),
  };
}

function blockOf(token: Token, at: number): Block {
  const [language = '', ...words] = token.info.trim().split(/\s+/);
  return { number: at + 1, language, words, code: token.content, line: token.map![0] + 2 };
}

/** What `textOf` finds in the sentences. */
function pieces(tokens: readonly Token[], textOf: (token: Token) => string | null): Piece[] {
  let line = 1; // cells of a table have none of their own, but their row has
  return tokens.flatMap(({ children, map }) => {
    line = map === null ? line : map[0] + 1;
    return (children ?? []).flatMap((child) => {
      const text = textOf(child);
      return text === null ? [] : [{ text, line }];
    });
  });
}

function headings(tokens: readonly Token[]): string[] {
  const slugger = new GithubSlugger();
  return tokens.flatMap(({ type }, at) => {
    if (type !== 'heading_open') return [];
    const words = tokens[at + 1]!.children!.filter((child) => child.type !== 'html_inline');
    return [slugger.slug(words.map(({ content }) => content).join(''))];
  });
}
