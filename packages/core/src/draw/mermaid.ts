/** A tree in the language of Mermaid, which GitHub, GitLab and most documentation sites draw. */
import type { SupervisorSnapshot } from '../engine/snapshot.js';
import { COLORS, type Graph, type GraphOptions, graphOf } from './graph.js';
import { A_SNAPSHOT, reading } from '../spec/checks.js';

const numbered = (character: string): string => `#${character.codePointAt(0)};`;

/** `$$` begins a formula and `fa:fa-` an icon, also when written as numbers; this has no width, and parts them. */
const MAGIC = /\$(?=\$)|\bfa[a-z]*:(?=fa)/g;

/**
 * Characters that may mean something to Mermaid are written as their numbers; so are `1.` and `-` at the beginning,
 * which would make a Markdown list, and it refuses to draw that.
 */
const quoted = (text: string): string =>
  text
    .replaceAll(MAGIC, '$&\u200b')
    .replace(/^([ \p{N}]*)([-.])/u, (_, before: string, mark: string) => `${before}\0${mark}`)
    .replaceAll(/\0[-.]|[^\p{L}\p{M}\p{N} ,./-]/gu, (found) => numbered(found.replace('\0', '')));

/**
 * A tree as a Mermaid flowchart: supervisors with what is below them, coloured by how they are; dotted lines lead
 * from a child to those it is bound to.
 *
 * @param snapshot - of a whole tree, or of a part of it; also one that has been through JSON
 * @returns the text of a diagram, to stand in a block marked `mermaid`
 * @throws CoppiceError `COPPICE_INVALID_ARGUMENT` for no snapshot, or a `maxChildren` below 0
 *
 * @example
 * ```ts
 * await writeFile('tree.md', '```mermaid\n' + toMermaid(tree.snapshot()) + '\n```\n');
 * ```
 */
export function toMermaid(snapshot: SupervisorSnapshot, options: GraphOptions = {}): string {
  return reading('toMermaid', A_SNAPSHOT, snapshot, () => written(graphOf('toMermaid', snapshot, options)));
}

function written({ nodes, edges, bonds }: Graph): string {
  return [
    'flowchart TD',
    ...nodes.map(({ id, lines, look, isSupervisor }) => {
      const label = `"${lines.map(quoted).join('<br/>')}"`;
      return `  ${id}${isSupervisor ? `[${label}]` : `(${label})`}:::${look}`;
    }),
    ...edges.map(([from, to]) => `  ${from} --> ${to}`),
    ...bonds.map(([from, to]) => `  ${from} -.-> ${to}`),
    ...Object.entries(COLORS).map(
      ([look, [fill, stroke]]) => `  classDef ${look} fill:${fill},stroke:${stroke},color:#1b1b1b`,
    ),
  ].join('\n');
}
