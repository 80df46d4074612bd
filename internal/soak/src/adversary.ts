/**
 * Attacks the application from outside of its tree, by chance, from a seed: with signals, stray faults, commands. Each
 * attack is counted; a command that answers with what it should not, or not at all, is a finding.
 */
import type { Random, Service, Subprocess, SupervisorHandle, SupervisorTree } from 'coppice';
import { crash } from '@coppice/testing';
import type { Worker } from 'node:worker_threads';
import { count } from './books/ledger.js';
import type { Declarations } from './declarations.js';
import type { Findings } from './findings.js';
import { guardiansOf } from './guardian.js';
import { db, names, sessions, shards, tasks } from './tree/crowds.js';
import {
  type Order,
  PROCESSES,
  THREADS,
  lines,
  obedient,
  processes,
  talkative,
  threads,
} from './tree/machines.js';
import { emitters } from './tree/network.js';
import { PLANS, awaited, killable, plan, stops, strategies, stuck, unruly } from './tree/strategies.js';

/** An average gap between two attacks. */
const GAP_MS = 90;
/** A command has to be answered within that; a stop that hangs is the longest. */
const ANSWER_MS = 30_000;

/** It would be more than can be borne. */
const SPARED = Symbol('spared');

type Attack = (adversary: Adversary) => unknown;

export class Adversary {
  readonly attacks = new Map<string, number>();
  /** How commands were refused, by code. */
  readonly refused = new Map<string, number>();
  /** Commands without an answer yet. */
  open = 0;
  readonly #tree: SupervisorTree;
  readonly #random: Random;
  readonly #findings: Findings;
  readonly #declarations: Declarations;
  readonly #workers = new Map<number, Worker>();
  readonly #stop = new AbortController();
  readonly #note = (worker: Worker): void => {
    const { threadId } = worker;
    this.#workers.set(threadId, worker);
    worker.once('exit', () => this.#workers.delete(threadId));
  };
  readonly #sparingly = new Map<string, number[]>();
  #sessions = 0;

