/** Supervised processes in tests: real ones, watched from outside, with nothing left behind. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type ChildSpec,
  type EventName,
  type EventOf,
  type Logger,
  type Service,
  type SupervisionEvent,
  type SupervisorOptions,
  type SupervisorTree,
  type TreeOptions,
  supervisor,
} from '@coppice/core';

/** Does this process run? One that is dead and was not collected by its parent yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Waits for something that the system does not tell of. */
export async function until(what: string, holds: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await wait(5);
  }
}

export const gone = (pid: number): Promise<void> => until(`process ${pid} gone`, () => !isAlive(pid));

export interface LogLine {
  readonly level: 'info' | 'warn';
  readonly stream: string;
  readonly text: string;
  readonly path: string;
  readonly incarnation: number;
}

export interface Running {
  readonly tree: SupervisorTree;
  readonly events: SupervisionEvent[];
  readonly lines: LogLine[];
  /** The text of the log line that matches, when it has come (or as soon as it comes). */
  line(pattern: RegExp): Promise<string>;
  /** The nth event of this type. */
  event<N extends EventName>(type: N, nth?: number): Promise<EventOf<N>>;
  value<V>(ref: Service<V>): V;
}

const running: SupervisorTree[] = [];

/** Ends what a test has started, also a test that failed. */
afterEach(async () => {
  await Promise.all(running.splice(0).map((tree) => tree.stop()));
});

/** A supervisor over these children, not started yet: `tree.start()`. */
export function prepare(
  children: ChildSpec[],
  options: Partial<SupervisorOptions> = {},
  treeOptions: TreeOptions = {},
): Running {
  const lines: LogLine[] = [];
  const values = new Map<object, () => unknown>();
  const logger = (bindings: Record<string, unknown>): Logger => {
    const write = (level: 'info' | 'warn') => (fields: unknown, text?: string) => {
      lines.push({ level, ...bindings, ...(fields as object), text: text ?? String(fields) } as LogLine);
    };
    return {
      debug: () => {},
      info: write('info'),
      warn: write('warn'),
      error: () => {},
      child: (more) => logger({ ...bindings, ...more }),
    };
  };
  // What a child is worth, by its `start`: for the tests only, which stand outside of the tree.
  const tapped = children.map((spec) => {
    if (spec.kind !== 'service') return spec;
    const copy: Service = {
      ...spec,
      async start(context) {
        const value: unknown = await spec.start.call(copy, context);
        values.set(spec, () => value);
        return value;
      },
    };
    return copy;
  });
  const tree = supervisor({ id: 'app', ...options, children: tapped }).handle({
    logger: logger({}),
    ...treeOptions,
  });
  running.push(tree);
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => void events.push(event));
  return {
    tree,
    events,
    lines,
    async line(pattern) {
      await until(`a line like ${String(pattern)}`, () => lines.some(({ text }) => pattern.test(text)));
      return lines.find(({ text }) => pattern.test(text))!.text;
    },
    async event(type, nth = 1) {
      const found = () => events.filter((event) => event.type === type);
      await until(`event ${type} number ${nth}`, () => found().length >= nth);
      return found()[nth - 1] as never;
    },
    value: <V>(ref: Service<V>) => values.get(ref)!() as V,
  };
}

export async function boot(
  children: ChildSpec[],
  options?: Partial<SupervisorOptions>,
  treeOptions?: TreeOptions,
): Promise<Running> {
  const it = prepare(children, options, treeOptions);
  await it.tree.start();
  return it;
}

/** A shell script as a process: starts fast. */
export const sh = (script: string) => ({ file: 'sh', args: ['-c', script] });

/** A Node program as a process. */
export const node = (code: string) => ({ file: process.execPath, args: ['-e', code] });
