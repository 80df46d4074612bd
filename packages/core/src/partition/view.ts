/** What `use` gives of a partition supervisor: what its partitions have, by keys. */
import type { Asker } from '../engine/views.js';
import { supervisorAt } from '../engine/places.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import { coppiceError } from '../model/errors.js';
import type { PartitionKey, Partitions } from '../spec/partition-types.js';
import type { WhenReadyOptions } from '../spec/types.js';
import { isTaskSupervisor } from '../tasks/job.js';
import { countOf, route, specFor, withValue } from './partitioning.js';

/** It finds the supervisor at its place anew each time, and so stays valid when that is started again. */
export class PartitionsView implements Partitions<unknown> {
  readonly #asker: Asker;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  get partitions(): number {
    return countOf(this.#process, 'partitions');
  }

  partitionOf(key: PartitionKey): number {
    return route(this.#process, key, 'partitionOf');
  }

  for(key: PartitionKey): unknown {
    const process = this.#process;
    const spec = specFor(process, key, 'for');
    const { caller, path } = this.#asker;
    if (caller && isTaskSupervisor(spec)) return process.tasks(spec, caller);
    return process.use(withValue(spec, 'for'), caller?.path ?? path, caller);
  }

  async whenReady(key: PartitionKey, options?: WhenReadyOptions): Promise<unknown> {
    const process = this.#process;
    const { caller, path } = this.#asker;
    const spec = withValue(specFor(process, key, 'whenReady'), 'whenReady');
    return process.whenReady(spec, caller?.path ?? path, options, caller);
  }

  get #process(): SupervisorProcess {
    const { process, path } = this.#asker;
    const found = supervisorAt(process, path);
    if (found) return found;
    throw coppiceError('COPPICE_NOT_RUNNING', { path, state: 'its parent is down, or it was removed' });
  }
}
