/** Makes the tree of a scenario: its workers are services that do what their script says. */
import {
  type ChildSpec,
  type Context,
  type Ignore,
  type RestartType,
  type Service,
  Shutdown,
  type Strategy,
  dynamicSupervisor,
  ignore,
  service,
  supervisor,
} from 'coppice';
import type { ExitName, NestedSpec, SupervisorTree, WorkerSpec } from './scenario.js';

/** Whether starts and stops answer at once, or take a turn of the promises: OTP's behaviour is the same. */
export type Pace = 'at-once' | 'later';

export class Workers {
  readonly #pace: Pace;
  /** How often what stands at a path was started, this time included: a script goes by that. */
  readonly #startsOf: (path: string) => number;
  readonly #alive = new Map<string, Context>();

  constructor(pace: Pace, startsOf: (path: string) => number) {
    this.#pace = pace;
    this.#startsOf = startsOf;
  }

  tree(id: string, tree: SupervisorTree, child: Partial<NestedSpec> = {}) {
    const common = {
      id,
      maxRestarts: tree.intensity,
      withinMs: tree.period * 1_000,
      autoShutdown: kebab(tree.auto_shutdown ?? 'never') as 'never',
      ...options(child),
    };
    if (tree.template) return dynamicSupervisor({ ...common, child: this.worker(tree.template) });
    const children = (tree.children ?? []).map(
      (each): ChildSpec =>
        'supervisor' in each ? this.tree(each.id, each.supervisor, each) : this.worker(each),
    );
    return supervisor({ ...common, strategy: kebab(tree.strategy) as Strategy, children });
  }

  worker(spec: WorkerSpec): Service<Context> {
    const { shutdown = 5_000 } = spec;
    return service({
      id: spec.id,
      ...options(spec),
      shutdownMs: shutdown === 'brutal_kill' ? 0 : shutdown,
      start: (context) => this.#later(() => this.#start(spec, context)),
      // A process that ends by itself is gone at once; only one that is asked to may take its time.
      stop: (context) =>
        this.isAlive(context.path) ? this.#later(() => this.#stop(spec, context)) : undefined,
    });
  }

  /** Is there a worker that lives at this path? */
  isAlive(path: string): boolean {
    return this.#alive.has(path);
  }

  /** Makes the worker at this path end by itself. */
  exit(path: string, reason: ExitName): 'ok' | 'noproc' {
    const context = this.#alive.get(path);
    if (!context) return 'noproc';
    this.gone(path);
    if (reason === 'crash') context.fail(new Error('boom'));
    else if (reason === 'normal') context.end();
    else context.end(new Shutdown(reason === 'shutdown_term' ? 'detail' : undefined));
    return 'ok';
  }

  gone(path: string): void {
    this.#alive.delete(path);
  }

  #start(spec: WorkerSpec, context: Context): Context | Ignore {
    const { path } = context;
    const script = spec.starts ?? ['ok'];
    const outcome = script[Math.min(this.#startsOf(path), script.length) - 1];
    if (outcome === 'ignore') return ignore;
    if (outcome !== 'ok') throw new Error(`start says ${outcome}`);
    this.#alive.set(path, context);
    return context;
  }

  #stop(spec: WorkerSpec, context: Context): unknown {
    switch (spec.on_shutdown ?? 'stop') {
      case 'normal':
        return context.end();
      case 'hang':
        return new Promise(() => {});
      case 'crash':
        throw new Error('boom while stopping');
      default:
        return undefined;
    }
  }

  #later<T>(action: () => T): T | Promise<T> {
    return this.#pace === 'at-once' ? action() : Promise.resolve().then(action);
  }
}

function options(child: { readonly restart?: RestartType; readonly significant?: boolean }) {
  return {
    ...(child.restart !== undefined && { restart: child.restart }),
    ...(child.significant !== undefined && { significant: child.significant }),
  };
}

const kebab = (word: string): string => word.replaceAll('_', '-');
