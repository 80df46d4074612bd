/** One supervisor of the simulated tree: the model's state, with its effects performed by the world. */
import type { Child } from '../../../src/model/child.js';
import { crash } from '../../../src/model/exit-reason.js';
import type { Effect } from '../../../src/model/effect.js';
import type { Message } from '../../../src/model/message.js';
import { step } from '../../../src/model/step.js';
import type { Supervisor } from '../../../src/model/supervisor.js';
import { Life } from './life.js';
import { Oracle } from './judge/oracle.js';
import { isSupervisorPlan, supervisorOf } from './policies.js';
import type { ChildPlan } from './script.js';
import type { World } from './world.js';

export class Node {
  readonly world: World;
  readonly plan: ChildPlan;
  readonly state: Supervisor;
  readonly oracle: Oracle;
  /** The child that this supervisor is, of the supervisor above it. */
  readonly above: Life | undefined;
  readonly lives = new Map<Child, Life>();
  hasEnded = false;
  endedAt = NaN;

  constructor(world: World, plan: ChildPlan, path: string, above: Life | undefined) {
    this.world = world;
    this.plan = plan;
    this.above = above;
    this.state = supervisorOf(plan, path);
    this.state.observed = true;
    this.state.slice = world.slice;
    this.state.chance = () => world.nextChance();
    this.oracle = new Oracle(this);
  }

  handle(message: Message): void {
    const { world, oracle, state } = this;
    world.steps++;
    world.tell?.(this, message);
    oracle.before(message);
    const effects = step(state, message, world.now);
    for (const effect of effects) {
      world.tell?.(this, effect);
      oracle.effect(effect);
      this.#perform(effect);
    }
    oracle.after(effects);
  }

  #perform(effect: Effect): void {
    const { world } = this;
    switch (effect.type) {
      case 'start':
        return this.#start(effect.child);
      case 'stop':
        return this.lives.get(effect.child)?.stop(effect.deadlineAt);
      case 'fail':
        return this.lives.get(effect.child)?.breakOff(effect.error);
      case 'exit':
        return world.post(this, world.root, { type: 'stop', reason: crash(effect.error) });
      case 'kill':
      case 'abandon':
        return this.lives.get(effect.child)?.[effect.type]();
      case 'set-timer':
        return world.alarms.set(this, effect.child, effect.ms);
      case 'clear-timer':
        return world.alarms.clear(effect.child);
      case 'go-on':
        return world.post(this, this, { type: 'go-on' });
      case 'event':
        world.hear?.(effect.event);
        return;
      case 'up':
        if (this.above) this.above.up();
        return;
      case 'start-failed':
        this.#ended();
        return this.#endAbove({ type: 'start-failed', error: effect.error });
      case 'down':
        this.#ended();
        return this.#endAbove({ type: 'exited', reason: effect.reason });
      default:
        return;
    }
  }

  #ended(): void {
    this.hasEnded = true;
    this.endedAt = this.world.now;
    this.world.alarms.clearDeadline(this);
  }

  #start(child: Child): void {
    const life = new Life(this, child, this.world.nextMood());
    this.lives.set(child, life);
    this.world.lives.push(life);
    if (!isSupervisorPlan(life.plan)) return life.start();
    const below = new Node(this.world, life.plan, `${this.state.path}/${child.id}`, life);
    life.below = below;
    this.world.nodes.push(below);
    this.world.post(below, below, { type: 'start' });
  }

  /** The supervisor above hears how this one ended, after all that it was told before. */
  #endAbove(
    end:
      | Omit<Extract<Message, { type: 'exited' }>, 'child' | 'incarnation'>
      | Omit<Extract<Message, { type: 'start-failed' }>, 'child' | 'incarnation'>,
  ): void {
    const { above } = this;
    if (!above) return;
    above.phase = 'over';
    above.send({ ...end, child: above.child, incarnation: above.incarnation });
  }
}