  constructor(tree: SupervisorTree, random: Random, declarations: Declarations, findings: Findings) {
    this.#tree = tree;
    this.#random = random;
    this.#declarations = declarations;
    this.#findings = findings;
    process.on('worker', this.#note);
  }

  /** Attacks until it is told to stop; resolves when all commands are answered. */
  async run(): Promise<void> {
    const table = Object.entries(ATTACKS).flatMap(([name, [weight, attack]]) =>
      Array.from({ length: weight }, () => [name, attack] as const),
    );
    while (!this.#stop.signal.aborted) {
      await pause(-Math.log(1 - this.#random()) * GAP_MS);
      const [name, attack] = this.#pick(table);
      void this.#carryOut(name, attack);
    }
    const endAt = performance.now() + ANSWER_MS;
    while (this.open > 0 && performance.now() < endAt) await pause(50);
    if (this.open > 0) this.#findings.add('commands', `${this.open} have no answer`);
  }

  stop(): void {
    this.#stop.abort();
    process.off('worker', this.#note);
  }

  async #carryOut(name: string, attack: Attack): Promise<void> {
    this.open++;
    const startedAt = performance.now();
    try {
      const answer = attack(this);
      if (answer === SPARED) return;
      count(this.attacks, name);
      await answer;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (typeof code === 'string' && code.startsWith('COPPICE_')) count(this.refused, code);
      else if (!String(error).includes('on purpose'))
        this.#findings.add('commands', `${name}: ${String((error as Error).stack)}`);
    } finally {
      this.open--;
    }
    const ms = performance.now() - startedAt;
    if (ms > ANSWER_MS) this.#findings.add('commands', `${name} was answered after ${Math.round(ms)} ms`);
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  get chance(): number {
    return this.#random();
  }

  /** Only what this application has started: the pid is that of a child of its tree. */
  signalOne(signal: NodeJS.Signals, among: readonly Service<Subprocess>[]): void {
    const { pid } = this.#tree.use(this.#pick(among));
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended
    }
  }

  /** The shell that sees to it that nothing is left: another one has to take its place. */
  killGuardian(): unknown {
    // Three that live for less than a second are taken for a system without a shell.
    if (!this.#isAllowed('guardian', 1, 5_000)) return SPARED;
    for (const { pid } of guardiansOf(process.pid)) process.kill(pid, 'SIGKILL');
    return undefined;
  }

  /** What goes astray is contained three times within a minute; then the application ends, as it should. */
  stray(how: 'throwLater' | 'rejectLater'): unknown {
    const child = this.#tree.use(unruly);
    if (!this.#isAllowed('stray', 3, 65_000)) return SPARED;
    child[how]();
    return undefined;
  }

  /** So often within so long, and not more. */
  #isAllowed(what: string, times: number, withinMs: number): boolean {
    const now = performance.now();
    const last = (this.#sparingly.get(what) ?? []).filter((at) => now - at < withinMs);
    this.#sparingly.set(what, last);
    return last.length < times && last.push(now) > 0;
  }

  order(order: Order): void {
    this.#tree.use(obedient).post(order);
  }

  /** Not while it loads: Node would leave the files open that it reads just then. */
  async terminateWorker(): Promise<void> {
    const { threadId } = this.#tree.use(this.#pick(THREADS));
    await this.#workers.get(threadId)?.terminate();
  }

  block(): void {
    this.#tree.use(unruly).block(50 + this.#random() * 250);
  }

  breakEmitter(event: 'error' | 'close'): void {
    for (const emitter of emitters) emitter.emit(event, new Error('broken on purpose'));
  }

  async session(): Promise<void> {
    const name = `session-${++this.#sessions}`;
    const handle = this.#tree.supervisor(sessions);
    const { id } = await handle.startChild({ id: name, args: [name, 200 + this.chance * 4_000] });
    const { since } = this.#tree.use(names).use(name);
    if (since > Date.now()) this.#findings.add('commands', `${name} is of the future`);
    const { chance } = this;
    if (chance < 0.2) await handle.terminateChild(id);
    else if (chance < 0.4) crash(handle, id, new Error('crashed on purpose'));
  }

  async job(): Promise<void> {
    const key = `key-${Math.floor(this.chance * 50)}`;
    await this.#tree
      .supervisor(shards)
      .for(key)
      .startChild({ args: [this.chance * 2_000] });
  }

  async resize(): Promise<void> {
    const partitions = 1 + Math.floor(this.chance * 5);
    await this.#declarations.whileChanging('soak/shards', async () => {
      await this.#tree.supervisor(shards).resize(partitions);
      return Array.from({ length: partitions }, (_, number) => `shard#${number}`);
    });
  }

  async runTask(): Promise<void> {
    const fails = this.chance < 0.4;
    const ms = this.chance * 150;
    const result = await this.#tree.supervisor(tasks).runTask(
      async ({ sleep, attempt }) => {
        await sleep(ms);
        if (fails && attempt < 5) throw new Error('failed on purpose');
        return 'done';
      },
      { timeoutMs: 1_000 },
    );
    if (result !== 'done' || fails)
      this.#findings.add('commands', `a task that ${fails ? 'fails' : 'works'} gave ${result}`);
  }

  async borrow(): Promise<void> {
    const lease = await this.#tree.use(db).checkout({ timeoutMs: 2_000 });
    await pause(this.chance * 100);
    if (this.chance < 0.3) lease.discard();
    else lease.release();
  }

  /** A supervisor and one of its children, of those whose children are known and stay. */
  #someone(): { readonly handle: SupervisorHandle; readonly id: string } {
    const groups = [
      ...strategies.filter((each) => each !== plan && each.id !== 'limits'),
      threads,
      processes,
    ];
    const group = this.#pick(groups);
    return { handle: this.#tree.supervisor(group), id: this.#pick(group.children).id };
  }

  async restartNow(): Promise<void> {
    const { handle, id } = this.#someone();
    await handle.restartNow(id, { by: 'the adversary' });
  }

  async stopAndStart(): Promise<void> {
    const { handle, id } = this.#someone();
    await handle.terminateChild(id, { by: 'the adversary' });
    await pause(this.chance * 200);
    // What it needs may be down for a while; nobody else would start it again.
    for (let tries = 1; ; tries++) {
      try {
        return void (await handle.restartChild(id, { by: 'the adversary' }));
      } catch (error) {
        const { code } = error as { code?: unknown };
        if ((code !== 'COPPICE_BOUND' && code !== 'COPPICE_NOT_RUNNING') || tries === 50) throw error;
      }
      await pause(200);
    }
  }

  async pauseForAWhile(): Promise<void> {
    const { handle, id } = this.#someone();
    await handle.pause(id, { reason: 'maintenance', by: 'the adversary' });
    await pause(this.chance * 1_500);
    await handle.resume(id, { by: 'the adversary' });
  }

  async addAndDelete(): Promise<void> {
    const handle = this.#tree.supervisor(plan);
    await this.#declarations.whileChanging('soak/strategies/plan', async () => {
      await handle.startChild({ ...PLANS[0][0], id: 'guest' });
      await pause(this.chance * 100);
      await handle.terminateChild('guest');
      await handle.deleteChild('guest');
      return undefined;
    });
  }

