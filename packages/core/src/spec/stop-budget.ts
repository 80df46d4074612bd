/** How long a stop may take, for those who ask with a declaration of their own. */
import { stopBudgetMs as budgetOf } from '../model/stop-budget.js';
import type { Template } from './types.js';
import { completeChild } from './validate.js';

/**
 * The longest that an orderly stop of what is declared can take, in milliseconds: its own `shutdownMs` (and
 * the grace of a `kill`), or, for a supervisor that waits without limit, what its children take one after
 * the other. The children of a dynamic supervisor stop all at once, unless its `stopOrder` is `sequential`; then there
 * may be `maxChildren` of them. Infinity if there is no limit.
 * What a stuck child whose `onStuck` is `wait` takes beyond that nobody can say.
 *
 * @throws SpecError if it is no declaration, or a wrong one
 *
 * @example
 * ```ts
 * const worker = task({ id: 'worker', shutdownMs: 2_000, run: ({ sleep }) => sleep(60_000) });
 * stopBudgetMs(supervisor({ id: 'app', children: [worker, task({ ...worker, id: 'other' })] })); // 4000
 * ```
 */
export function stopBudgetMs(spec: Template): number {
  return budgetOf(completeChild(spec, ''));
}
