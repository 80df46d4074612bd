/**
 * Keeps books of all children by the events alone: each start, each end, each decision. What is told has to follow from
 * what was told before, and what is told in all has to balance with what is there.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EventName, EventOf, SupervisionEvent } from 'coppice';
import type { Findings } from '../findings.js';
import {
  AFTER,
  type ChildEvent,
  EXPLAINS,
  type Fact,
  OF_ANY_INCARNATION,
  THEN,
  isOnRequest,
} from './fact.js';

/** The ways in which a start comes to its end, and with it a life. */
export interface Sums {
  starts: number;
  /** Lives that ended, by the event that told of it. */
  readonly ends: Map<EventName, number>;
  /** Lives of children in a thread that was gone before it could tell of their ends. */
  wentWithTheirThread: number;
  restartsDecided: number;
  restartsDone: number;
  /** Decided, and then not done, by what was told of it. */
  readonly restartsCalledOff: Map<EventName, number>;
}

/** A decision that says: no restart after all. */
const CALLS_OFF: readonly EventName[] = [
  'child:not-restarted',
  'child:removed',
  'child:gave-up',
  'child:start-failed',
  'child:paused',
];

/** Which end has to have come before a restart that is for this. */
const END_OF: Readonly<Record<string, readonly EventName[]>> = {
  exit: ['child:crashed', 'child:completed', 'child:stopped'],
  'start-failed': ['child:start-failed'],
};

