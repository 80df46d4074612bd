/** Everybody who depends on the server, with the policies by which they live through its outages. */
import type { Socket } from 'node:net';
import {
  type Backoff,
  type BackoffOptions,
  type DeclaredSupervisor,
  type Service,
  type Task,
  supervisor,
} from 'coppice';
import { type Config, client, connection } from './client.js';
import { type Desk, deskOf } from './desk.js';
import { TOKEN } from './server.js';
import type { Timing } from './timing.js';

/** The root of the tree: all paths begin with it. */
const ROOT = 'network';

export interface Network {
  /** So many clients each, that differ in the jitter of their delays only. */
  readonly withJitter: DeclaredSupervisor;
  readonly withoutJitter: DeclaredSupervisor;
  /** One of those with jitter: the one that is looked at closely. */
  readonly one: Task;
  /** Those that give up after three restarts. */
  readonly guests: readonly Service<Socket>[];
  /** It has a wrong token, until somebody mends its configuration. */
  readonly misconfigured: Service<Socket>;
  readonly config: { token: string };
  readonly desk: Desk;
  /** Is this one of those that have a connection to keep? */
  readonly isClient: (child: { readonly kind: string; readonly path: string }) => boolean;
  /** The backoff of a client, by its path. */
  readonly backoffOf: (path: string) => Backoff;
  /** All of it as one tree. It ends when `director`, its last child, is done. */
  readonly tree: (director: Task) => DeclaredSupervisor;
}

export function declareNetwork(count: number, { backoff, ...timing }: Timing, port: () => number): Network {
  const dial = (): Config => ({ port: port(), token: TOKEN });

  // An outage that all share must not use up a limit that all share (their supervisor's), so each has its own: as
  // often as it takes. What will not pass (`classify`) parks it.
  const patient = (jitter: number) =>
    ({
      backoff: { ...backoff, jitter } satisfies BackoffOptions,
      maxRestarts: Infinity,
      giveUp: 'park',
      boot: 'degraded',
    }) as const;
  const limited = {
    ...patient(0.5),
    maxRestarts: 3,
    withinMs: timing.withinMs,
    reviveAfterMs: timing.reviveAfterMs,
  } as const;

  const fleet = (jitter: number): Task[] =>
    numbered(count, (number) => client({ id: `client-${number}`, ...patient(jitter) }, dial));
  const jittered = fleet(0.5);
  const inStep = fleet(0);
  const withJitter = supervisor({ id: 'with-jitter', startOrder: 'parallel', children: jittered });
  const withoutJitter = supervisor({ id: 'without-jitter', startOrder: 'parallel', children: inStep });

  const fleets = [withJitter.id, withoutJitter.id];

  const guests = numbered(3, (number) => connection({ id: `guest-${number}`, ...limited }, dial));
  const config = { token: 'open-sesam' };
  const misconfigured = connection({ id: 'misconfigured', ...patient(0.5) }, () => ({
    ...dial(),
    ...config,
  }));
  const desk = deskOf(connection({ id: 'feed', ...patient(0.5) }, dial));

  return {
    withJitter,
    withoutJitter,
    one: jittered[0] as Task,
    guests,
    misconfigured,
    config,
    desk,
    isClient: ({ kind, path }) =>
      kind === 'service' || fleets.some((id) => path.startsWith(`${ROOT}/${id}/`)),
    backoffOf: (path) => ({
      ...backoff,
      factor: 2,
      jitter: path.startsWith(`${ROOT}/${withoutJitter.id}/`) ? 0 : 0.5,
    }),
    tree: (director) =>
      supervisor({
        id: ROOT,
        autoShutdown: 'any-significant',
        children: [withJitter, withoutJitter, ...guests, misconfigured, desk.spec, director],
      }),
  };
}

/** Where they are in the tree. */
export function pathsOf({ withJitter, withoutJitter, one, guests, misconfigured, desk }: Network) {
  const pathOf = (...ids: string[]): string => [ROOT, ...ids].join('/');
  return {
    withJitter: pathOf(withJitter.id),
    withoutJitter: pathOf(withoutJitter.id),
    one: pathOf(withJitter.id, one.id),
    guests: guests.map(({ id }) => pathOf(id)),
    misconfigured: pathOf(misconfigured.id),
    desk: pathOf(desk.spec.id),
  };
}

/** With numbers that all have the same width. */
function numbered<T>(count: number, make: (number: string) => T): T[] {
  const width = String(count).length;
  return Array.from({ length: count }, (_, at) => make(String(at + 1).padStart(width, '0')));
}
