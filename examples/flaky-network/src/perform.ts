/** One run from the first connection to the last: what is wired to what. */
import { type Backoff, type StopReport, type SupervisionEvent, realClock, seededRandom } from 'coppice';
import { type Claim, claimsOf } from './claims.js';
import { type Notes, directorOf } from './director.js';
import { type Facts, factsOf } from './facts.js';
import { type Cast, Narrator } from './narrator.js';
import type { Options } from './options.js';
import { FlakyServer } from './server.js';
import type { Style } from './style.js';
import { timingOf } from './timing.js';
import { type Network, declareNetwork, pathsOf } from './tree.js';

export interface Performance {
  readonly report: StopReport;
  /** How many connections the clients have left behind. */
  readonly connections: number;
  /** undefined if it was stopped, or has failed, before it was over. */
  readonly result: { readonly facts: Facts; readonly claims: readonly Claim[] } | undefined;
}

export async function perform(
  options: Options,
  write: (line: string) => void,
  style: Style,
): Promise<Performance> {
  const { clients, seed } = options;
  const timing = timingOf(options);
  const random = seededRandom(seed);
  const now = (): number => realClock.now();
  const server = new FlakyServer();
  await server.open(random);

  const network = declareNetwork(clients, timing, () => server.port);
  const narrator = new Narrator(write, style, castOf(network), now());
  server.welcomed = (accepted) => narrator.welcome(accepted);
  const notes: Notes = {};
  const director = directorOf({ server, network, tree: () => tree, timing, narrator, style, now, notes });
  const tree = network.tree(director).handle({ random });
  const events: SupervisionEvent[] = [];
  tree.on('event', (event) => {
    events.push(event);
    narrator.tell(event);
  });
  const stop = (): void => void tree.stop();
  process.once('SIGINT', stop).once('SIGTERM', stop);

  narrator.say(now(), 'server', `listens on 127.0.0.1:${server.port}`, 'good');
  await tree.start();
  const report = await tree.whenStopped();
  process.off('SIGINT', stop).off('SIGTERM', stop);
  const connections = await server.end(timing.bucketMs * 10);

  const { moments, meanwhile, lagMs } = notes;
  if (!moments || !meanwhile || lagMs === undefined) return { report, connections, result: undefined };
  const { withJitter, withoutJitter, one, desk } = pathsOf(network);
  const facts = factsOf({
    events,
    log: server.log,
    moments,
    meanwhile,
    lagMs,
    bucketMs: timing.bucketMs,
    backoffOf: network.backoffOf,
    one,
    desk,
    fleets: { withJitter, withoutJitter },
    report,
    connections,
  });
  const terms = { clients, backoff: timing.backoff, reviveAfterMs: timing.reviveAfterMs };
  return { report, connections, result: { facts, claims: claimsOf(facts, terms) } };
}

function castOf(network: Network): Cast {
  const { one, desk, guests, misconfigured } = pathsOf(network);
  return { one, desk, backoff: network.one.backoff as Backoff, parked: new Set([...guests, misconfigured]) };
}
