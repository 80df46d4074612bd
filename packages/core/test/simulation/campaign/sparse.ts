/**
 * Scripts as short, readable JSON: what is as usual is left out, an action is a word and a number. Regressions are
 * kept like that, so that a person sees what they are about.
 */
import type { BranchPlan, EngineScript, LeafPlan, Part } from '../engine/plan.js';
import type { Action, BeyondPlan, ChildPlan, Mood, Script } from '../model/script.js';
import type { Scripted } from './finding.js';

type Json = Record<string, unknown>;

const BEYOND: BeyondPlan = {
  backoff: undefined,
  limit: undefined,
  giveUp: 'escalate',
  reviveAfterMs: undefined,
  boot: 'fail',
  startTimeoutMs: undefined,
  staleAfterMs: undefined,
  maxRunMs: undefined,
  classifies: false,
  bondsMask: 0,
  childBackoff: undefined,
  maxChildren: undefined,
  startOrder: 'sequential',
};
const SUPERVISION = {
  restart: 'permanent',
  shutdownMs: 0,
  strategy: 'one-for-one',
  maxRestarts: 0,
  withinMs: 1,
  autoShutdown: 'never',
  beyond: undefined,
} as const;
const CHILD: ChildPlan = {
  ...SUPERVISION,
  kind: 'task',
  significant: false,
  kill: false,
  awaitReady: true,
  onStuck: 'abandon',
  children: [],
};
const BRANCH: BranchPlan = { ...SUPERVISION, kind: 'supervisor', leaves: [], branches: [] };
const LEAF: LeafPlan = {
  kind: 'service',
  restart: 'permanent',
  significant: false,
  shutdownMs: 0,
  kill: false,
  onStuck: 'abandon',
  beyond: undefined,
  awaitReady: false,
  parts: [],
};
const MOOD: Mood = { start: 'at once', stop: 'at once', errorClass: 'transient' };
const PART: Part = {
  ...MOOD,
  start: 'at once',
  stop: 'at once',
  life: 'stays',
  defer: 'none',
  ready: 'at once',
  beats: 'always',
  ms: 0,
};
const ENDING = { rest: false, deadlineMs: Infinity, slowness: 1, slice: 64 };

/** How a plain object of one type is written and read: its usual values, and what becomes of what is in it. */
interface Form {
  readonly usual: object;
  readonly inner: Readonly<Record<string, Form>>;
}

const beyond: Form = { usual: BEYOND, inner: {} };
const child: { usual: object; inner: Record<string, Form> } = { usual: CHILD, inner: { beyond } };
child.inner['children'] = child;
const leaf: Form = { usual: LEAF, inner: { beyond, parts: { usual: PART, inner: {} } } };
const branch: { usual: object; inner: Record<string, Form> } = {
  usual: BRANCH,
  inner: { beyond, leaves: leaf },
};
branch.inner['branches'] = branch;
const FORMS: Readonly<Record<Scripted['of'], Form>> = {
  model: { usual: ENDING, inner: { root: child, extras: child, moods: { usual: MOOD, inner: {} } } },
  engine: { usual: ENDING, inner: { root: branch, extra: leaf } },
};

export function toSparse({ of, script }: Scripted): Json {
  const actions = script.actions.map(({ verb, at }) => `${verb} ${at}`);
  return { ...write({ ...script, actions: [] }, FORMS[of]), actions };
}

export function fromSparse(of: Scripted['of'], sparse: Json): Scripted {
  const actions = (sparse['actions'] as string[]).map((action) => {
    const [verb, at] = action.split(' ');
    return { verb, at: Number(at) } as Action;
  });
  const script: unknown = { ...read(sparse, FORMS[of]), actions };
  return of === 'model' ? { of, script: script as Script } : { of, script: script as EngineScript };
}

function write(value: object, { usual, inner }: Form): Json {
  const usually = usual as Json;
  const kept = Object.entries(value).filter(
    ([key, each]) => !(key in usually) || !isSame(each, usually[key]),
  );
  return Object.fromEntries(
    kept.map(([key, each]) => [key, throughout(each, inner[key], (one, form) => write(one, form))]),
  );
}

function read(sparse: Json, { usual, inner }: Form): Json {
  const entries = Object.entries(sparse).map(([key, each]) => [
    key,
    each === 'Infinity' ? Infinity : throughout(each, inner[key], (one, form) => read(one as Json, form)),
  ]);
  return { ...usual, ...(Object.fromEntries(entries) as Json) };
}

/** Of one, or of each in a list; what has no form of its own stays as it is, but for what JSON has no word for. */
function throughout(
  value: unknown,
  form: Form | undefined,
  change: (one: object, form: Form) => Json,
): unknown {
  if (value === Infinity) return 'Infinity';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => throughout(each, form, change));
  return change(value, form ?? { usual: {}, inner: {} });
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === 0 && b.length === 0);
