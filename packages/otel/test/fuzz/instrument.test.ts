/** Options, meters, tracers and errors that are not as they should be: refused with nothing attached, or not felt by the tree. */
import { channel } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { SimulatedClock, service, supervisor, task } from '@coppice/core';
import { instrument } from '@coppice/otel';
import { anyHostile } from '../../../core/test/fuzz/hostile.js';
import { expectCoded, isOwn, outcomeOf, peacefully, settled } from '../../../core/test/fuzz/judge.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';
import { sdk } from '../support.js';

const faults = channel('coppice:fault');
/** Other files of tests, in the same process, may have left theirs. */
const subscribers = (): number =>
  faults.hasSubscribers ? (faults as unknown as { readonly _subscribers: unknown[] })._subscribers.length : 0;
const before = subscribers();
const nothing = (): void => {};

function newTree(thrown: () => unknown = () => new Error('e')) {
  const clock = new SimulatedClock();
  const crasher = task({
    id: 'crasher',
    run: ({ attempt, sleep }) => {
      if (attempt < 3) throw thrown();
      return sleep(1e9);
    },
    startTimeoutMs: 5,
  });
  const hung = service({ id: 'hung', start: () => 1, stop: () => new Promise(nothing), shutdownMs: 5 });
  const tree = supervisor({ id: 'root', children: [crasher, hung] }).handle({ clock });
  let attached = 0;
  const on = tree.on.bind(tree);
  const off = tree.off.bind(tree);
  Object.assign(tree, {
    on: (...args: Parameters<typeof on>) => (attached++, on(...args)),
    off: (...args: Parameters<typeof off>) => (attached--, off(...args)),
  });
  return { clock, tree, attached: () => attached };
}

async function liveThrough({ tree, clock }: ReturnType<typeof newTree>): Promise<void> {
  await tree.start();
  await clock.advance(50);
  expect((await settled(clock, tree.stop())).isError).toBe(false);
  expect(tree.snapshot().phase).toBe('stopped');
}

/** A meter and a tracer of somebody's own, that take anything; what they make can be made to misbehave. */
const instrumentOf = () => ({ add: nothing, record: nothing });
const SPAN = {
  setAttribute: nothing,
  setStatus: nothing,
  recordException: nothing,
  addEvent: nothing,
  end: nothing,
  spanContext: () => ({ traceId: '1', spanId: '2', traceFlags: 1 }),
};
const fakes = (span: () => unknown) => ({
  meter: {
    createCounter: instrumentOf,
    createHistogram: instrumentOf,
    createObservableGauge: instrumentOf,
    createObservableUpDownCounter: instrumentOf,
    addBatchObservableCallback: nothing,
    removeBatchObservableCallback: nothing,
  },
  tracer: { startSpan: span },
  maxPaths: 10,
  health: () => ({ status: 'ready', isReady: true, isLive: true, reasons: [] }),
});

test(
  'options, meters, tracers and spans with mistakes',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(mutations(), mutations(2), async (changes, ofSpan) => {
          const world = newTree();
          const options = mutated(
            fakes(() => mutated(SPAN, ofSpan)),
            changes,
          ) as never;
          const made = outcomeOf(() => instrument(world.tree, options));
          if (made.isError) {
            expect(world.attached()).toBe(0);
            expect(subscribers()).toBe(before);
            expectCoded(made.error);
          }
          await liveThrough(world);
          if (made.isError) return;
          const off = made.value as () => void;
          off();
          off();
          expect(world.attached()).toBe(0);
          expect(subscribers()).toBe(before);
        }),
        runs(150),
      ),
    ),
  LIMIT_MS,
);

test('a meter that refuses at the last: nothing listens', () => {
  const world = newTree();
  const { meter, tracer } = fakes(() => SPAN);
  const addBatchObservableCallback = (): never => {
    throw new Error('no');
  };
  const made = outcomeOf(() =>
    instrument(world.tree, { meter: { ...meter, addBatchObservableCallback }, tracer } as never),
  );
  expect(made.error).toMatchObject({ code: 'COPPICE_INVALID_ARGUMENT', cause: { message: 'no' } });
  expect(world.attached()).toBe(0);
  expect(subscribers()).toBe(before);
});

test(
  'what is no tree cannot be measured',
  () =>
    peacefully(async () =>
      fc.assert(
        fc.property(anyHostile, ({ make }) => {
          const made = outcomeOf(() => instrument(make() as never));
          if (made.isError) expectCoded(made.error, isOwn);
          else (made.value as () => void)();
          expect(subscribers()).toBe(before);
        }),
        runs(200),
      ),
    ),
  LIMIT_MS,
);

test(
  'whatever is thrown, the SDK takes it',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(anyHostile, async ({ make }) => {
          const made = sdk();
          const world = newTree(make);
          const failed: unknown[] = [];
          world.tree.on('listener:failed', (event) => failed.push(event));
          const off = instrument(world.tree, {
            meter: made.meters.getMeter('a'),
            tracer: made.tracers.getTracer('a'),
          });
          await liveThrough(world);
          expect(failed).toEqual([]);
          expect(Object.keys(await made.values()).length).toBeGreaterThan(0);
          expect(made.spans().some(({ name }) => name === 'supervision.child.start')).toBe(true);
          off();
          await made.shutdown();
        }),
        runs(60),
      ),
    ),
  LIMIT_MS,
);
