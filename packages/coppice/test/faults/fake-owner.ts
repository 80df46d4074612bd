/** An incarnation and a process for tests, without a tree. */
import { EventEmitter } from 'node:events';
import { type FaultOwner, supervisor, task } from '@coppice/core';
import { type Fault, FaultDomain, type FaultDomainOptions } from '../../src/faults/index.js';

export interface FakeOwner extends FaultOwner {
  readonly crashes: unknown[];
}

export function fakeOwner(path = 'root/a', outcome: 'crash' | 'late' = 'crash'): FakeOwner {
  const crashes: unknown[] = [];
  return {
    path,
    incarnation: 1,
    isOver: false,
    crashes,
    fault(error) {
      crashes.push(error);
      return outcome;
    },
  };
}

/** What `process` would be told, and asked for. */
class FakeProcess extends EventEmitter {
  readonly warnings: string[] = [];
  readonly exits: number[] = [];

  emitWarning(_message: string, { code }: { code: string }): void {
    this.warnings.push(code);
  }

  exit(code: number): void {
    this.exits.push(code);
  }

  /** As Node does: monitors first. Is it handled? */
  raise(error: unknown, origin: Fault['origin'] = 'uncaughtException'): boolean {
    this.emit('uncaughtExceptionMonitor', error, origin);
    return this.emit('uncaughtException', error, origin);
  }
}

export function install(options: Partial<FaultDomainOptions> = {}) {
  const source = new FakeProcess();
  const faults: Fault[] = [];
  const fatals: Fault[] = [];
  const domain = new FaultDomain({
    policy: 'contain',
    onFault: (fault) => void faults.push(fault),
    onFatal: (fault) => void fatals.push(fault),
    process: source,
    ...options,
  });
  domain.install();
  const raiseIn = (owner: FaultOwner, error: unknown): boolean =>
    domain.scope!.run(owner, () => source.raise(error));
  return { source, domain, faults, fatals, raiseIn };
}

/** Calls code through the `bind` of a child of a real tree, and gives what it throws. */
export async function thrownByBound(error: unknown): Promise<unknown> {
  let thrown: unknown;
  const child = task({
    id: 'bound',
    run: ({ bind }) => {
      try {
        bind(() => {
          throw error;
        })();
      } catch (caught) {
        thrown = caught;
      }
    },
  });
  const tree = await supervisor({ id: 'tree', children: [{ ...child, restart: 'temporary' }] }).start();
  await tree.stop();
  return thrown;
}
