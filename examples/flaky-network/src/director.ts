/**
 * The director: a task of the tree like any other, the last one to start. It takes the server down and up, waits
 * for who has to be back (`whenReady`), and says what is to be seen. When it is done the tree ends, because it is
 * significant; when it fails the tree ends too, because it says that its errors are fatal.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Context, type Service, type SupervisorTree, type Task, task } from 'coppice';
import { type Census, censusOf } from './census.js';
import { TOKEN, type FlakyServer } from './server.js';
import { sideBySide } from './draw.js';
import { type Moments, reconnectsOf } from './facts.js';
import type { Narrator } from './narrator.js';
import type { Style } from './style.js';
import type { Timing } from './timing.js';
import { type Network, pathsOf } from './tree.js';
import { duration, grouped } from './words.js';

export interface Stage {
  readonly server: FlakyServer;
  readonly network: Network;
  /** The tree, to look into and to give commands to. */
  readonly tree: () => SupervisorTree;
  readonly timing: Timing;
  readonly narrator: Narrator;
  readonly style: Style;
  readonly now: () => number;
  readonly notes: Notes;
}

/** What the director leaves behind: when what happened, and what the census found. */
export interface Notes {
  moments?: Moments;
  meanwhile?: Census;
  /** The most that the event loop was late while the clients came back, in milliseconds. */
  lagMs?: number;
}

const LAG_RESOLUTION_MS = 5;

export const directorOf = (stage: Stage): Task =>
  task({
    id: 'director',
    restart: 'transient',
    significant: true,
    classify: () => 'fatal',
    run: (context) => direct(stage, context),
  });

async function direct(stage: Stage, { whenReady, sleep }: Context): Promise<void> {
  const { server, network, narrator, timing, now, notes } = stage;
  const { guests, misconfigured, desk } = network;
  const { backoff, patienceMs: timeoutMs, bucketMs } = timing;
  const paths = pathsOf(network);
  const allReady = (refs: readonly Service<unknown>[]): Promise<unknown> =>
    Promise.all(refs.map((ref) => whenReady(ref, { timeoutMs })));
  // A task is up when it is called; who is connected the server knows.
  const isBack = async (prefix: string, count: number): Promise<void> => {
    for (const begin = now(); server.connected(prefix) < count; await sleep(5)) {
      if (now() - begin > timeoutMs) throw new Error(`${prefix} is not back after ${timeoutMs} ms`);
    }
  };
  const allBack = (): Promise<unknown> =>
    Promise.all([
      isBack(`${paths.withJitter}/`, network.withJitter.children.length),
      isBack(`${paths.withoutJitter}/`, network.withoutJitter.children.length),
      whenReady(desk.feed, { timeoutMs }),
    ]);
  const census = (): Census => censusOf(stage.tree().snapshot(), network.isClient);
  const tellCensus = (): void => narrator.say(now(), 'everybody', inWords(census()));

  await allBack();
  await allReady(guests);
  tellCensus();
  await sleep(timing.calmMs);

  narrator.chapter(
    '1. The server goes down',
    `Each client tries again after ${backoff.minMs} ms, doubled with each failure in a row up to ${backoff.maxMs} ms; jitter`,
    'takes up to half of that off. One of them is looked at closely: each of its delays, with the range',
    'that is allowed for it. Guests have a limit of three restarts; two children are bound to feed.',
    '',
  );
  const downAt = await server.down();
  narrator.say(downAt, 'server', 'down: it listens no more, and all connections are closed', 'bad');
  await sleep(timing.outageMs);
  while (!hasBeenSeen(stage)) await sleep(bucketMs / 2); // a busy computer needs longer
  tellCensus();

  narrator.chapter(
    '2. The server is back',
    'Nobody tells the clients: each finds out with its next attempt.',
    '',
  );
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  const upAt = await server.up();
  narrator.say(upAt, 'server', 'up again', 'good');
  await allBack();
  tellCensus();
  lag.disable();
  notes.lagMs = Math.max(0, lag.max / 1e6 - LAG_RESOLUTION_MS);
  notes.meanwhile = census();
  tellReconnects(stage, upAt);

  narrator.chapter(
    '3. One connection is lost too early',
    `It was up for less than the ${duration(backoff.resetAfterMs)} (resetAfterMs) that make earlier failures good: it counts on.`,
    '',
  );
  const droppedAt = now();
  server.drop(paths.one);
  await sleep(bucketMs / 2);
  await isBack(paths.one, 1);

  narrator.chapter(
    '4. Those who were parked',
    `The guests are revived ${duration(timing.reviveAfterMs)} (reviveAfterMs) after they gave up. A wrong token is not mended by waiting:`,
    'somebody does it, and says restartNow.',
    '',
  );
  network.config.token = TOKEN;
  await stage.tree().restartNow(misconfigured);
  await allReady(guests);
  narrator.say(
    now(),
    'prices',
    `has asked its feed ${grouped(desk.asked.count)} times, and never found it missing`,
  );

  narrator.chapter(
    '5. Another outage, after a healthy run',
    `All have been up for longer than ${duration(backoff.resetAfterMs)}: their delays begin small again.`,
    '',
  );
  await sleep(backoff.resetAfterMs + 2 * bucketMs);
  const blipAt = await server.down();
  narrator.say(blipAt, 'server', 'down', 'bad');
  await sleep(timing.blipMs);
  const blipEndedAt = await server.up();
  narrator.say(blipEndedAt, 'server', 'up again', 'good');
  await allBack();
  tellCensus();
  notes.moments = { downAt, upAt, droppedAt, blipAt, blipEndedAt };
}

/** Has the outage shown what it is there for: delays that have grown as long as they get, and guests that are parked? */
function hasBeenSeen({ tree, network }: Stage): boolean {
  const { one, withJitter, guests } = network;
  const { children } = tree().supervisor(withJitter).snapshot();
  const failures = children.find(({ id }) => id === one.id)?.failures ?? 0;
  const parked = tree()
    .whichChildren()
    .filter(({ status, id }) => status === 'parked' && guests.some((guest) => guest.id === id));
  return failures >= 6 && parked.length === guests.length;
}

/** The heart of the matter: who came back when, as the server saw it. */
function tellReconnects({ server, network, narrator, timing, style, now }: Stage, from: number): void {
  const paths = pathsOf(network);
  const column = (title: string, fleet: string) => ({
    title,
    histogram: reconnectsOf(server.log, { fleet, from, to: now(), bucketMs: timing.bucketMs }),
  });
  const columns = [
    column('accepted, jitter 0.5', paths.withJitter),
    column('accepted, jitter 0', paths.withoutJitter),
  ];
  narrator.plain();
  const lines = sideBySide(columns, 34, style);
  for (const line of lines) narrator.plain(line);
}

/** `405 running, 4 parked`. */
const inWords = (census: Census): string =>
  Object.entries(census)
    .toSorted(([, a], [, b]) => b - a)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
