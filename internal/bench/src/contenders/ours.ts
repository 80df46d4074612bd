/** Coppice. Every limit of restarts is off, as nothing is to give up here; all else is at its default. */
import { type Context, type Task, dynamicSupervisor, supervisor, task } from 'coppice';
import type { Body } from '../bodies.js';
import type { Deep, Fleet } from './contender.js';

/**
 * A body that listens to no signal cannot be made to end: it is abandoned at once, or the stop after the
 * measurement would wait for five seconds. Nothing that is measured depends on it.
 */
const abandoned = ({ usesSignal }: Body) => (usesSignal ? {} : { shutdownMs: 0 });

const runOf = (body: Body) =>
  body.usesSignal
    ? (context: Context, index: number): Promise<void> => body.run(index, context.signal)
    : (_context: Context, index: number): Promise<void> => body.run(index);

function declare(count: number, body: Body): Task[] {
  const run = runOf(body);
  return Array.from({ length: count }, (_, index) =>
    task({ id: `child${index}`, ...abandoned(body), run: (context: Context) => run(context, index) }),
  );
}

const stopOf = (tree: { stop(): Promise<unknown> }) => async (): Promise<void> => {
  await tree.stop();
};

/** A supervisor with so many declared children. `stop` is in order. */
export const declared = (count: number, body: Body) => {
  const root = supervisor({ id: 'root', maxRestarts: Infinity, children: declare(count, body) });
  return async (): Promise<Fleet> => {
    const tree = await root.start();
    return { stopInOrder: stopOf(tree), stopAll: stopOf(tree) };
  };
};

/** Only the declarations of so many children, made and checked. */
export const declarations = (count: number, body: Body) =>
  supervisor({ id: 'root', maxRestarts: Infinity, children: declare(count, body) });

const dynamicRoot = (body: Body) =>
  dynamicSupervisor({
    id: 'root',
    maxRestarts: Infinity,
    child: task({ id: 'child', ...abandoned(body), run: runOf(body) }),
  });

/** A dynamic supervisor; its children are added one after the other, each when the one before it is up. */
export const dynamic = (count: number, body: Body) => {
  const root = dynamicRoot(body);
  return async (): Promise<Fleet> => {
    const tree = await root.start();
    for (let index = 0; index < count; index++) await tree.startChild({ args: [index] });
    return { stopAll: stopOf(tree) };
  };
};

/** The same, but all are asked for at once, and only the last one is waited for: so many commands have to queue. */
export const dynamicAtOnce = (count: number, body: Body) => {
  const root = dynamicRoot(body);
  return async (): Promise<Fleet> => {
    const tree = await root.start();
    let last: Promise<unknown> = Promise.resolve();
    for (let index = 0; index < count; index++) last = tree.startChild({ args: [index] });
    await last;
    return { stopAll: stopOf(tree) };
  };
};

/** All of them start again when one crashes. */
export const group = (count: number, body: Body) => {
  const children = declare(count, body);
  const root = supervisor({ id: 'root', strategy: 'one-for-all', maxRestarts: Infinity, children });
  return async (): Promise<Fleet> => {
    const tree = await root.start();
    return { stopAll: stopOf(tree) };
  };
};

/** No restart is allowed anywhere: one failure goes all the way up. */
export const deep = (depth: number, body: Body) => {
  let inner: Task | ReturnType<typeof supervisor> = task({
    id: 'leaf',
    run: (context: Context) => body.run(0, context.signal),
  });
  for (let level = 0; level < depth - 1; level++) {
    inner = supervisor({ id: 'below', maxRestarts: 0, children: [inner] });
  }
  const root = supervisor({ id: 'root', maxRestarts: 0, children: [inner] });
  return async (): Promise<Deep> => {
    const tree = await root.start();
    return { failed: tree.whenStopped().then(() => {}), stop: stopOf(tree) };
  };
};
