/** What a declaration means for the one who fails, in plain words: the text of `explainPolicy` and of `describe`. */
import { coppiceError } from '../model/errors.js';
import { type ChildKind, type ChildPolicy, isSupervisorKind } from '../model/policy.js';
import { show } from './checks.js';
import { childRows } from './explain-child.js';
import { supervisorRows } from './explain-supervisor.js';
import { completeRoot, isRootOfProcess } from './root-of-process.js';
import type { DynamicSupervisorSpec, SupervisorSpec, Template } from './types.js';
import { completeChild } from './validate.js';

/** A heading, and sentences about it. */
export type Row = readonly [heading: string, ...sentences: string[]];

/** A declared supervisor of either kind. */
export type AnySupervisor = SupervisorSpec | DynamicSupervisorSpec<never>;

/**
 * Explains in plain words what will happen to a child when it fails: when it is started again, when it gives up
 * and what that means, who falls with it, and how long its stop can take. All times are computed from the
 * declaration; where chance (the jitter) plays a part it says between what.
 *
 * @param spec - what `service`, `task`, `supervisor`, ... returned
 * @param supervisor - the supervisor that it is to be a child of; without it nothing is said of what that has to say
 * @returns several lines of text, for a terminal of 100 columns; the same for the same declaration
 * @throws SpecError if it is no declaration; CommandError `COPPICE_INVALID_ARGUMENT` if `supervisor` is none
 *
 * @example
 * ```ts
 * const limit = { backoff: { minMs: 100, maxMs: 10_000 }, maxRestarts: 20, withinMs: 300_000 };
 * const feed = task({ id: 'feed', ...limit, run: ({ sleep }) => sleep(1_000) });
 * console.log(explainPolicy(feed));
 * // feed: a permanent task
 * //   restarts   However it ends, it is started again 50 to 100 ms later. Each further failure in a row
 * //              doubles that, up to 5 to 10 s. After a run of 10 s the delays begin anew.
 * // ...
 * ```
 */
export function explainPolicy(
  spec: Template,
  supervisor?: SupervisorSpec | DynamicSupervisorSpec<never>,
): string {
  const complete = completeRoot(spec, completeChild(spec, supervisor?.id ?? '') as ChildPolicy);
  if (supervisor === undefined) {
    const head = isRootOfProcess(complete) ? `${complete.id}: an application` : headOf(complete.id, complete);
    return [head, ...explain(complete)].join('\n');
  }
  const above = completeRoot(supervisor, completeChild(supervisor, ''));
  if (!isSupervisorKind(above.kind)) {
    throw coppiceError('COPPICE_INVALID_ARGUMENT', {
      call: 'explainPolicy',
      expected: 'the declaration of a supervisor as its second argument',
      got: `${show(supervisor)}, a ${above.kind}`,
    });
  }
  return [headOf(complete.id, complete), ...explain(complete, above as AnySupervisor)].join('\n');
}

const KINDS: Readonly<Record<ChildKind, string>> = {
  service: 'service',
  task: 'task',
  supervisor: 'supervisor',
  'dynamic-supervisor': 'dynamic supervisor',
};

/** Who it is: `feed: a permanent task`. */
export const headOf = (name: string, { kind, restart }: ChildPolicy): string =>
  `${name}: a ${restart} ${KINDS[kind]}`;

/** The lines below the heading, about a complete declaration. */
export function explain(spec: ChildPolicy, above?: AnySupervisor): string[] {
  const own = isSupervisorKind(spec.kind) ? supervisorRows(spec as unknown as AnySupervisor, !above) : [];
  return layOut([...own, ...childRows(spec, above)]);
}

const HEADING_WIDTH = 13;
const WIDTH = 100;

/**
 * Headings at the left, sentences beside them, wrapped. A sentence that begins with a space begins a line, one
 * that begins with a tab is an item of a list.
 */
export function layOut(rows: readonly Row[]): string[] {
  return rows.flatMap(([heading, ...sentences]) =>
    wrap(sentences).map((line, at) => `  ${at === 0 ? heading : ''}`.padEnd(HEADING_WIDTH) + line),
  );
}

function wrap(sentences: readonly string[]): string[] {
  const lines: string[] = [];
  for (const sentence of sentences) {
    const isItem = sentence.startsWith('\t');
    const isNew = isItem || sentence.startsWith(' ') || lines.length === 0;
    let line = isNew ? '' : (lines.pop() as string);
    for (const word of wordsOf(sentence.trim())) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line === '' || HEADING_WIDTH + longer.length <= WIDTH) {
        line = longer;
        continue;
      }
      lines.push(line);
      line = isItem ? `  ${word}` : word;
    }
    lines.push(line);
  }
  return lines;
}

/** The parts of a line that stay together; a duration is one of them. */
const wordsOf = (text: string): string[] =>
  text
    .replace(/(?<=\d) (?=(?:ms|s|min|h|d)\b)|(?<=\d (?:min|h|d)) (?=\d)/g, '\0')
    .split(' ')
    .map((word) => word.replaceAll('\0', ' '));
