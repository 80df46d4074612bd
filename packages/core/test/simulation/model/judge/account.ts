/** What the judge has written down of one supervisor: whom it has, what it is at, and what it has been told. */
import type { Backoff } from '../../../../src/model/backoff.js';
import type { Child } from '../../../../src/model/child.js';
import type { EventBody, EventOf } from '../../../../src/model/event.js';
import type { Node } from '../node.js';
import { CommandBook } from './command-book.js';
import { Fact } from './fact.js';
import { dependantsOf, groundsOf } from './kinship.js';
import { Ledger } from './ledger.js';
import { Violation } from './violation.js';
import type { Walk } from './walk.js';

export type Told<N extends EventBody['type']> = Omit<EventOf<N>, 'seq' | 'at'>;

export class Account {
  readonly node: Node;
  /** The children in start order. */
  members: Fact[] = [];
  readonly facts = new Map<Child, Fact>();
  /** Those that have gone in this step. */
  readonly gone = new Map<string, Fact>();
  readonly ledger: Ledger;
  readonly commands = new CommandBook();
  walk: Walk | undefined = undefined;
  /** Those whose delay, or time in the park, is over, in that order. */
  overdue: Fact[] = [];
  /** A boot that has to wait for the next attempts of these; meanwhile all else goes on. */
  heldBoot: Walk | undefined = undefined;
  bootWaitsFor = new Set<Fact>();
  /** Who has given up, and what has not followed from that yet. */
  gaveUp: Fact | undefined = undefined;
  steps = 0;
  /** A stop was asked for, or decided. */
  isStopping = false;
  /** A child has failed to start at boot. */
  isUndoing = false;
  /** It ends by its own decision. */
  endsBecause: 'gave-up' | 'auto-shutdown' | undefined = undefined;
  /** All is to end by force. */
  isKilling = false;
  /** When the stop has to be over, and how long that was when it began. */
  deadlineAt: number | undefined = undefined;
  deadlineMs: number | undefined = undefined;
  hasBegunToEnd = false;
  hasEnded = false;
  wasUp = false;
  isStarted = false;
  /** Significant children that have ended for good, where one is enough to end the supervisor. */
  significantEnds = new Set<Fact>();
  /** Those that have ended by themselves, if it is not taken that they have fallen with others. */
  perhapsEnds = new Set<Fact>();

  constructor(node: Node) {
    this.node = node;
    this.ledger = new Ledger(node.state.policy);
    for (const child of node.state.children) this.add(child);
  }

  member(id: string): Fact | undefined {
    return this.members.find((fact) => fact.id === id);
  }

  /** The child with this id that has gone in this step. */
  removed(id: string): Fact | undefined {
    return this.gone.get(id);
  }

  get now(): number {
    return this.node.world.now;
  }

  get isParallel(): boolean {
    return this.node.state.policy.startOrder === 'parallel';
  }

  /** Are those that are left stopped all at once when it ends? */
  get endsAtOnce(): boolean {
    return this.node.state.dynamic && this.node.state.policy.stopOrder !== 'sequential';
  }

  backoffOf({ child }: Fact): Backoff | undefined {
    return child.spec.backoff ?? this.node.state.policy.childBackoff;
  }

  pathOf(fact: Fact): string {
    return `${this.node.state.path}/${fact.id}`;
  }

  hasGroup({ isAlone }: Fact): boolean {
    return !isAlone && this.node.state.policy.strategy !== 'one-for-one';
  }

  /** The one, of those that will be tried again, whose group this one belongs to. */
  leaderOf(fact: Fact): Fact | undefined {
    return this.members.find(
      (each) => each !== fact && each.leads && this.hasGroup(each) && this.scopeOf(each).includes(fact),
    );
  }

  /** Are those that it is bound to, as far as they are down, down because of itself, and started before it? */
  bringsGround(fact: Fact): boolean {
    const scope = this.hasGroup(fact) ? this.scopeOf(fact) : [];
    return groundsOf(fact, this.members).every(
      (each) =>
        each.isUp || (scope.includes(each) && each.isHeld && ['group', 'waiting'].includes(each.rest)),
    );
  }

  /** Who is restarted with a child: those that are bound to it, or those that the strategy says. */
  scopeOf(fact: Fact, isAlone = fact.isAlone): Fact[] {
    const { strategy } = this.node.state.policy;
    if (isAlone || strategy === 'one-for-one') return [fact, ...dependantsOf(fact, this.members)];
    return strategy === 'one-for-all' ? [...this.members] : this.members.slice(this.members.indexOf(fact));
  }

  putOff(fact: Fact, owner: Fact): void {
    fact.isHeld = fact.rest !== 'wanted';
    fact.rest = 'group';
    fact.owner = owner;
  }

  undo(): void {
    this.isUndoing = true;
    this.walk = undefined;
  }

  add(child: Child): Fact {
    const fact = new Fact(child);
    this.facts.set(child, fact);
    this.members.push(fact);
    return fact;
  }

  /** A child that a command adds is first met when it is started. */
  factOf(child: Child): Fact {
    const known = this.facts.get(child);
    if (known) return known;
    if (!this.commands.has(child.id, 'start-child')) throw new Violation(`'${child.id}' comes from nowhere`);
    const fact = this.add(child);
    fact.isNew = true;
    return fact;
  }
}
