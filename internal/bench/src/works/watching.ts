/** What it costs to be listened to, to log, and to be looked at. */
import { devNull } from 'node:os';
import { logEvents } from '@coppice/pino';
import { type SupervisorTree, supervisor, task } from 'coppice';
import { destination, pino } from 'pino';
import { type Body, FAILURE, WaitingBody } from '../bodies.js';
import { now, perOperation } from '../clock.js';
import { byHand } from '../contenders/loop.js';
import { verify } from '../measure.js';
import type { Group, Row, Work } from '../row.js';
import type { Sizes } from '../sizes.js';
import { count } from '../words.js';
import { crashInTurn } from './restart.js';

type Watch = (tree: SupervisorTree) => () => void;

/** Calls `seen` with the number of events or records that there were; a restart has at least one. */
const watched =
  (siblings: number, times: number, watch: Watch): Work =>
  async () => {
    const body = new WaitingBody(false);
    const children = Array.from({ length: siblings }, (_, index) =>
      task({ id: `child${index}`, shutdownMs: 0, run: () => body.run(index) }),
    );
    const root = supervisor({ id: 'root', maxRestarts: Infinity, children });
    const tree = await root.start();
    const unwatch = watch(tree);
    const time = await crashInTurn(body, siblings, times);
    unwatch();
    await tree.stop();
    return [time];
  };

/** A loop by hand, beside it what it writes to a log for each crash. */
const loop =
  (siblings: number, times: number, log?: (index: number) => void): Work =>
  async () => {
    const body = new WaitingBody(false);
    const logging: Body = log
      ? {
          usesSignal: false,
          run: (index) =>
            body.run(index).catch((error: unknown) => {
              log(index);
              throw error;
            }),
        }
      : body;
    const fleet = await byHand(siblings, logging)();
    const time = await crashInTurn(body, siblings, times);
    await fleet.stopAll();
    return [time];
  };

const nobody: Watch = () => () => {};

/** `least`: so many events there must have been, or nothing was measured. */
const listener =
  (name: 'event' | 'child:crashed', least: number): Watch =>
  (tree) => {
    let heard = 0;
    const hear = (): void => void heard++;
    tree.on(name, hear);
    return () => {
      tree.off(name, hear);
      if (heard < least) throw new Error(`${heard} events instead of ${least}`);
    };
  };

/** A stream that throws away what it gets, as the null device does, and counts the lines. */
class Lines {
  readonly #file = destination({ dest: devNull, sync: true });
  count = 0;
  write(line: string): void {
    this.count++;
    this.#file.write(line);
  }
}

const withPino =
  (level: 'silent' | 'info', lines: number): Watch =>
  (tree) => {
    const out = new Lines();
    const unsubscribe = logEvents(tree, pino({ level }, out));
    return () => {
      unsubscribe();
      if (out.count < lines) throw new Error(`${out.count} lines instead of ${lines}`);
    };
  };

const logger = pino({ level: 'info' }, new Lines());
/** As many records as ours: the crash, the restart, and that it is up. */
function logByHand(index: number): void {
  const path = `root/child${index}`;
  logger.error({ path, err: FAILURE }, `${path} crashed`);
  logger.warn({ path }, `restarting ${path}`);
  logger.info({ path }, `${path} is up`);
}

/** Looks at a supervisor with so many children; says how long each look took, in ns. */
const looking =
  (size: number, looks: (tree: SupervisorTree) => readonly (readonly [found: number, ns: number])[]): Work =>
  async () => {
    const body = new WaitingBody(false);
    const children = Array.from({ length: size }, (_, index) =>
      task({ id: `child${index}`, shutdownMs: 0, run: () => body.run(index) }),
    );
    const tree = await supervisor({ id: 'root', children }).start();
    const looked = looks(tree);
    await tree.stop();
    for (const [found] of looked) verify('children found', found, size);
    return looked.map(([, ns]) => ns);
  };

/** @param times - how often, for a look that is too short to be measured once; ns are of one */
function look(count: () => number, times = 1): [found: number, ns: number] {
  const from = now();
  let found = 0;
  for (let i = 0; i < times; i++) found += count();
  return [found / times, perOperation(from, times)];
}

const inMs = ([found, ns]: [number, number]): [number, number] => [found, ns / 1e6];

export function watching({ few, many, crashes, rounds, heavyRounds }: Sizes): Group[] {
  const section = 'Listening, logging, looking';
  const times = Math.ceil(crashes / 4);
  const restarting = (
    how: string,
    watch: Watch,
    log?: (index: number) => void,
    target?: Row['target'],
  ): Group => ({
    section,
    rounds,
    rows: [
      { name: `crash and restart one among ${count(few)}, ${how}`, unit: 'ns', ...(target && { target }) },
    ],
    works: { loop: loop(few, times, log), ours: watched(few, times, watch) },
  });
  return [
    restarting('nobody listens', nobody),
    restarting('one listener for crashes', listener('child:crashed', times)),
    restarting('one listener for all events', listener('event', 3 * times)),
    restarting('pino, silent', withPino('silent', 0)),
    restarting('pino, info, to the null device', withPino('info', 3 * times), logByHand, { ratio: 3 }),
    {
      section,
      rounds: heavyRounds,
      rows: [{ name: `snapshot() of ${count(many)}`, unit: 'ms' }],
      works: { ours: looking(many, (tree) => [inMs(look(() => tree.snapshot().children.length))]) },
    },
    {
      section,
      rounds: heavyRounds,
      rows: [
        { name: `whichChildren() of ${count(many)}`, unit: 'ms' },
        { name: `countChildren() of ${count(many)}`, unit: 'ns' },
      ],
      works: {
        ours: looking(many, (tree) => [
          inMs(look(() => tree.whichChildren().length)),
          look(() => tree.countChildren().active, 100_000),
        ]),
      },
      otp: { work: 'which_children', args: [many] },
    },
  ];
}
