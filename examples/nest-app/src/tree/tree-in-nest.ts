/**
 * The other way round: a tree as a provider, for an app in which Nest keeps the process (one that exists already, and calls
 * `enableShutdownHooks()`). A supervisor touches nothing global, so this is all there is to it.
 */
import { type DynamicModule, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { DeclaredSupervisor, SupervisorTree } from 'coppice';

/** What providers have injected: `constructor(private readonly tree: Tree)`, and then `this.tree.handle.use(store)`. */
export class Tree implements OnModuleInit, OnModuleDestroy {
  readonly handle: SupervisorTree;
  #isAskedToStop = false;

  constructor(
    spec: DeclaredSupervisor,
    private readonly onGaveUp: () => unknown,
  ) {
    this.handle = spec.handle();
  }

  /** Nest listens when all of it is up, and does not start if it does not. */
  async onModuleInit(): Promise<void> {
    await this.handle.start();
    void this.handle.whenStopped().then(() => this.#isAskedToStop || this.onGaveUp());
  }

  async onModuleDestroy(): Promise<void> {
    this.#isAskedToStop = true;
    await this.handle.stop();
  }
}

@Module({})
export class TreeInNestModule {
  /** @param onGaveUp - the tree has ended by itself. Default: SIGTERM to this process, for Nest to close in order */
  static of(
    spec: DeclaredSupervisor,
    onGaveUp: () => unknown = () => process.kill(process.pid, 'SIGTERM'),
  ): DynamicModule {
    const provider = { provide: Tree, useFactory: () => new Tree(spec, onGaveUp) };
    return { module: TreeInNestModule, global: true, providers: [provider], exports: [Tree] };
  }
}
