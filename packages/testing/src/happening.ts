/** What a test expects to happen, in words: `'db crashed'`, or as part of an event, or as a function. */
import { EVENT_NAMES, type EventName, type EventOf, type SupervisionEvent } from '@coppice/core';
import { closest, show } from '@coppice/core/kit';
import { TestingError } from './errors.js';

/** The name of an event without its first half: `crashed` of `child:crashed`. */
export type Verb = EventName extends infer N ? (N extends `${string}:${infer V}` ? V : never) : never;

/** A part of an event; all that it has must be the same in the event. */
export type PartOf<E> = { readonly [K in keyof E]?: E[K] extends object ? PartOf<E[K]> | E[K] : E[K] };

/** Part of an event of any type, and whose it is: `id` or `ref`, if `path` is too long a word. */
export type Part = EventName extends infer N
  ? N extends EventName
    ? { readonly type?: N; readonly ref?: { readonly id: string } } & PartOf<Omit<EventOf<N>, 'type'>>
    : never
  : never;

/**
 * What may happen. As text: who, and the name of the event without its first half. Who is the end of a path
 * (`'db'`, `'feeds/eu'`), if wanted with the number of the incarnation (`'db#2'`), or `*` for anybody.
 *
 * @example
 * ```ts
 * const inWords: Happening = 'db#2 started';
 * const asPart: Happening = { type: 'child:restarting', id: 'db', delayMs: 100 };
 * const asFunction: Happening = (event) => event.type === 'child:crashed' && event.error.code === 'ECONNRESET';
 * ```
 */
export type Happening =
  | `${string} ${Verb}`
  | `${string} ${EventName}`
  | Part
  | ((event: SupervisionEvent) => boolean);

/** A happening that can be looked for, and named in a message. */
export interface Wanted {
  readonly says: string;
  readonly matches: (event: SupervisionEvent) => boolean;
  /** Whose it is: the end of a path, perhaps with the number of an incarnation; undefined: anybody's, or not known. */
  readonly who?: string | undefined;
}

/** The function that the stack of an error is to end with: what the test has called. */
export type Above = (...args: never[]) => unknown;

/** Throws if it happens to somebody who is not in the tree and cannot come to be in it. */
export type CheckName = (wanted: Wanted, above?: Above) => void;

const verbOf = (type: EventName): string => type.slice(type.indexOf(':') + 1);
const VERBS = [...new Set(EVENT_NAMES.map(verbOf))];

/** @throws TestingError `COPPICE_TEST_WORDS` if no event can ever be that */
export function wantedOf(happening: Happening): Wanted {
  try {
    return wanted(happening);
  } catch (error) {
    // A Proxy, a getter that throws, a part that cannot be shown.
    throw error instanceof TestingError ? error : noHappening(show(happening), '', error);
  }
}

function wanted(happening: Happening): Wanted {
  if (typeof happening === 'string') return inWords(happening);
  if (typeof happening === 'function') {
    const { name } = happening as { readonly name: unknown };
    const says = typeof name === 'string' && name !== '' ? name : `${happening}`;
    return { says, matches: happening };
  }
  if (typeof happening !== 'object' || happening === null) throw noHappening(show(happening), '');
  const { ref, ...part } = happening;
  const known: readonly string[] = EVENT_NAMES;
  if (part.type !== undefined && !known.includes(part.type)) {
    throw noHappening(show(part.type), hintFor(part.type, known));
  }
  const all = ref === undefined ? part : { ...part, id: ref.id };
  const { id, path = id } = all as { readonly id?: unknown; readonly path?: unknown };
  return {
    says: `${JSON.stringify(all)}`,
    matches: (event) => has(event, all),
    who: typeof path === 'string' ? path : undefined,
  };
}

function inWords(words: string): Wanted {
  const at = words.lastIndexOf(' ');
  const [who, what] = [words.slice(0, at), words.slice(at + 1)];
  const types = EVENT_NAMES.filter((type) => type === what || verbOf(type) === what);
  if (at <= 0 || types.length === 0) throw noHappening(show(words), hintFor(what, VERBS));
  return { says: words, matches: (event) => types.includes(event.type) && isAbout(event, who), who };
}

const hintFor = (word: string, words: readonly string[]): string => {
  const near = closest(word, words);
  return near === undefined ? '' : `; did you mean '${near}'?`;
};

const noHappening = (got: string, hint: string, cause?: unknown): TestingError =>
  new TestingError('COPPICE_TEST_WORDS', { got, hint, expected: VERBS.join(', ') }, undefined, cause);

/** Is the event about whoever is meant by the end of a path, with the number of an incarnation or without? */
export function isAbout(event: SupervisionEvent, who: string): boolean {
  if (who === '*' || endsWith(event.path, who)) return true;
  const [, path, number] = /^(.+)#(\d+)$/.exec(who) ?? [];
  return (
    path !== undefined &&
    'incarnation' in event &&
    event.incarnation === Number(number) &&
    (path === '*' || endsWith(event.path, path))
  );
}

const endsWith = (path: string, end: string): boolean => path === end || path.endsWith(`/${end}`);

/** Has `value` all that `part` has? */
function has(value: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return Object.is(value, part);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(part) && !(Array.isArray(value) && value.length === part.length)) return false;
  return Object.entries(part).every(([key, inner]) => has((value as Record<string, unknown>)[key], inner));
}
