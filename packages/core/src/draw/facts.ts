/** What a drawing says of one child or supervisor: how it is, since when, and how much of its limit is gone. */
import type { ChildSnapshot, SupervisorSnapshot } from '../engine/snapshot.js';
import { wordsOf } from '../model/errors.js';
import type { Budget } from '../model/event.js';
import type { ReasonWire } from '../model/wire.js';
import { count, exact, rough } from '../spec/explain-words.js';
import { cut, visible } from './visible.js';

/** A point of a tree: a child, or the root, which is the child of nobody. */
export type Point =
  | { readonly child: ChildSnapshot; readonly below: SupervisorSnapshot | null; readonly at: number }
  | { readonly child: null; readonly below: SupervisorSnapshot; readonly at: number };

export const idOf = ({ child, below }: Point): string => (child ?? below).id;

/** How it looks in a drawing. */
export type Look = 'up' | 'between' | 'trouble' | 'down';

export function lookOf({ child, below }: Point): Look {
  switch (child ? child.status : below.phase) {
    case 'running':
      return 'up';
    case 'starting':
    case 'stopping':
    case 'killing':
      return 'between';
    case 'exited':
    case 'restarting':
    case 'backing-off':
    case 'waiting':
    case 'parked':
      return 'trouble';
    case 'idle':
    case 'paused':
    case 'stopped':
      return 'down';
  }
}

/** What there is to say of it, the most important first. */
export function factsOf(point: Point): string[] {
  const { child, below, at } = point;
  const kind = below?.kind === 'dynamic-supervisor' ? 'dynamic' : (below?.strategy ?? child?.kind ?? '');
  return [
    kind,
    nowOf(point),
    ...(child ? troublesOf(child, at) : []),
    ...(below && below.budget.used > 0 ? [used(below.budget)] : []),
    ...(below && below.abandoned.length > 0
      ? [`${below.abandoned.length} abandoned of former children`]
      : []),
  ];
}

function nowOf({ child, below, at }: Point): string {
  if (!child) return below.phase;
  const next =
    child.nextStartAt === null ? '' : `, next start in ${rough(Math.max(0, child.nextStartAt - at))}`;
  if (child.status === 'running' && child.startedAt !== null)
    return `up ${rough(Math.max(0, at - child.startedAt))}`;
  return `${child.status}${next}`;
}

function troublesOf(child: ChildSnapshot, at: number): string[] {
  const { incarnation, budget, paused, abandoned, lastExit, status } = child;
  const said: string[] = [];
  if (incarnation > 1) said.push(count(incarnation - 1, 'restart'));
  if (paused) {
    const by = paused.by === null ? '' : ` by ${paused.by}`;
    said.push(`paused${by} ${rough(Math.max(0, at - paused.at))} ago`);
  }
  if (abandoned.length > 0) said.push(`${abandoned.length} abandoned`);
  const error = errorIn(lastExit);
  if (error !== undefined && (incarnation > 1 || status !== 'running')) said.push(`last: ${error}`);
  if (budget && budget.used > 0) said.push(used(budget));
  return said.map((text) => cut(visible(text), 120, '...'));
}

function errorIn(reason: ReasonWire | null): string | undefined {
  if (reason?.kind === 'killed') return 'killed';
  const error =
    reason?.kind === 'crash' ? reason.error : reason?.kind === 'shutdown' ? reason.cause : undefined;
  return error && wordsOf(error);
}

const used = ({ used: gone, max, withinMs }: Budget): string =>
  max === null ? 'no limit' : `${gone} of ${count(max, 'restart')} within ${exact(withinMs)} used`;
