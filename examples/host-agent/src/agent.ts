/** The application: who is supervised by whom, and how. */
import {
  type Application,
  type ChildSpec,
  type SupervisorSnapshot,
  type WorkerOptions,
  application,
  supervisor,
} from 'coppice';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { hasherThread, referee } from './bench/bench.js';
import type { Exposure } from './chaos/chaos.js';
import { type Sampler, collector } from './collector.js';
import { cpu } from './collectors/cpu.js';
import { disk } from './collectors/disk.js';
import { load } from './collectors/load.js';
import { memory } from './collectors/memory.js';
import { network } from './collectors/network.js';
import { NoSensorError, temperature } from './collectors/temperature.js';
import { httpService } from './http.js';
import { metricStore } from './metrics.js';
import { probeTask } from './probe.js';
import { vmstat } from './vmstat/vmstat.js';

export interface AgentOptions {
  readonly port: number;
  readonly logger: Logger;
  /** Of the metrics of the supervision. */
  readonly registry: Registry;
  readonly chaos: Exposure;
}

export function declareAgent({ port, logger, registry, chaos }: AgentOptions): Application {
  const snapshot = (): SupervisorSnapshot => app.handle().snapshot();
  const store = chaos.service(metricStore());
  const http = chaos.service(httpService({ port, store, registry, snapshot }), {
    name: 'its listening socket is closed',
    strike: ({ server }) => server.close(),
  });
  const collect = (sampler: Sampler, policies?: Omit<WorkerOptions, 'id'>): ChildSpec =>
    chaos.task(collector(sampler, store, policies));

  // Disk and network are read side by side, so that one can be held against the other: when one has to
  // begin anew, so has the other. The limit is tight on purpose: under --chaos it is passed now and then,
  // and one sees how a supervisor gives up and is itself started again by the one above.
  const shortly = { backoff: { minMs: 250, maxMs: 500 } };
  const io = supervisor({
    id: 'io',
    strategy: 'one-for-all',
    maxRestarts: 2,
    withinMs: 10_000,
    children: [collect(disk, shortly), collect(network, shortly)],
  });

  // A thread for the heavy work. When the referee gets no answer the thread has to be made anew: one-for-all.
  const hasher = chaos.service(hasherThread(), {
    name: 'its event loop is blocked',
    isHard: true,
    strike: (thread) => thread.post({ hashForMs: Infinity }),
  });
  const bench = supervisor({
    id: 'bench',
    strategy: 'one-for-all',
    maxRestarts: 5,
    withinMs: 10_000,
    children: [hasher, chaos.task(referee(hasher, store))],
  });

  // A process, and who reads what it says. A new process has a new reader; it does well without a new reader.
  const { process, reader } = vmstat(store, logger);
  const vmstatProcess = chaos.service(process, {
    name: 'SIGKILL to its process',
    isHard: true,
    strike: ({ pid }) => globalThis.process.kill(pid, 'SIGKILL'),
  });
  const kernel = supervisor({
    id: 'kernel',
    strategy: 'rest-for-one',
    maxRestarts: 5,
    withinMs: 10_000,
    children: [vmstatProcess, chaos.task(reader)],
  });

  // A machine may lack this sensor, and then no restart helps: it is parked at once, where one can see it, and the
  // others run on. A sensor that is there and fails gets a few attempts, and then a longer rest.
  const sensor = collect(temperature, {
    classify: (error) => (error instanceof NoSensorError ? 'permanent' : 'transient'),
    maxRestarts: 3,
    withinMs: 60_000,
    giveUp: 'park',
    reviveAfterMs: 60_000,
  });

  // No collector needs another. These are tried for ever, ever more slowly; what is below the others counts here
  // only when a supervisor of theirs has given up.
  const forEver = { maxRestarts: Infinity };
  const collectors = supervisor({
    id: 'collectors',
    strategy: 'one-for-one',
    maxRestarts: 25,
    withinMs: 10_000,
    children: [
      collect(cpu, forEver),
      collect(memory, forEver),
      collect(load, forEver),
      kernel,
      bench,
      io,
      sensor,
    ],
  });

  // Each one needs those before it. The worst that chaos does is a service whose next two starts fail as
  // well: 3 restarts for a strike of the 20 in 10 s, and it does other things in between.
  const app = application({
    id: 'agent',
    strategy: 'rest-for-one',
    maxRestarts: 50,
    withinMs: 10_000,
    children: [store, collectors, http, chaos.task(probeTask(http)), ...chaos.children],
    // A throw in a timer, a rejection that nobody handles: the crash of the child that it escaped from.
    faults: 'contain',
    health: { port: port === 0 ? 0 : port + 1, host: '127.0.0.1', shutdownMs: 500 },
    logger,
  });
  return app;
}
