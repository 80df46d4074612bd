/** `application`: the root supervisor that can own its process. */
import type { ChildRef, Health, HealthChange, Service, StopReport, SupervisorTree } from '@coppice/core';
import { declareRoot } from '@coppice/core/kit';
import { healthServer } from '../health/index.js';
import { type ApplicationHealth, checkOverrides, underHealth } from './health-options.js';
import { Lifecycle } from './lifecycle.js';
import { reading } from '../shared/reading.js';
import { readOptions, settingsOf, specOf } from './options.js';
import { runAsOwner } from './run.js';
import type { Application, ApplicationOptions, RunOptions } from './types.js';

/**
 * Declares an application: a root supervisor that owns the process while `run()` runs, and only then. It
 * starts the children in order, is ready, stops them in order when a signal comes, says who did not stop, and
 * ends the process with an exit code that tells how it went.
 *
 * @returns the declaration as frozen data: also a child for another supervisor, without its process
 * @throws SpecError if an option of its supervisor or of a child is wrong
 * @throws ApplicationError if another option is wrong, or unknown
 *
 * @example
 * ```ts
 * const shop = application({
 *   id: 'shop',
 *   strategy: 'rest-for-one',
 *   children: [db, outbox, api],
 *   health: { port: 8080 },
 * });
 * logEvents(shop.handle(), logger); // the events of the tree as records, with `@coppice/pino`
 * await shop.run();
 * ```
 */
export function application(options: ApplicationOptions): Application {
  return reading('application()', () => declared(readOptions(options)));
}

function declared(options: ApplicationOptions): Application {
  const settings = settingsOf(options);
  const spec = specOf(options, settings.health ? [probesOf(settings.health, () => lifecycle)] : [], settings);
  checkOverrides(settings.health?.children, spec);
  const lifecycle = new Lifecycle(spec, settings);
  // Not enumerable for a spread: a copy is plain data, and so is what another supervisor makes of it.
  const methods = {
    handle: (): SupervisorTree => lifecycle.tree,
    run: (runOptions: RunOptions = {}): Promise<number> => runAsOwner(spec, lifecycle, runOptions),
    start: (): Promise<Application> => lifecycle.start().then(() => app),
    stop: (): Promise<StopReport> => lifecycle.stop(),
    explain: (child?: ChildRef): string => lifecycle.explain(child),
    health: (): Health => lifecycle.health(),
    healthChanges: (): readonly HealthChange[] => lifecycle.healthChanges,
    [Symbol.asyncDispose]: async (): Promise<void> => void (await lifecycle.stop()),
  };
  const app = Object.freeze(
    Object.assign<object, object>(Object.create(methods) as object, spec),
  ) as Application;
  declareRoot(app, 'under run() the process exits with code 1');
  return app;
}

/** The first child of an application that answers probes. */
function probesOf(health: ApplicationHealth, lifecycle: () => Lifecycle): Service {
  const server = Object.entries(health).filter(([key]) => key !== 'children');
  try {
    return healthServer({
      ...(Object.fromEntries(server) as Omit<ApplicationHealth, 'children'>),
      health: (context) => lifecycle().healthAround(context),
      changes: () => lifecycle().healthChanges,
    });
  } catch (error) {
    throw underHealth(error);
  }
}
