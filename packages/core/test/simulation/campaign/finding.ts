/** A script in which a rule was broken, made as small as it gets, and told as a story. */
import type { EngineScript } from '../engine/plan.js';
import type { Script } from '../model/script.js';

export type Scripted =
  | { readonly of: 'model'; readonly script: Script }
  | { readonly of: 'engine'; readonly script: EngineScript };

export type Finding = Scripted & {
  /** The rule that was broken, when it was broken first, and in the smallest script. */
  readonly first: string;
  readonly violation: string;
  /** What happened up to that, line by line. */
  readonly story: readonly string[];
};

/** What went wrong, whoever it was: what is shrunk has to go wrong in the same way. */
export const kindOf = (error: unknown): string => String(error).replaceAll(/'[^']*'|\d+/g, '_');
