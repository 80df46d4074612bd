/** The application: every kind of child, and chaos among them. */
import { type Random, application, supervisor } from 'coppice';
import { chaos } from '@coppice/testing';
import type { Logger } from 'pino';
import { crowds } from './crowds.js';
import { machines } from './machines.js';
import { network } from './network.js';
import { SHUTDOWN_MS } from './shutdown.js';
import { strategies } from './strategies.js';

export interface Setting {
  readonly seed: number;
  readonly random: Random;
  readonly logger: Logger;
}

/** Faults a minute that the child of the kit puts in by itself. */
const PER_MINUTE = 90;

const monkey = (seed: number) =>
  chaos({
    id: 'chaos',
    enabled: true,
    perMinute: PER_MINUTE,
    faults: { crash: 8, hang: 1, stall: 2 },
    hangMs: 2_500,
    seed,
  });

export const soak = ({ seed, random, logger }: Setting) =>
  application({
    id: 'soak',
    maxRestarts: 10_000,
    withinMs: 10_000,
    childBackoff: { minMs: 10, maxMs: 500, resetAfterMs: 3_000 },
    shutdownMs: SHUTDOWN_MS,
    faults: 'contain',
    eventLoop: { blockedAfterMs: 100 },
    logger,
    random,
    children: [
      ...crowds,
      supervisor({ id: 'strategies', maxRestarts: 10_000, withinMs: 10_000, children: strategies }),
      supervisor({ id: 'machines', maxRestarts: 10_000, withinMs: 10_000, children: machines }),
      ...network,
      monkey(seed),
    ],
  });
