/** A scenario and what OTP did in it: the format of the recorded traces. */

/** What a worker is made to do. */
export interface WorkerSpec {
  readonly id: string;
  readonly restart?: 'permanent' | 'transient' | 'temporary';
  readonly significant?: boolean;
  /** Milliseconds; default 5,000. */
  readonly shutdown?: number | 'brutal_kill';
  /** What its 1st, 2nd, ... start comes to over the whole scenario; the last one repeats. Default: ok. */
  readonly starts?: readonly ('ok' | 'ignore' | 'error' | 'throw')[];
  /** What it does when it is asked to stop. Default: stop. */
  readonly on_shutdown?: 'stop' | 'normal' | 'crash' | 'hang';
}

export interface NestedSpec extends Pick<WorkerSpec, 'id' | 'restart' | 'significant'> {
  readonly supervisor: SupervisorTree;
}

export interface SupervisorTree {
  readonly strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'simple_one_for_one';
  readonly intensity: number;
  /** Seconds. */
  readonly period: number;
  readonly auto_shutdown?: 'never' | 'any_significant' | 'all_significant';
  readonly children?: readonly (WorkerSpec | NestedSpec)[];
  readonly template?: WorkerSpec;
}

export type ExitName = 'crash' | 'normal' | 'shutdown' | 'shutdown_term';

export type Step =
  | { readonly op: 'exit'; readonly path: string; readonly reason: ExitName }
  | {
      readonly op: 'exit_many';
      readonly path: string;
      readonly exits: readonly { readonly path: string; readonly reason: ExitName }[];
    }
  | { readonly op: 'start_child'; readonly path: string; readonly spec: WorkerSpec }
  | {
      readonly op: 'terminate_child' | 'restart_child' | 'delete_child';
      readonly path: string;
      readonly child: string;
    }
  | {
      readonly op: 'stop_supervisor';
      readonly path: string;
      readonly reason: 'normal' | 'shutdown' | 'crash';
    }
  | { readonly op: 'advance'; readonly seconds: number };

/** `["start", path, n]`, `["exit", path, n, reason]`, ...; `n` counts the starts of a path. */
export type TraceEvent = readonly [string, string, number, string?];

export type Result = 'ok' | 'ok_ignored' | 'noproc' | { readonly error: string } | readonly Result[];

export interface SupervisorState {
  readonly path: string;
  readonly children: readonly {
    readonly id: string;
    readonly status: string;
    readonly incarnation?: number;
  }[];
  readonly counts: Readonly<Record<'specs' | 'active' | 'supervisors' | 'workers', number>>;
}

/** One row for the start of the tree, one for each step, one for an orderly stop of the root. */
export interface Row {
  readonly result: Result;
  readonly events: readonly TraceEvent[];
  readonly state: readonly SupervisorState[];
}

export interface Scenario {
  readonly id: string;
  readonly tree: SupervisorTree;
  readonly steps: readonly Step[];
  readonly trace: readonly Row[];
}