  async reconcile(): Promise<void> {
    const wanted = this.#pick(PLANS);
    await this.#declarations.whileChanging('soak/strategies/plan', async () => {
      await this.#tree.supervisor(plan).reconcile([...wanted], { by: 'the adversary' });
      return wanted.map(({ id }) => id);
    });
  }

  crashGroup(): void {
    crash(this.#tree, `strategies/${this.#pick(strategies).id}`, new Error('crashed on purpose'));
  }

  async hangStop(): Promise<void> {
    const one = this.#pick([stuck, awaited, killable]);
    stops.hangMs = 300 + this.chance * 2_500;
    await this.#tree.supervisor('strategies/hanging').restartNow(one.id);
  }

  read(): void {
    const { chance } = this;
    if (chance < 0.3) this.#tree.explain();
    else if (chance < 0.6) for (const { path } of this.#tree.eachChild()) this.#tree.explain(path);
    else JSON.stringify(this.#tree.snapshot());
  }

  /** Somebody who listens, and fails. */
  listenBadly(): void {
    const listener = (): never => {
      throw new Error('a listener fails on purpose');
    };
    this.#tree.on('child:crashed', listener);
    setTimeout(() => this.#tree.off('child:crashed', listener), 1_000).unref();
  }
}

/** How often, against the others, and what. */
const ATTACKS: Readonly<Record<string, readonly [weight: number, attack: Attack]>> = {
  'process killed': [4, (a) => a.signalOne('SIGKILL', PROCESSES)],
  'process frozen': [1, (a) => a.signalOne('SIGSTOP', [lines, talkative])],
  'guardian killed': [1, (a) => a.killGuardian()],
  'thread in a busy loop': [1, (a) => a.order('spin')],
  'thread out of memory': [1, (a) => a.order('hoard')],
  'thread exits': [1, (a) => a.order('exit')],
  'thread throws': [1, (a) => a.order('throw')],
  'thread returns': [1, (a) => a.order('return')],
  'worker terminated': [2, (a) => a.terminateWorker()],
  'stray throw': [2, (a) => a.stray('throwLater')],
  'stray rejection': [2, (a) => a.stray('rejectLater')],
  'event loop blocked': [1, (a) => a.block()],
  'emitter fails': [1, (a) => a.breakEmitter('error')],
  'emitter closes': [1, (a) => a.breakEmitter('close')],
  'stop that hangs': [3, (a) => a.hangStop()],
  'group crashed': [2, (a) => a.crashGroup()],
  'restart on request': [4, (a) => a.restartNow()],
  'stop and start': [3, (a) => a.stopAndStart()],
  'pause and resume': [3, (a) => a.pauseForAWhile()],
  'child added and deleted': [2, (a) => a.addAndDelete()],
  reconcile: [2, (a) => a.reconcile()],
  'partitions resized': [1, (a) => a.resize()],
  session: [20, (a) => a.session()],
  job: [10, (a) => a.job()],
  task: [12, (a) => a.runTask()],
  'resource borrowed': [10, (a) => a.borrow()],
  reader: [3, (a) => a.read()],
  'listener that throws': [1, (a) => a.listenBadly()],
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
