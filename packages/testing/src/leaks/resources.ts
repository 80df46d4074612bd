/** What holds a process open, and where it was made: timers, servers, sockets, threads, processes. */
import { createHook, executionAsyncId } from 'node:async_hooks';
import { framesOf, isOfRunner } from './frames.js';
import type { Leak } from './leak.js';

/** Node's names of the resources that can be left behind, and ours. */
const KINDS: Readonly<Record<string, Leak['kind']>> = {
  Timeout: 'timer',
  TCPSERVERWRAP: 'server',
  PIPESERVERWRAP: 'server',
  TCPWRAP: 'socket',
  PIPEWRAP: 'socket',
  UDPWRAP: 'socket',
  FSEVENTWRAP: 'file-watcher',
  FILEHANDLE: 'file',
  MESSAGEPORT: 'message-port',
  PROCESSWRAP: 'process',
  WORKER: 'thread',
};

/** Those that are a leak also if they do not keep the process from ending. */
const ALWAYS = new Set<Leak['kind']>(['process', 'thread']);

/** As much of the resources as is looked at; each kind has some of it. */
interface Resource {
  hasRef?(): boolean;
  getsockname?(out: { address?: string; port?: number }): number;
  readonly pid?: number;
  readonly threadId?: number;
  readonly _idleTimeout?: number;
  readonly _repeat?: number | null;
  /** Of a timer that was cleared, or called. */
  readonly _destroyed?: boolean;
  /** Of a file: below 0 when it is closed. Node says so itself only when it is collected. */
  readonly fd?: number;
}

/** Where something was made; and what had led there, since a listening socket, say, is made by a callback of Node's. */
interface Origin {
  readonly made: Error;
  readonly depth: number;
  readonly cause: Origin | undefined;
}

/** So many causes are looked back at. */
const DEPTH = 4;

interface Open {
  readonly kind: Leak['kind'];
  readonly resource: WeakRef<Resource>;
  readonly origin: Origin;
}

/** The resources that were made since it was, and are still there. */
export class ResourceWatch {
  readonly #origins = new Map<number, Origin>();
  readonly #open = new Map<number, Open>();
  readonly #hook = createHook({
    init: (id, type, trigger, resource) => {
      // Those have no stack of their own, and there are too many.
      if (type === 'PROMISE') return;
      const above = this.#origins.get(executionAsyncId()) ?? this.#origins.get(trigger);
      const cause = above && above.depth >= DEPTH ? { made: above.made, depth: 1, cause: undefined } : above;
      // The stack is read later, and only if it is a leak.
      const origin = { made: new Error('made'), depth: (cause?.depth ?? 0) + 1, cause };
      this.#origins.set(id, origin);
      const kind = KINDS[type];
      if (kind) this.#open.set(id, { kind, resource: new WeakRef(resource), origin });
    },
    destroy: (id) => {
      this.#origins.delete(id);
      this.#open.delete(id);
    },
  });

  start(): void {
    this.#hook.enable();
  }

  stop(): void {
    this.#hook.disable();
    this.#origins.clear();
    this.#open.clear();
  }

  /** Takes what is there now as given. */
  forget(): void {
    this.#open.clear();
  }

  found(): Leak[] {
    return Array.from(this.#open.values()).flatMap(({ kind, resource, origin }) => {
      const living = resource.deref();
      if (!living || living._destroyed === true) return [];
      if (kind === 'file' && living.fd !== undefined && living.fd < 0) return [];
      if (!ALWAYS.has(kind) && living.hasRef?.() === false) return [];
      const stack = origin.made.stack ?? '';
      const isPart =
        (kind === 'socket' && stack.includes('node:internal/child_process')) ||
        (kind !== 'thread' && stack.includes('node:internal/worker'));
      // Of a file Node does not tell who has opened it; the test runners use other ways.
      const madeAt = isPart ? undefined : (madeAtOf(origin) ?? (kind === 'file' ? [] : undefined));
      return madeAt ? [{ kind, what: describe(kind, living), madeAt }] : [];
    });
  }
}

/** The nearest place in somebody's code; undefined: the test runner, or Node, has made it for itself. */
function madeAtOf(origin: Origin): readonly string[] | undefined {
  for (let at: Origin | undefined = origin; at; at = at.cause) {
    const stack = at.made.stack ?? '';
    if (!isOfRunner(stack)) return framesOf(stack);
  }
  return undefined;
}

function describe(kind: Leak['kind'], resource: Resource): string {
  switch (kind) {
    case 'timer': {
      const every = typeof resource._repeat === 'number' ? 'a timer, every' : 'a timer of';
      return `${every} ${resource._idleTimeout} ms`;
    }
    case 'process':
      return resource.pid === undefined ? 'a process' : `the process ${resource.pid}`;
    case 'thread':
      return resource.threadId === undefined ? 'a thread' : `the thread ${resource.threadId}`;
    case 'server':
    case 'socket': {
      const at: { address?: string; port?: number } = {};
      resource.getsockname?.(at);
      return at.port === undefined ? `a ${kind}` : `a ${kind} at ${at.address}:${at.port}`;
    }
    default:
      return `a ${kind}`;
  }
}
