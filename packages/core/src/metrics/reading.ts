/** What is read off a tree when somebody asks: one small snapshot, however many children come and go. */
import { isDone } from '../health/done.js';
import { type Health, healthOf } from '../health/health-of.js';
import type { ChildSnapshot, SupervisorSnapshot } from '../engine/snapshot.js';
import type { ChildStatus } from '../model/child.js';
import type { Budget } from '../model/event.js';
import type { Write } from './books.js';
import { ATTRIBUTES } from './catalogue.js';
import type { Labels } from './labels.js';

/** The states of a child as they are told; `degraded`: it is up, and something below it is not as it should be. */
const STATES = ['starting', 'running', 'degraded', 'backing_off', 'stopping', 'stopped', 'failed'] as const;

type State = (typeof STATES)[number];

/** `backing_off`: it is down, and comes back by itself. `failed`: it has given up. */
const STATE_OF: Readonly<Record<ChildStatus, State>> = {
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  killing: 'stopping',
  exited: 'backing_off',
  restarting: 'backing_off',
  'backing-off': 'backing_off',
  waiting: 'backing_off',
  paused: 'stopped',
  parked: 'failed',
  stopped: 'stopped',
};

type Counts = Record<State, number>;

export class Reading {
  readonly #write: Write;
  readonly #labels: Labels;
  /** Children that are told together are added up first. */
  readonly #states = new Map<string, Counts>();
  readonly #abandoned = new Map<string, number>();

  constructor(write: Write, labels: Labels) {
    this.#write = write;
    this.#labels = labels;
  }

  /** Reads all that there is to read. */
  read(tree: SupervisorSnapshot, health: Health = healthOf(tree)): void {
    this.#supervisor(tree);
    for (const [path, counts] of this.#states)
      for (const state of STATES)
        this.#write('supervision.child.status.state', counts[state], {
          [ATTRIBUTES.child]: path,
          [ATTRIBUTES.state]: state,
        });
    for (const [path, count] of this.#abandoned)
      this.#write('supervision.child.abandoned', count, { [ATTRIBUTES.child]: path });
    this.#write('supervision.application.ready', health.isReady ? 1 : 0, {
      [ATTRIBUTES.supervisor]: this.#labels.of(tree.path),
    });
  }

  /** Is all below as it should be? */
  #supervisor(tree: SupervisorSnapshot): boolean {
    const { path, strategy, budget, at } = tree;
    const supervisor = this.#labels.of(path);
    if (!this.#labels.isShared(supervisor))
      this.#utilization('supervisor', budget, {
        [ATTRIBUTES.supervisor]: supervisor,
        [ATTRIBUTES.strategy]: strategy,
      });
    for (const { path: left } of tree.abandoned) this.#leave(this.#labels.of(left), 1);
    if (tree.kind === 'dynamic-supervisor') return this.#crowd(tree);
    let isWhole = true;
    for (const child of tree.children) isWhole = this.#child(child, at) && isWhole;
    return isWhole;
  }

  /** Children that come and go are counted, and not looked into. */
  #crowd({ path, statuses, children }: SupervisorSnapshot): boolean {
    this.#labels.noteDynamic(path);
    const label = this.#labels.of(`${path}/*`);
    this.#leave(label, 0);
    // Those of a tree that runs elsewhere are listed.
    for (const { abandoned } of children) this.#leave(label, abandoned.length);
    let isWhole = true;
    for (const [status, count] of Object.entries(statuses) as [ChildStatus, number][]) {
      this.#count(label, STATE_OF[status], count);
      if (status !== 'running' && status !== 'stopped') isWhole = false;
    }
    if (!this.#states.has(label)) this.#count(label, 'running', 0);
    return isWhole;
  }

  #child(child: ChildSnapshot, at: number): boolean {
    const { path, status, startedAt, supervisor, budget, abandoned } = child;
    const label = this.#labels.of(path);
    const isWhole = supervisor === null || this.#supervisor(supervisor);
    const state = STATE_OF[status];
    this.#count(label, state === 'running' && !isWhole ? 'degraded' : state, 1);
    this.#leave(label, abandoned.length);
    if (!this.#labels.isShared(label)) {
      const attributes = { [ATTRIBUTES.child]: label };
      // Of one that is asked to stop it is not known whether it ever was up.
      if (status === 'running' && startedAt !== null)
        this.#write('supervision.child.uptime', (at - startedAt) / 1_000, attributes);
      if (budget) this.#utilization('child', budget, attributes);
    }
    return status === 'running' ? isWhole : isDone(child);
  }

  #utilization(of: 'child' | 'supervisor', { used, max }: Budget, attributes: Parameters<Write>[2]): void {
    if (max === null) return; // without limit there is no share of it
    this.#write(`supervision.${of}.intensity.utilization`, max === 0 ? 0 : used / max, attributes);
  }

  #count(label: string, state: State, count: number): void {
    let counts = this.#states.get(label);
    if (!counts) {
      counts = { starting: 0, running: 0, degraded: 0, backing_off: 0, stopping: 0, stopped: 0, failed: 0 };
      this.#states.set(label, counts);
    }
    counts[state] += count;
  }

  #leave(label: string, count: number): void {
    this.#abandoned.set(label, (this.#abandoned.get(label) ?? 0) + count);
  }
}
