/**
 * `explain`: what a child or a supervisor is at, why, and what comes next, in plain sentences. Much of that is known to
 * the tree itself; what was before the last end is known if there is a recorder.
 */
import type { Child } from '../model/child.js';
import { notFound } from '../model/commands.js';
import { isSupervisorKind } from '../model/policy.js';
import type { ChildHistory } from '../recorder/types.js';
import type { ChildPolicy } from '../model/policy.js';
import { SupervisorProcess } from '../engine/supervisor-process.js';
import { type Outside, outlookOf } from './outlook.js';
import { STOPPED, byWhom, pastOf, runText } from './past.js';
import { circumstancesOf, hasFuture, presentOf } from './present.js';
import { childrenText, giveUpText, rootText, supervisorOutlook } from './supervisor.js';

/** A supervisor that is there, with what is looked for below it: nothing, a child, or what may have been there. */
interface Found {
  readonly process: SupervisorProcess;
  readonly child: Child | undefined;
  readonly lost: readonly string[];
}

/**
 * @param top - the supervisor of the handle
 * @param path - from there, as ids; none: the supervisor itself
 * @throws `COPPICE_NOT_FOUND` if nothing there is known
 */
export function explainPlace(top: SupervisorProcess, path: readonly string[], outside: Outside): string {
  const { process, child, lost } = find(top, path);
  if (lost.length > 0) return lostText(process, child, lost, outside);
  return child ? childText(process, child, outside) : ownText(process, outside);
}

function find(top: SupervisorProcess, path: readonly string[]): Found {
  let process = top;
  for (const [at, id] of path.entries()) {
    const child = process.state.children.get(id);
    const rest = path.slice(at + 1);
    if (!child) return { process, child: undefined, lost: path.slice(at) };
    if (rest.length === 0) return { process, child, lost: [] };
    if (!(child.runtime instanceof SupervisorProcess)) return { process, child, lost: rest };
    process = child.runtime;
  }
  return { process, child: undefined, lost: [] };
}

const sentence = (clauses: readonly (string | undefined)[]): string =>
  `${clauses.filter((clause) => clause !== undefined && clause !== '').join('; ')}.`;

/** One that is there. */
export function childText(process: SupervisorProcess, child: Child, outside: Outside): string {
  const path = `${process.path}/${child.id}`;
  const now = process.tree.clock.now();
  const history = process.tree.recorder?.child(path);
  const known = { process, child, history, now };
  const isDownWithAll = process.state.phase === 'stopped' && child.status === 'stopped';
  const present = isDownWithAll
    ? `${child.id} is down, as is its supervisor`
    : `${child.id} ${presentOf(known)}`;
  const past = pastOf(child, history, now);
  const about = isSupervisorKind(child.spec.kind) ? supervisorClauses(process, child, outside) : [];
  const head = past === undefined ? present : `${present}: ${past}`;
  const clauses = [head, ...circumstancesOf(known), ...about];
  // Of a supervisor what happens to its children matters more than its own next end.
  if (about.length === 0 && hasFuture(child)) clauses.push(...outlookOf(process, child, outside));
  return isDownWithAll ? `${sentence(clauses)} ${upText(process, outside)}` : sentence(clauses);
}

function supervisorClauses(above: SupervisorProcess, child: Child, outside: Outside): (string | undefined)[] {
  const path = `${above.path}/${child.id}`;
  const below = child.runtime instanceof SupervisorProcess ? child.runtime : undefined;
  const gaveUp = giveUpText(above, path, child);
  const isUp = child.status === 'running' || child.status === 'starting' || child.status === 'stopping';
  return below && isUp ? [childrenText(below), gaveUp, ...supervisorOutlook(below, outside)] : [gaveUp];
}

/** The supervisor of the handle itself. */
function ownText(process: SupervisorProcess, outside: Outside): string {
  const above = process.parent.process;
  const child = above?.state.children.get(process.spec.id);
  if (above && child) return childText(above, child, outside);
  const { phase } = process.state;
  const isUp = phase === 'starting' || phase === 'running' || phase === 'stopping';
  return sentence([
    `${process.spec.id} ${rootText(process)}`,
    isUp ? childrenText(process) : undefined,
    giveUpText(process, process.path, undefined),
    ...supervisorOutlook(process, outside),
  ]);
}

const upText = (process: SupervisorProcess, outside: Outside): string => ownText(process, outside);

/** One that is not there (any more), or whose supervisor is down. */
function lostText(
  process: SupervisorProcess,
  holder: Child | undefined,
  lost: readonly string[],
  outside: Outside,
): string {
  const path = [process.path, ...(holder ? [holder.id] : []), ...lost].join('/');
  const id = lost.at(-1) as string;
  const history = process.tree.recorder?.child(path);
  if (history) return goneText(id, history);
  if (holder && isDeclared(holder.spec, lost)) {
    return `${id} is not there, as its supervisor is not. ${childText(process, holder, outside)}`;
  }
  throw notFound(process.state, lost[0] as string);
}

/** One that the recorder still knows. */
function goneText(id: string, { runs }: ChildHistory): string {
  const run = runs.findLast(({ endedAt }) => endedAt !== null);
  const decision = run?.decisions.at(-1);
  const why =
    decision?.kind === 'removed' ? ` (${WHY_REMOVED[decision.because] ?? STOPPED_WHY(decision)})` : '';
  return sentence([`${id} is no longer there${why}`, run && runText(run)]);
}

const WHY_REMOVED: Readonly<Record<string, string>> = {
  ended: 'it ended, and was not to be started again',
  ignored: 'its start said ignore',
  'start-failed': 'it did not start',
  'gave-up': 'it gave up',
  deleted: 'it was deleted',
};

const STOPPED_WHY = (decision: { because: string; with: string | null; by: string | null }): string =>
  `${STOPPED[decision.because as keyof typeof STOPPED](decision.with)}${byWhom(decision.by)}`;

/** Is there a child of these ids in what is declared? */
function isDeclared(spec: ChildPolicy, [id, ...rest]: readonly string[]): boolean {
  const child = spec.children?.find((each) => each.id === id);
  if (!child) return false;
  return rest.length === 0 || isDeclared(child, rest);
}
