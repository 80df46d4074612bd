/** What is wrong with the commands and paths that a page names: scripts and files that are not there. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { Page } from './pages.js';

const SHELLS = ['sh', 'bash'];
const SHORT = ['start', 'test', 'stop'];
/** In a sentence: a command of one of these tools, or a path. */
const IS_COMMAND = /^(npm|npx|node|jest|bash|sh|node_modules\/\.bin\/\w+)\s/;
const IS_PATH = /^[\w@-][\w.@-]*(\/[\w.@-]+)+\.(ts|mts|cts|js|mjs|cjs|json|jsonc|md|gz|sh|yaml|yml|cfg)$/;
const IS_OUR_FOLDER = /^(packages|internal|examples|docs|scripts)(\/[\w.@-]+)+\/?$/;
/** A word that can mean nothing but a path of this repository. */
const OURS = /^(packages|internal|examples|docs|scripts|\.ci)\//;

/** Complaints with the line of each. `foreign` are paths of other projects that a page speaks of. */
export function deadCommands(root: string, page: Page, foreign: readonly string[]): string[] {
  const dirs = workplaces(page.path).map((dir) => join(root, dir));
  const complaints = (line: number, said: readonly string[]): string[] =>
    said.map((complaint) => `${page.path}:${line}: ${complaint}`);
  const scripts = page.blocks.filter(({ language }) => SHELLS.includes(language));
  const sentences = page.inlineCode.filter(({ text }) => !foreign.includes(text));
  return [
    ...scripts.flatMap(({ code, line }) => complaints(line, wrongInScript(root, dirs, code))),
    ...sentences.flatMap(({ text, line }) =>
      complaints(line, IS_COMMAND.test(text) ? wrongInCommand(root, dirs, wordsOf(text)) : []),
    ),
    ...sentences
      .filter(({ text }) => IS_PATH.test(text) || IS_OUR_FOLDER.test(text))
      .filter(({ text }) => !existsSomewhere(root, dirs, text))
      .flatMap(({ text, line }) => complaints(line, [`there is no ${text}`])),
  ];
}

/** Where its commands are given: in the root, and in its workspace if it has one. */
function workplaces(path: string): string[] {
  const [, workspace] = /^((?:packages|examples|internal)\/[^/]+)\//.exec(path) ?? [];
  return workspace === undefined ? ['.'] : ['.', workspace];
}

function wrongInScript(root: string, from: readonly string[], script: string): string[] {
  let dirs = from;
  return commandsOf(script).flatMap((words) => {
    if (words[0] !== 'cd') return wrongInCommand(root, dirs, words);
    const there = dirs.map((dir) => join(dir, words[1] ?? '')).filter((dir) => existsSync(dir));
    const isTheirs = new RegExp(`\\b(mkdir|git clone)\\b.*\\b${words[1]}\\b`).test(script);
    dirs = there; // in a folder of the reader's own none of our scripts is there
    return there.length > 0 || isTheirs ? [] : [`cd ${words[1]}: there is no such folder`];
  });
}

function wrongInCommand(root: string, dirs: readonly string[], words: readonly string[]): string[] {
  const dead = words
    .filter((word) => OURS.test(word) && !exists(root, word))
    .map((word) => `there is no ${word}`);
  if (dirs.length === 0) return dead;
  const args = words.slice(1).filter((word) => !word.startsWith('-'));
  const file = args.find((word) => word.includes('/'));
  switch (words[0]) {
    case 'npm': {
      const script = args[0] === 'run' ? args[1] : SHORT.find((name) => name === args[0]);
      const isThere = script === undefined || dirs.some((dir) => scriptsOf(dir).includes(script));
      return isThere ? dead : [...dead, `there is no script ${script}`];
    }
    case 'node':
    case 'bash':
    case 'sh': {
      const isThere = file === undefined || OURS.test(file) || dirs.some((dir) => exists(dir, file));
      return isThere ? dead : [...dead, `there is no ${file}`];
    }
    default:
      return dead;
  }
}

/** One line may have several; what is set for a command is left out, and so are comments. */
function commandsOf(script: string): string[][] {
  return script
    .split('\n')
    .flatMap((line) => line.replace(/(^|\s)#.*/, '').split(/&&|\|\||[;|]/))
    .map((command) => wordsOf(command.trim()))
    .filter(({ length }) => length > 0);
}

const wordsOf = (command: string): string[] =>
  (command.match(/"[^"]*"|'[^']*'|\S+/g) ?? [])
    .map((word) => word.replaceAll(/^["']|["']$/g, ''))
    .filter((word) => !/^[A-Z_]+=/.test(word));

function scriptsOf(dir: string): string[] {
  const manifest = join(dir, 'package.json');
  if (!existsSync(manifest)) return [];
  const { scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts?: Record<string, string> };
  return Object.keys(scripts ?? {});
}

/** A file, a folder, or (as Jest takes it) the beginning of a name. What is built counts as its source. */
function exists(dir: string, path: string): boolean {
  const source = join(dir, path.replace(/\bdist\/(.*)\.js$/, 'src/$1.ts'));
  if (existsSync(source)) return true;
  const folder = dirname(source);
  return (
    existsSync(folder) && readdirSync(folder).some((name) => join(folder, name).startsWith(`${source}.`))
  );
}

/** Pages name files from the root, from their workspace, or from the sources of one. */
function existsSomewhere(root: string, dirs: readonly string[], path: string): boolean {
  const sources = ['packages', 'internal']
    .flatMap((top) => readdirSync(join(root, top)).map((name) => join(root, top, name)))
    .flatMap((workspace) => [workspace, join(workspace, 'src')]);
  return [...dirs, ...sources].some((dir) => exists(dir, path));
}
