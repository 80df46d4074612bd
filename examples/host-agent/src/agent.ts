/** The tree: who is supervised by whom, and how. */
import { type DeclaredSupervisor, type SupervisorSnapshot, supervisor } from 'coppice';
import type { Exposure } from './chaos.js';
import { type Sampler, collector } from './collector.js';
import { cpu } from './collectors/cpu.js';
import { disk } from './collectors/disk.js';
import { load } from './collectors/load.js';
import { memory } from './collectors/memory.js';
import { network } from './collectors/network.js';
import { temperature } from './collectors/temperature.js';
import { httpService } from './http.js';
import { metricStore } from './metrics.js';
import { probeTask } from './probe.js';

export interface AgentOptions {
  readonly port: number;
  /** The tree that this agent becomes, for `/tree`. */
  readonly snapshot: () => SupervisorSnapshot;
  readonly chaos: Exposure;
}

export function declareAgent({ port, snapshot, chaos }: AgentOptions): DeclaredSupervisor {
  const store = chaos.service(metricStore());
  const http = chaos.service(httpService({ port, store, snapshot }), {
    name: 'its listening socket is closed',
    strike: ({ server }) => server.close(),
  });
  const collect = (sampler: Sampler) => chaos.task(collector(sampler, store));

  // Disk and network are read side by side, so that one can be held against the other: when one has to
  // begin anew, so has the other. The limit is tight on purpose: under --chaos it is passed now and then,
  // and one sees how a supervisor gives up and is itself started again by the one above.
  const io = supervisor({
    id: 'io',
    strategy: 'one-for-all',
    maxRestarts: 3,
    withinMs: 10_000,
    children: [collect(disk), collect(network)],
  });

  // A machine may lack this sensor, and then no restart helps. `temporary`: when it gives up, that is all.
  const sensors = supervisor({
    id: 'sensors',
    restart: 'temporary',
    maxRestarts: 2,
    withinMs: 10_000,
    children: [collect(temperature)],
  });

  // No collector needs another. Chaos strikes at most 15 times in 10 s, and each strike costs a collector
  // one restart: 20 are never reached by it. A crash without a pause gets there in a moment.
  const collectors = supervisor({
    id: 'collectors',
    strategy: 'one-for-one',
    maxRestarts: 20,
    withinMs: 10_000,
    children: [collect(cpu), collect(memory), collect(load), io, sensors],
  });

  // Each one needs those before it. The worst that chaos does is a service whose next two starts fail as
  // well: 3 restarts a strike, 45 in 10 s.
  return supervisor({
    id: 'agent',
    strategy: 'rest-for-one',
    maxRestarts: 50,
    withinMs: 10_000,
    children: [store, collectors, http, chaos.task(probeTask(http)), ...chaos.children],
  });
}
