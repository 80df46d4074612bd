/** Holds the books against the tree as it is: nobody is lost, nobody is there twice, and the sums are right. */
import type { ChildSnapshot, ChildStatus, SupervisorSnapshot } from 'coppice';
import type { Findings } from '../findings.js';
import type { Fact, Told } from './fact.js';
import { type Ledger, sumOf } from './ledger.js';

/** What a child can be at, by what was told of it. */
const STATUSES: Readonly<Record<Told, readonly ChildStatus[]>> = {
  nothing: ['stopped', 'waiting', 'paused'],
  // It has failed by itself, and that is told when it has cleaned up.
  starting: ['starting', 'stopping', 'killing'],
  started: ['running', 'stopping', 'killing'],
  stopping: ['stopping', 'killing'],
  over: ['exited', 'restarting', 'backing-off', 'waiting', 'paused', 'parked', 'stopped'],
};

const ALIVE: readonly ChildStatus[] = ['starting', 'running', 'stopping', 'killing'];
/** Nobody stays at these for long. */
const PASSING: readonly ChildStatus[] = ['starting', 'stopping', 'killing', 'exited', 'restarting'];

/** So long may take what passes, on a machine that has other things to do. */
const LONG_MS = 20_000;

export interface Declared {
  /** The ids that have to be below a supervisor, by its path; undefined: they come and go, or are being changed. */
  of(path: string): readonly string[] | undefined;
}

export class Balance {
  /** How often it was checked. */
  times = 0;
  readonly #ledger: Ledger;
  readonly #declared: Declared;
  readonly #findings: Findings;
  /** What passes, and since when. */
  #passing = new Map<string, number>();

  constructor(ledger: Ledger, declared: Declared, findings: Findings) {
    this.#ledger = ledger;
    this.#declared = declared;
    this.#findings = findings;
  }

  /** Checks the whole tree, as it is now. */
  check(tree: SupervisorSnapshot): void {
    this.times++;
    const seen = new Map<string, ChildSnapshot>();
    this.#look(tree, seen);
    this.#checkPassing(seen.values(), tree.at);
    this.#checkSums(seen);
  }

  #look({ path, phase, children }: SupervisorSnapshot, seen: Map<string, ChildSnapshot>): void {
    // What it had is shown on until it is started again, and is over.
    if (phase === 'stopped') return;
    const ids = new Set(children.map(({ id }) => id));
    for (const id of (phase === 'running' && this.#declared.of(path)) || [])
      if (!ids.has(id)) this.#findings.add('lost children', `${path}/${id} is declared, and not there`);
    for (const child of children) {
      if (seen.has(child.path)) this.#findings.add('told and shown', `${child.path} is there twice`);
      seen.set(child.path, child);
      this.#checkChild(child);
      // Of a tree in a thread there is a picture only, which comes late.
      if (child.supervisor && child.kind !== 'service') this.#look(child.supervisor, seen);
    }
  }

  #checkChild({ path, status, incarnation }: ChildSnapshot): void {
    const fact = this.#ledger.facts.get(path);
    const isRight = fact
      ? STATUSES[fact.told].includes(status) && incarnation === fact.incarnation
      : incarnation === 0 && STATUSES.nothing.includes(status);
    if (!isRight)
      this.#findings.add(
        'told and shown',
        `${path} is ${status} (${incarnation}), and was told to be ${said(fact)}`,
      );
  }

  #checkPassing(children: Iterable<ChildSnapshot>, now: number): void {
    const before = this.#passing;
    this.#passing = new Map();
    for (const { path, status, incarnation, nextStartAt, kind } of children) {
      const key = `${path} ${incarnation} is ${status}`;
      // Supervisors take as long as what is below them.
      if (kind !== 'supervisor' && (PASSING.includes(status) || this.#isDownWithoutAWord(path, status))) {
        const since = before.get(key) ?? now;
        this.#passing.set(key, since);
        if (now - since > LONG_MS)
          this.#findings.add('stuck children', `${key} for ${Math.round(now - since)} ms`);
      }
      if (nextStartAt !== null && now - nextStartAt > LONG_MS)
        this.#findings.add(
          'stuck children',
          `${key}, and was to start ${Math.round(now - nextStartAt)} ms ago`,
        );
    }
  }

  /** While a group is restarted those whose turn has not come are shown as stopped, but not for long. */
  #isDownWithoutAWord(path: string, status: ChildStatus): boolean {
    const fact = this.#ledger.facts.get(path);
    return status === 'stopped' && fact?.told === 'over' && !fact.isExplained;
  }

  /** Starts are the lives that are over and those that are not; restarts are done, due, or called off. */
  #checkSums(seen: ReadonlyMap<string, ChildSnapshot>): void {
    const { facts, sums } = this.#ledger;
    let alive = 0;
    for (const { status } of seen.values()) if (ALIVE.includes(status)) alive++;
    let due = 0;
    for (const fact of facts.values()) {
      if (fact.isDue) due++;
      if (seen.has(fact.path) || this.#ledger.goesWithItsSupervisor(fact)) continue;
      if (!this.#ledger.isInThread(fact))
        this.#findings.add('lost children', `${fact.path} was ${said(fact)}, and is not there`);
      else if (fact.told !== 'over' && fact.told !== 'nothing') alive++;
    }
    const lives = sumOf(sums.ends) + sums.wentWithTheirThread + alive;
    if (sums.starts !== lives)
      this.#findings.add(
        'starts',
        `${sums.starts} starts, but ${lives} lives: ${sumOf(sums.ends)} ended, ${alive} now`,
      );
    const decided = sums.restartsDone + sumOf(sums.restartsCalledOff) + due;
    if (sums.restartsDecided !== decided)
      this.#findings.add(
        'restarts',
        `${sums.restartsDecided} decided, but ${decided} done, due, or called off`,
      );
  }
}

const said = (fact: Fact | undefined): string =>
  fact ? `${fact.told} (${fact.incarnation}, ${fact.last})` : 'nothing';
