/** The state of one supervisor. It is changed by `step` (step.ts) alone; `observed` and `tellsGone` are inputs. */
import type { Chance } from './backoff.js';
import type { Asked, EndCause } from './cause.js';
import { Child } from './child.js';
import { Children } from './children.js';
import type { Effects } from './effect.js';
import type { ExitReason } from './exit-reason.js';
import type { Command } from './message.js';
import type { ChildPolicy, SupervisorPolicy } from './policy.js';
import { Queue } from './queue.js';
import type { ErrorWire } from './wire.js';
import { RestartWindow } from './restart-window.js';
import type { Scope } from './strategy.js';

/** What a supervisor is at as a whole; what its children are at say their statuses. */
export type SupervisorPhase = 'idle' | 'starting' | 'running' | 'stopping' | 'stopped';

/** The one thing that a supervisor is doing; operations.ts says how each is carried on. */
export type Operation =
  /** Start all children, in order. */
  | { readonly kind: 'boot'; readonly scope: Scope | undefined }
  /** A child failed to start at boot: stop those before it, in reverse order. */
  | { readonly kind: 'undo'; readonly error: unknown; readonly failed: Child; readonly undone: string[] }
  /** Stop the scope of `failed`, in reverse order, then start it, in order, after a delay if there is one. */
  | {
      readonly kind: 'restart';
      readonly failed: Child;
      scope: Scope;
      starting: boolean;
      /** Not with those that the strategy says; only with those that are bound to it. */
      readonly isAlone: boolean;
      readonly delayMs: number;
      /** Who asked for it, if anybody did and has no answer yet. */
      to: unknown;
      /** On whose behalf, if it was asked for. */
      readonly asked?: Asked | undefined;
      /** Another declaration for it, and the one that it had. */
      replacement?: { readonly spec: ChildPolicy; readonly old: ChildPolicy } | undefined;
    }
  /** Start another incarnation of a child beside the old one; when it is up, stop the old one. */
  | {
      readonly kind: 'swap';
      readonly old: Child;
      readonly candidate: Child;
      isSwapped: boolean;
      readonly to: unknown;
      readonly asked?: Asked | undefined;
    }
  /** Start one child because a command says so. */
  | {
      readonly kind: 'start-child';
      readonly child: Child;
      readonly to: unknown;
      readonly asked?: Asked | undefined;
      readonly isNew: boolean;
    }
  /** Stop one child because a command says so; those that are bound to it before it. */
  | {
      readonly kind: 'terminate-child';
      readonly child: Child;
      readonly scope: Scope;
      readonly to: unknown;
      readonly asked?: Asked | undefined;
    }
  /** Stop those that are bound to a child that has gone down for now. */
  | { readonly kind: 'release'; readonly child: Child; readonly scope: Scope }
  /** Stop all children, in reverse order (dynamic ones all at once), and end. */
  | { readonly kind: 'shutdown'; readonly reason: ExitReason };

/** What waits until the operation is done. An exit or a retry of an older incarnation is void. */
export type Waiting =
  | { readonly type: 'exit' | 'retry'; readonly child: Child; readonly incarnation: number }
  | { readonly type: 'command'; readonly command: Command };

const NO_ARGS: readonly unknown[] = [];

export class Supervisor {
  readonly path: string;
  policy: SupervisorPolicy;
  /** The children of a dynamic supervisor are gone when they end. */
  readonly dynamic: boolean;
  readonly children = new Children();
  readonly window: RestartWindow;
  phase: SupervisorPhase = 'idle';
  startedAt = 0;

  operation: Operation | undefined = undefined;
  readonly mailbox = new Queue<Waiting>();
  /** So many children are started or stopped in one step where that is done at once; then others have their turn. */
  slice = 64;
  /** The operation that has more to do at once than one step should, and goes on when `go-on` comes. */
  unfinished: Operation | undefined = undefined;
  /** How many children the operation waits for: to be up, or to be down. */
  awaited = 0;
  /** The child at which the operation's walk over the children stands. */
  cursor: Child | undefined = undefined;
  /** A boot that waits for children which did not start at first: where its walk stands, and for whom it waits. */
  heldBoot: { readonly operation: Operation; readonly cursor: Child | undefined } | undefined = undefined;
  readonly bootWaitsFor: Child[] = [];
  /** The child that a group which is down waits for; see group.ts. */
  groupWaitsFor: Child | undefined = undefined;
  /** A stop was asked for, or decided; it comes before everything in the mailbox. */
  stopReason: ExitReason | undefined = undefined;
  /** Why it ends, and who asked for that; for the events alone. */
  endCause: EndCause = 'parent';
  endBy: string | undefined = undefined;
  /** When the stop has to be over, by the clock; how long that was when it began; what is left to stop may take. */
  deadlineAt: number | undefined = undefined;
  deadlineMs = Infinity;
  budgetLeftMs = 0;
  /** How many children it had when its end began. */
  endedWith = 0;
  /** How many the one before it, at this place, had that nobody starts again; for the events alone. */
  lost = 0;
  /** The stop is to be by force: no child is waited for. */
  killing = false;

  /** The time of the message that is being stepped. */
  now = 0;
  /** The effects of the step so far. */
  effects: Effects = [];
  /** The error that this step has told of, as data. */
  wired: { readonly error: unknown; readonly wire: ErrorWire } | undefined = undefined;
  /** Does anybody listen? If not, no event is made. */
  observed = false;
  /** Does the interpreter want to know of each child that is gone for good? */
  tellsGone = false;
  /** Where chance comes from. */
  chance: Chance = () => 0;

  /** Are its children stopped all at once, or one after the other? */
  get stopsAtOnce(): boolean {
    return this.killing || (this.dynamic && this.policy.stopOrder !== 'sequential');
  }

  constructor(path: string, policy: SupervisorPolicy, dynamic: boolean, children: readonly ChildPolicy[]) {
    this.path = path;
    this.policy = policy;
    this.dynamic = dynamic;
    this.window = new RestartWindow(policy.maxRestarts, policy.withinMs);
    for (const spec of children) this.children.append(new Child(spec.id, spec, NO_ARGS));
  }
}
