/** Options, loggers and events that are not as they should be: coded errors where they are handed over, and no crash. */
import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import {
  type Context,
  SimulatedClock,
  type SupervisionEvent,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { logEvents } from '@coppice/pino';
import { prettySupervisionFormat } from '@coppice/pino/pretty';
import pino from 'pino';
import { anyHostile } from '../../../core/test/fuzz/hostile.js';
import { expectCoded, isOwn, outcomeOf, peacefully, settled } from '../../../core/test/fuzz/judge.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';

/** A tree in which everything happens that is logged in a way of its own. */
function newTree(thrown: () => unknown = () => new Error('e')) {
  const clock = new SimulatedClock();
  const crasher = task({
    id: 'crasher',
    run: async ({ sleep, log }: Context) => {
      log.info({ thrown: thrown() }, 'a line');
      await sleep(5);
      throw thrown();
    },
    backoff: { minMs: 1, maxMs: 5 },
    maxRestarts: 6,
    withinMs: 1_000,
    giveUp: 'park',
  });
  const gone = task({ id: 'gone', run: ({ end }: Context) => end(), restart: 'transient' });
  const hung = service({ id: 'hung', start: () => 1, stop: () => new Promise(() => {}), shutdownMs: 5 });
  const dyn = dynamicSupervisor({ id: 'dyn', child: crasher });
  const root = supervisor({ id: 'root', children: [crasher, gone, hung, dyn] });
  return { clock, handle: (logger?: object) => root.handle({ clock, logger: logger as never }) };
}

async function playThrough(
  { clock, handle }: ReturnType<typeof newTree>,
  attach: (tree: ReturnType<typeof handle>) => void,
) {
  const tree = handle();
  tree.whenStopped().catch(() => {});
  attach(tree);
  await tree.start();
  await clock.advance(100);
  const { isError } = await settled(clock, tree.stop());
  expect(isError).toBe(false);
  return tree;
}

const nothing = (): void => {};
const LOGGER = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  isLevelEnabled: () => true,
};
const OPTIONS = {
  levels: { 'child:started': 'debug', 'child:crashed': 'silent' },
  errorKey: 'error',
  fold: { after: 2, withinMs: 1_000 },
  clock: new SimulatedClock(),
};

test(
  'options and loggers with mistakes: refused with nothing attached, or the tree does not feel them',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(mutations(), mutations(2), async (changes, ofLogger) => {
          let attached = 0;
          await playThrough(newTree(), (tree) => {
            const source = {
              on: (name: 'event', listener: (event: SupervisionEvent) => void) => (
                attached++, tree.on(name, listener)
              ),
              off: (name: 'event', listener: (event: SupervisionEvent) => void) => (
                attached--, tree.off(name, listener)
              ),
            };
            const made = outcomeOf(() =>
              logEvents(source, mutated(LOGGER, ofLogger) as never, mutated(OPTIONS, changes) as never),
            );
            if (made.isError) {
              expect(attached).toBe(0);
              return expectCoded(made.error);
            }
            expect(attached).toBe(1);
            if (changes.length % 2 === 0) return;
            const off = made.value as () => void;
            off();
            off();
            expect(attached).toBe(0);
          });
        }),
        runs(100),
      ),
    ),
  LIMIT_MS,
);

test(
  'what is no tree has no events to log',
  () =>
    peacefully(async () =>
      fc.assert(
        fc.property(anyHostile, anyHostile, ({ make }, other) => {
          const made = outcomeOf(() => logEvents(make() as never, other.make() as never));
          if (made.isError) expectCoded(made.error, isOwn);
        }),
        runs(300),
      ),
    ),
  LIMIT_MS,
);

test.each([undefined, null, {}, { info: nothing }, { ...LOGGER, warn: 1 }, () => {}])(
  'a logger that lacks what is needed: %p',
  (logger) => {
    const { handle } = newTree();
    const made = outcomeOf(() => logEvents(handle(), logger as never));
    expect(made.error).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT' });
  },
);

/** Records of real events, as JSON. */
async function recordsOf(thrown: () => unknown): Promise<{ events: SupervisionEvent[]; lines: string[] }> {
  const lines: string[] = [];
  const events: SupervisionEvent[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const world = newTree(thrown);
  await playThrough({ ...world, handle: () => world.handle(logger) }, (tree) => {
    tree.on('event', (event) => events.push(event));
    logEvents(tree, logger);
  });
  return { events, lines };
}

test(
  'whatever is thrown becomes lines of JSON, and lines for the eyes',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(anyHostile, async ({ make }) => {
          const { events, lines } = await recordsOf(make);
          const format = prettySupervisionFormat({ colorize: false });
          for (const line of lines) {
            JSON.parse(line);
            expect(typeof format(line)).toBe('string');
          }
          expect(events.filter(({ type }) => type === 'listener:failed')).toEqual([]);
        }),
        runs(60),
      ),
    ),
  LIMIT_MS,
);

test(
  'events from elsewhere: what is none may fail the listener, which is seen where it is emitted, and nothing else',
  () =>
    peacefully(async () => {
      const { events } = await recordsOf(() => new Error('e'));
      const byType = [...new Map(events.map((event) => [event.type, event])).values()];
      fc.assert(
        fc.property(fc.nat(999), mutations(2), (at, changes) => {
          const emitter = new EventEmitter();
          const lines: string[] = [];
          logEvents(emitter, pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }));
          const event = byType[at % byType.length] as SupervisionEvent;
          // As data: that is what comes from elsewhere.
          const odd = outcomeOf(() => JSON.parse(JSON.stringify(mutated(event, changes))) as unknown);
          const told = outcomeOf(() => emitter.emit('event', odd.value));
          // An emitter of somebody's own hands on what a listener throws: a tree does not.
          if (!told.isError) for (const line of lines) JSON.parse(line);
          // What comes of another child does not feel it.
          const other = { ...event, path: `${event.path}/other` };
          expect(emitter.emit('event', other)).toBe(true);
        }),
        runs(500),
      );
    }),
  LIMIT_MS,
);

test(
  'records of any shape, for the eyes',
  () =>
    peacefully(async () => {
      const { lines } = await recordsOf(() => new Error('e', { cause: new Error('c') }));
      const records = lines.map((line) => JSON.parse(line) as object);
      const format = prettySupervisionFormat({ colorize: true });
      fc.assert(
        fc.property(fc.nat(999), mutations(3), (at, changes) => {
          // As a transport gets them: as JSON.
          const json = outcomeOf(() => JSON.stringify(mutated(records[at % records.length], changes)));
          if (json.isError || typeof json.value !== 'string') return;
          // Levels are pino's: pino-pretty itself cannot print others.
          const { level } = (JSON.parse(json.value) ?? {}) as { readonly level?: unknown };
          if (![10, 20, 30, 40, 50, 60].includes(level as number)) return;
          expect(typeof format(json.value)).toBe('string');
        }),
        runs(500),
      );
    }),
  LIMIT_MS,
);
