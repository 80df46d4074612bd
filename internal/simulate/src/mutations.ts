/** Bugs that are put into a copy of the sources on purpose: what a judge that is worth its name has to find. */

export interface Mutation {
  readonly name: string;
  /** Below packages/core/src. */
  readonly file: string;
  /** Each text stands in the file once; if not, the code has changed, and this list has to follow. */
  readonly edits: readonly (readonly [from: string, to: string])[];
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a late exit of an old incarnation is accepted',
    file: 'model/step.ts',
    edits: [
      [
        'if (incarnation === child.incarnation &&',
        `if ((incarnation === child.incarnation || message.type === 'exited') &&`,
      ],
    ],
  },
  {
    name: 'the stop order is reversed for rest-for-one',
    file: 'model/walks.ts',
    edits: [
      [
        'while (s.cursor !== first) {\n    const child = s.cursor === undefined ? last : s.cursor.previous;',
        `const isReversed = s.policy.strategy === 'rest-for-one' && s.operation?.kind === 'restart';
  while (s.cursor !== (isReversed ? last : first)) {
    const [begin, next] = isReversed ? [first, s.cursor?.next] : [last, s.cursor?.previous];
    const child = s.cursor === undefined ? begin : next;`,
      ],
    ],
  },
  {
    name: 'the window of restarts is one off: its edge does not count',
    file: 'model/restart-window.ts',
    edits: [['(this.#times[this.#head] as number) < time', '(this.#times[this.#head] as number) <= time']],
  },
  {
    name: 'a retry that is due is not cancelled by a stop',
    file: 'model/decisions.ts',
    edits: [
      [
        "    case 'backing-off':\n      return beginRestart(s, child);",
        "    case 'backing-off':\n    case 'stopped':\n      return beginRestart(s, child);",
      ],
    ],
  },
  {
    name: 'what a listener throws reaches the loop',
    file: 'engine/emitter.ts',
    edits: [
      [
        '} catch (error) {\n        failed(error);',
        '} catch (error) {\n        failed(error);\n        throw error;',
      ],
    ],
  },
  {
    name: 'a run that lasts exactly as long as forgives is not forgiven',
    file: 'model/failures.ts',
    edits: [['recovery.uptimeMs >= resetAfterMs', 'recovery.uptimeMs > resetAfterMs']],
  },
  {
    name: 'a pause leaves the timer of the next start running',
    file: 'model/commands.ts',
    edits: [
      [
        '    clearTimer(s, child);\n    recovery.nextStartAt = undefined;',
        '    recovery.nextStartAt = undefined;',
      ],
    ],
  },
  {
    name: 'a child that is revived is not forgiven what was before',
    file: 'model/decisions.ts',
    edits: [['      if (child.recovery) forgive(child.recovery);\n      other =', '      other =']],
  },
  {
    name: 'what was deferred is cleaned up in the wrong order',
    file: 'engine/clean-up.ts',
    edits: [
      [
        'for (let step = steps.pop(); step; step = steps.pop())',
        'for (let step = steps.shift(); step; step = steps.shift())',
      ],
    ],
  },
];
