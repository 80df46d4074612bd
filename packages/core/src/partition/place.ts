/** A handle on one partition that is no supervisor. */
import type { ChildPlace, ServicePlace } from '../engine/handle-types.js';
import type { SupervisorProcess } from '../engine/supervisor-process.js';
import type { ChildSpec, WhenReadyOptions } from '../spec/types.js';
import { withValue } from './partitioning.js';

export class Place implements ChildPlace, ServicePlace<unknown> {
  readonly path: string;
  readonly #spec: ChildSpec;
  readonly #process: () => SupervisorProcess;

  /** @param process - the supervisor above it that is there now */
  constructor(above: string, spec: ChildSpec, process: () => SupervisorProcess) {
    this.path = `${above}/${spec.id}`;
    this.#spec = spec;
    this.#process = process;
  }

  use(): unknown {
    return this.#process().use(withValue(this.#spec, 'use'), this.path);
  }

  async whenReady(options?: WhenReadyOptions): Promise<unknown> {
    return this.#process().whenReady(withValue(this.#spec, 'whenReady'), this.path, options);
  }
}
