/** What a supervisor is told. Each message is stepped together with the time at which it arrives. */
import type { Asked, EndCause } from './cause.js';
import type { Child } from './child.js';
import type { ExitReason } from './exit-reason.js';
import type { ErrorClass } from './give-up.js';
import type { ChildPolicy, SupervisorPolicy } from './policy.js';

/** What a user asks of a running supervisor; `to` is the interpreter's own token for the answer. */
export type Command = Order & {
  /** On whose behalf; default: of somebody who has not said. */ readonly asked?: Asked | undefined;
};

type Order =
  | {
      readonly kind: 'start-child';
      /** Default: a number behind the id of its declaration. */
      readonly id: string | undefined;
      readonly spec: ChildPolicy;
      readonly args: readonly unknown[];
      /** If one that it is bound to is down it waits for that one, instead of being refused. */
      readonly mayWait?: boolean;
      readonly to: unknown;
    }
  | { readonly kind: 'terminate-child'; readonly id: string; readonly to: unknown }
  | { readonly kind: 'restart-child'; readonly id: string; readonly to: unknown }
  | { readonly kind: 'delete-child'; readonly id: string; readonly to: unknown }
  | { readonly kind: 'restart-now'; readonly id: string; readonly to: unknown }
  | {
      /** See reconfigure.ts. Bonds and order are by id; specs are of those that change without a new start. */
      readonly kind: 'reconfigure';
      readonly id: string;
      readonly policy: SupervisorPolicy;
      readonly specs: ReadonlyMap<string, ChildPolicy>;
      readonly bonds: ReadonlyMap<string, readonly string[]>;
      readonly order: readonly string[];
      readonly to: unknown;
    }
  | { readonly kind: 'replace-child'; readonly id: string; readonly spec: ChildPolicy; readonly to: unknown }
  | { readonly kind: 'settle-bonds'; readonly id: string; readonly to: unknown }
  | {
      readonly kind: 'pause' | 'resume';
      readonly id: string;
      readonly reason: string | undefined;
      readonly by: string | undefined;
      readonly to: unknown;
    };

/** Messages about an incarnation carry its number: one that is no longer current changes nothing. */
export type Message =
  | { readonly type: 'start' }
  | { readonly type: 'started'; readonly child: Child; readonly incarnation: number }
  | { readonly type: 'ignored'; readonly child: Child; readonly incarnation: number }
  | {
      readonly type: 'start-failed';
      readonly child: Child;
      readonly incarnation: number;
      readonly error: unknown;
      /** What its `classify` says of the error, if it has one. */
      readonly errorClass?: ErrorClass | undefined;
    }
  /** It has ended by itself, or failed to start, and is still cleaning up: `exited` or `start-failed` follows. */
  | {
      readonly type: 'ending';
      readonly child: Child;
      readonly incarnation: number;
      readonly reason: ExitReason;
    }
  | {
      readonly type: 'exited';
      readonly child: Child;
      readonly incarnation: number;
      readonly reason: ExitReason;
      readonly errorClass?: ErrorClass | undefined;
    }
  /** `timer` is the interpreter's own token; it drops the message if the timer was cleared meanwhile. */
  | {
      readonly type: 'timer';
      readonly child: Child;
      readonly incarnation: number;
      readonly timer?: unknown;
    }
  /** Nobody wants a dynamic child any more: it is stopped, and nothing else waits for that. */
  | { readonly type: 'dismiss'; readonly child: Child }
  | { readonly type: 'command'; readonly command: Command }
  /** With `deadlineAt` all has to be down by then. */
  | {
      readonly type: 'stop';
      readonly reason: ExitReason;
      readonly deadlineAt?: number | undefined;
      /** Why, and who asked for it. Default: its own supervisor stops it. */
      readonly because?: EndCause;
      readonly by?: string | undefined;
    }
  | { readonly type: 'kill' }
  /** The rest of what one step should not do in one go. */
  | { readonly type: 'go-on' };
