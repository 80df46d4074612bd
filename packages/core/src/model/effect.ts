/** What a step asks the interpreter to do, in order. */
import type { Child } from './child.js';
import type { CoppiceError } from './errors.js';
import type { EventBody } from './event.js';
import type { ExitReason } from './exit-reason.js';

/** Where a step puts its effects. */
export interface Effects {
  push(effect: Effect): unknown;
}

export type Effect =
  /** Start the incarnation `child.incarnation`. Answer, unless it is up at once: `started`, `ignored` or `start-failed`. */
  | { readonly type: 'start'; readonly child: Child }
  /** It has failed with this error, though it does not know it. Answer: as if it had said so itself. */
  | { readonly type: 'fail'; readonly child: Child; readonly error: CoppiceError }
  /** Ask it to stop, by `deadlineAt` if there is one. Answer: `exited`. */
  | { readonly type: 'stop'; readonly child: Child; readonly deadlineAt: number | undefined }
  /** End it by force. Answer: `exited`, at once unless it has a `kill` hook. */
  | { readonly type: 'kill'; readonly child: Child }
  /** Wait for it no longer. Answer: `exited`, at once. */
  | { readonly type: 'abandon'; readonly child: Child }
  /** Answer with `timer` after so many milliseconds. A child has at most one timer. */
  | { readonly type: 'set-timer'; readonly child: Child; readonly ms: number }
  | { readonly type: 'clear-timer'; readonly child: Child }
  /** It is no longer one of the children: because it has ended for good by itself, or by order. */
  | { readonly type: 'gone'; readonly child: Child; readonly byItself: boolean }
  /** The child that it was about; none if it was about all. */
  | { readonly type: 'reply'; readonly to: unknown; readonly child: Child | undefined }
  | { readonly type: 'refuse'; readonly to: unknown; readonly error: CoppiceError }
  | { readonly type: 'event'; readonly event: EventBody }
  /** There is more to be done at once than one step should: answer with `go-on` when others have had their turn. */
  | { readonly type: 'go-on' }
  /** End the whole tree. */
  | { readonly type: 'exit'; readonly error: CoppiceError }
  /** All children are up. */
  | { readonly type: 'up' }
  /** A child failed to start; those started before it are stopped again. The last effect. */
  | { readonly type: 'start-failed'; readonly error: CoppiceError }
  /** All children are down. The last effect. */
  | { readonly type: 'down'; readonly reason: ExitReason };
