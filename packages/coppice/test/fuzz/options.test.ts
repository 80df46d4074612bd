/** Declarations of this package with something wrong in them: refused with a code where they stand, or declarations. */
import { Duplex } from 'node:stream';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import fc from 'fast-check';
import * as coppice from 'coppice';
import { expectCoded, outcomeOf } from '../../../core/test/fuzz/judge.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';
import { undisturbed } from './undisturbed.js';

const CHILD = {
  restart: 'permanent',
  shutdownMs: 100,
  backoff: { minMs: 10, maxMs: 100 },
  maxRestarts: 3,
  withinMs: 5_000,
  startTimeoutMs: 1_000,
};
const sleep = ({ sleep: wait }: coppice.Context): Promise<void> => wait(1e9);
const source = (): AsyncIterable<number> => Duplex.from([1]) as never;
const file = join(__dirname, 'fixtures/hostile.mjs');

/** What declares something, with options that are right. */
const DECLARATIONS: Readonly<Record<string, object>> = {
  application: {
    id: 'app',
    strategy: 'one-for-one',
    children: [{ kind: 'task', id: 't', run: sleep }],
    signals: ['SIGTERM'],
    shutdownMs: 1_000,
    drainMs: 10,
    startTimeoutMs: 500,
    faults: 'off',
    eventLoop: { blockedAfterMs: 1_000, killAfterMs: 9_000 },
    health: { port: 0, host: '127.0.0.1', children: { t: { required: false } } },
    recorder: { maxRuns: 3, maxChildren: 5 },
    random: Math.random,
  },
  healthServer: { id: 'h', port: 0, host: '127.0.0.1', health: () => ({}), changes: () => [], ...CHILD },
  httpServer: { id: 'w', port: 0, host: '127.0.0.1', server: () => () => {}, ...CHILD },
  interval: { id: 'i', everyMs: 100, run: () => {}, ...CHILD },
  poller: { id: 'p', pauseMs: 100, run: () => {}, ...CHILD },
  fromEmitter: { id: 'e', create: () => new EventEmitter(), stop: () => {}, ...CHILD },
  consume: { id: 'c', source, each: () => {}, ...CHILD },
  thread: {
    id: 'th',
    file,
    data: { a: 1 },
    onMessage: () => {},
    resourceLimits: { maxOldGenerationSizeMb: 64 },
    env: { A: 'b' },
    argv: ['a'],
    execArgv: ['--no-warnings'],
    name: 'n',
    ...CHILD,
  },
  subprocess: {
    id: 's',
    file: 'sleep',
    args: ['1'],
    cwd: '/',
    env: { A: 'b' },
    ready: 'spawn',
    okExitCodes: [0],
    ...CHILD,
  },
};

type Declare = (options: never) => object;
const declareBy = (name: string): Declare => (coppice as never as Record<string, Declare>)[name]!;

const names = Object.keys(DECLARATIONS);

test.each(names)('the options of %s that are mutated here are right', (name) => {
  expect(declareBy(name)(DECLARATIONS[name] as never)).toMatchObject({ id: expect.any(String) as string });
});

test.each(names)(
  'options of %s with mistakes: a coded error, or a declaration',
  (name) =>
    undisturbed(async () =>
      fc.assert(
        fc.property(mutations(), (changes) => {
          const given = mutated(DECLARATIONS[name], changes);
          const declared = outcomeOf(() => declareBy(name)(given as never));
          if (declared.isError) return expectCoded(declared.error);
          const spec = declared.value as coppice.ChildSpec;
          const above = outcomeOf(() => coppice.supervisor({ id: 'above', children: [spec] }));
          return above.isError ? expectCoded(above.error) : undefined;
        }),
        runs(300),
      ),
    ),
  LIMIT_MS,
);
