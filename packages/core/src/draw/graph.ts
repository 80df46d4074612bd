/** A tree as points and lines between them: what `toMermaid` and `toDot` write down, each in its language. */
import type { SupervisorSnapshot } from '../engine/snapshot.js';
import { checkOptions } from '../spec/checks.js';
import { type Look, type Point, factsOf, idOf, lookOf } from './facts.js';
import { belowOf, checkCount, rootOf } from './points.js';
import { visible } from './visible.js';

/** How a tree is drawn as a graph. */
export interface GraphOptions {
  /** So many children of one supervisor at most, first those that are not simply up; the others are one node. Default: 20. */
  readonly maxChildren?: number | undefined;
}

/** Fill and border of each look, as `#rrggbb`. */
export const COLORS: Readonly<Record<Look, readonly [fill: string, stroke: string]>> = {
  up: ['#e3f4e1', '#3a7d34'],
  between: ['#fff4d6', '#a87900'],
  trouble: ['#fde2e1', '#b3261e'],
  down: ['#eeeeee', '#757575'],
};

/** One node: `id` is made here and safe in any language; the lines are not. */
interface Node {
  readonly id: string;
  readonly lines: readonly string[];
  readonly look: Look;
  readonly isSupervisor: boolean;
}

/** What `toDot` and `toMermaid` write down. */
export interface Graph {
  readonly nodes: readonly Node[];
  /** From a supervisor to a child. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** From a child to the one that it falls with. */
  readonly bonds: readonly (readonly [from: string, to: string])[];
}

export function graphOf(call: string, snapshot: SupervisorSnapshot, options: GraphOptions): Graph {
  const { maxChildren = 20 } = checkOptions(call, options, ['maxChildren']);
  checkCount(call, 'maxChildren', maxChildren, 0);
  const nodes: Node[] = [];
  const edges: [string, string][] = [];
  const bonds: [string, string][] = [];
  const add = (lines: readonly string[], look: Look, isSupervisor: boolean): string => {
    const id = `n${nodes.length}`;
    nodes.push({ id, lines: lines.map(visible), look, isSupervisor });
    return id;
  };
  const draw = (point: Point): string => {
    const node = add([idOf(point), ...factsOf(point)], lookOf(point), point.below !== null);
    const { shown, folded } = belowOf(point, maxChildren);
    const siblings = new Map<string, string>();
    for (const child of shown) {
      const id = draw(child);
      siblings.set(idOf(child), id);
      edges.push([node, id]);
    }
    for (const { child } of shown) {
      for (const other of child?.bindsTo ?? []) {
        const [from, to] = [siblings.get(child?.id ?? ''), siblings.get(other)];
        if (from !== undefined && to !== undefined) bonds.push([from, to]);
      }
    }
    if (folded) edges.push([node, add([folded.words], folded.isUp ? 'up' : 'trouble', false)]);
    return node;
  };
  draw(rootOf(snapshot));
  return { nodes, edges, bonds };
}