export class Ledger {
  readonly sums: Sums = {
    starts: 0,
    ends: new Map(),
    wentWithTheirThread: 0,
    restartsDecided: 0,
    restartsDone: 0,
    restartsCalledOff: new Map(),
  };
  /** How often each event was told. */
  readonly told = new Map<EventName, number>();
  readonly facts = new Map<string, Fact>();
  /** Who was given up, and has not ended yet: path and incarnation. */
  readonly abandoned = new Set<string>();
  /** Supervisors that are ending: their children go with them, one after the other. */
  readonly #ending = new Set<string>();
  readonly #findings: Findings;
  #seq = 0;
  #at = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  get events(): number {
    return this.#seq;
  }

  hear(event: SupervisionEvent): void {
    const { seq, at, type } = event;
    if (seq !== this.#seq + 1) this.#wrong('order', `event ${seq} comes after ${this.#seq}`);
    if (at < this.#at)
      this.#wrong('order', `event ${seq} (${type}) is of ${at}, the one before of ${this.#at}`);
    this.#seq = seq;
    this.#at = at;
    count(this.told, type);
    if (seq % 16 === 0 && !isDeepStrictEqual(JSON.parse(JSON.stringify(event)), event))
      this.#wrong('JSON', `${type} ${event.path} is not what it is as JSON`);
    if ('incarnation' in event) this.#aboutChild(event);
    else this.#aboutSupervisor(event);
  }

  /** Is it shown here, but runs in a thread? */
  isInThread({ supervisor }: Fact): boolean {
    for (let at = supervisor; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const kind = this.facts.get(at)?.kind;
      if (kind === 'service' || kind === 'task') return true;
    }
    return false;
  }

  /** Is it down, and nobody has to say so, since its supervisor is about to be? */
  goesWithItsSupervisor({ told, supervisor }: Fact): boolean {
    return told === 'over' && this.#ending.has(supervisor);
  }

  #aboutSupervisor(event: Exclude<SupervisionEvent, { incarnation: number }>): void {
    const { type, path } = event;
    if (type === 'supervisor:stopping') this.#ending.add(path);
    if (type === 'supervisor:stopped' || type === 'supervisor:start-failed') {
      this.#ending.delete(path);
      const alive = this.#below(path).find(({ told }) => told !== 'over' && told !== 'nothing');
      if (alive) this.#wrong('order', `${type} ${path}, but ${alive.path} is ${alive.told}`);
      this.#forgetBelow(path);
    }
    if (type === 'supervisor:starting') {
      const left = this.#below(path)[0];
      if (left) this.#wrong('order', `${path} starts, and ${left.path} is there already`);
    }
  }

  #aboutChild(event: ChildEvent): void {
    const { type, path, incarnation } = event;
    const key = `${path} ${incarnation}`;
    if (type === 'child:abandoned') this.abandoned.add(key);
    if (type === 'child:settled' && !this.abandoned.delete(key))
      this.#wrong('order', `${key} has settled, but was not abandoned`);
    if (OF_ANY_INCARNATION.includes(type)) return;
    const fact = this.#factOf(event);
    const isDone = type === 'child:starting';
    const expected = isDone ? fact.incarnation + 1 : fact.incarnation;
    if (incarnation !== expected) this.#wrong('order', `${type} ${key}, but it is ${expected}`);
    if (!AFTER[type].includes(fact.told) && !isOnRequest(event))
      this.#wrong('order', `${type} ${key} comes after '${fact.told}' (${fact.last})`);
    this.#decision(fact, event);
    if (type === 'child:not-restarted' && !mayStayDown(fact, event))
      this.#wrong(
        'restarts',
        `${key} stays down (${event.because}), but is ${event.restart}, after ${fact.end}`,
      );
    const then = THEN[type];
    if (isDone) this.sums.starts++;
    if (then === 'over') this.#ends(fact, type);
    fact.told = then ?? fact.told;
    fact.isExplained = EXPLAINS[type] ?? fact.isExplained;
    fact.incarnation = incarnation;
    fact.last = type;
    if (then === 'over') fact.end = type;
    if (type === 'child:removed') this.facts.delete(path);
  }

  /** Every restart is decided on because of an end, and is done or called off. */
  #decision(fact: Fact, event: ChildEvent): void {
    const { type, path } = event;
    if (type === 'child:restarting') {
      const ends = END_OF[event.because];
      if (ends && !(fact.end && ends.includes(fact.end)))
        this.#wrong('restarts', `${path} is restarted (${event.because}) after ${fact.end}`);
      if (fact.isDue) this.#callOff(fact, type);
      this.sums.restartsDecided++;
      fact.isDue = true;
    } else if (type === 'child:backing-off' && !fact.isDue) {
      // At a boot that is tried again nothing else is told before.
      if (fact.end !== 'child:start-failed') this.#wrong('restarts', `${path} backs off after ${fact.end}`);
      this.sums.restartsDecided++;
      fact.isDue = true;
    } else if (type === 'child:starting') {
      if (event.because === 'restart' && !fact.isDue)
        this.#wrong('restarts', `${path} ${event.incarnation} is started again, and nobody has decided that`);
      const { with: other } = event;
      if (event.because === 'sibling' && this.facts.get(other ?? '')?.last === undefined)
        this.#wrong('restarts', `${path} goes with ${other}, of which nothing is known`);
      if (fact.isDue) this.sums.restartsDone++;
      fact.isDue = false;
    } else if (fact.isDue && CALLS_OFF.includes(type)) {
      this.#callOff(fact, type);
    }
  }

  #callOff(fact: Fact, type: EventName): void {
    count(this.sums.restartsCalledOff, type);
    fact.isDue = false;
  }

  /** What a thread had below it is gone with it, told or not. */
  #ends({ path, kind }: Fact, type: EventName): void {
    count(this.sums.ends, type);
    if (kind === 'supervisor' || kind === 'dynamic-supervisor') return;
    for (const fact of this.#below(path))
      if (fact.told !== 'over' && fact.told !== 'nothing') this.sums.wentWithTheirThread++;
    this.#forgetBelow(path);
    for (const ending of this.#ending) if (`${ending}/`.startsWith(`${path}/`)) this.#ending.delete(ending);
  }

  #factOf({ path, supervisor, id, kind }: ChildEvent): Fact {
    let fact = this.facts.get(path);
    if (!fact) {
      fact = {
        path,
        supervisor,
        id,
        kind,
        incarnation: 0,
        told: 'nothing',
        last: undefined,
        end: undefined,
        isDue: false,
        isExplained: false,
      };
      this.facts.set(path, fact);
    }
    return fact;
  }

  #below(path: string): Fact[] {
    return Array.from(this.facts.values()).filter((fact) => fact.path.startsWith(`${path}/`));
  }

  #forgetBelow(path: string): void {
    for (const fact of this.#below(path)) {
      if (fact.isDue) this.#callOff(fact, 'supervisor:stopped');
      this.facts.delete(fact.path);
    }
  }

  #wrong(check: string, example: string): void {
    this.#findings.add(check, example);
  }
}

/** Does its declaration say so? What somebody has asked for is not looked into. */
function mayStayDown({ end }: Fact, { because, restart }: EventOf<'child:not-restarted'>): boolean {
  if (because === 'temporary') return restart === 'temporary';
  return because !== 'completed' || (restart === 'transient' && end !== 'child:crashed');
}

export const count = <K>(map: Map<K, number>, key: K, by = 1): void =>
  void map.set(key, (map.get(key) ?? 0) + by);

export const sumOf = (map: ReadonlyMap<unknown, number>): number => {
  let sum = 0;
  for (const each of map.values()) sum += each;
  return sum;
};
