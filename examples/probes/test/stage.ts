/** The shop on a simulated clock, with its ports. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApplicationLogger, type RunningHttpServer, type Service, SimulatedClock } from 'coppice';
import { Database } from '../src/database.js';
import { shop } from '../src/shop.js';

const STEP_MS = 250;

export function stage(drainMs: number) {
  const clock = new SimulatedClock();
  const [database, cache] = [new Database(), new Database()];
  const silent: ApplicationLogger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
  const app = shop({
    ports: { api: 0, health: 0 },
    host: '127.0.0.1',
    database,
    cache,
    clock,
    random: () => 0,
    logger: silent,
    drainMs,
    shutdownMs: 25_000,
  });
  const ports = { api: 0, health: 0 };
  return {
    app,
    clock,
    database,
    cache,
    ports,
    start: async (): Promise<void> => {
      await app.start();
      const probes = app.children[0] as Service<Server>;
      const api = app.children[3] as Service<RunningHttpServer>;
      ports.health = (app.handle().use(probes).address() as AddressInfo).port;
      ports.api = app.handle().use(api).port;
    },
    /** Goes through so much time, and does something at each step of it. */
    pass: async (ms: number, each: (now: number) => Promise<void>): Promise<void> => {
      for (const end = clock.now() + ms; clock.now() < end; ) {
        await each(clock.now());
        await clock.advance(STEP_MS);
      }
    },
  };
}
