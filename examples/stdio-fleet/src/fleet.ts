/** The application: a few servers that know nothing of each other, and those who ask them. */
import {
  type Application,
  type ApplicationOptions,
  type ChildSpec,
  application,
  stopBudgetMs,
  supervisor,
} from 'coppice';
import type { StdioServer } from './stdio-server.js';

export interface FleetOptions extends Pick<ApplicationOptions, 'logger'> {
  readonly servers: readonly StdioServer[];
  /** Started after the servers, and stopped before them. */
  readonly clients?: readonly ChildSpec[];
}

export function fleet({ servers, clients = [], ...options }: FleetOptions): Application {
  const children = [
    // A server that takes long to start, or to come back, keeps none of the others waiting.
    supervisor({ id: 'servers', startOrder: 'parallel', children: servers.map(({ spec }) => spec) }),
    ...clients,
  ];
  return application({
    id: 'fleet',
    ...options,
    // Enough for each of them, one after the other, though all should have to be killed.
    shutdownMs: children.reduce((ms, child) => ms + stopBudgetMs(child), 1_000),
    children,
  });
}
