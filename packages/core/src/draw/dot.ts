/** A tree in the language of Graphviz. */
import type { SupervisorSnapshot } from '../engine/snapshot.js';
import { COLORS, type Graph, type GraphOptions, graphOf } from './graph.js';
import { A_SNAPSHOT, reading } from '../spec/checks.js';

/** In a quoted label `\` and `"` have a meaning, and `&` begins an entity, as in HTML. */
const quoted = (text: string): string => text.replaceAll(/[\\"]/g, '\\$&').replaceAll('&', '&amp;');

/**
 * A tree as a Graphviz digraph: supervisors with what is below them, coloured by how they are; dotted lines lead
 * from a child to those it is bound to.
 *
 * @param snapshot - of a whole tree, or of a part of it; also one that has been through JSON
 * @returns the text of a file for `dot`
 * @throws CoppiceError `COPPICE_INVALID_ARGUMENT` for no snapshot, or a `maxChildren` below 0
 *
 * @example
 * ```ts
 * await writeFile('tree.dot', toDot(tree.snapshot())); // dot -Tsvg tree.dot -o tree.svg
 * ```
 */
export function toDot(snapshot: SupervisorSnapshot, options: GraphOptions = {}): string {
  return reading('toDot', A_SNAPSHOT, snapshot, () => written(graphOf('toDot', snapshot, options)));
}

function written({ nodes, edges, bonds }: Graph): string {
  return [
    'digraph supervision {',
    '  node [fontname="sans-serif", style="filled"]',
    ...nodes.map(({ id, lines, look, isSupervisor }) => {
      const [fill, stroke] = COLORS[look];
      const shape = isSupervisor ? 'box' : 'ellipse';
      const label = lines.map(quoted).join('\\n');
      return `  ${id} [label="${label}", shape=${shape}, fillcolor="${fill}", color="${stroke}"]`;
    }),
    ...edges.map(([from, to]) => `  ${from} -> ${to}`),
    ...bonds.map(([from, to]) => `  ${from} -> ${to} [style=dotted, constraint=false]`),
    '}',
  ].join('\n');
}
