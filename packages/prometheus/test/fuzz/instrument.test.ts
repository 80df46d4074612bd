/** Options, registries, ids and healths that are not as they should be: refused with nothing attached, or a scrape that can be read. */
import { channel } from 'node:diagnostics_channel';
import fc from 'fast-check';
import { SimulatedClock, service, supervisor, task } from '@coppice/core';
import { instrument, prometheusName } from '@coppice/prometheus';
import { Gauge, Registry } from 'prom-client';
import { anyHostile } from '../../../core/test/fuzz/hostile.js';
import { expectCoded, isOwn, outcomeOf, peacefully, settled } from '../../../core/test/fuzz/judge.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';
import { parse } from '../parse.js';

const faults = channel('coppice:fault');
/** Other files of tests, in the same process, may have left theirs. */
const subscribers = (): number =>
  faults.hasSubscribers ? (faults as unknown as { readonly _subscribers: unknown[] })._subscribers.length : 0;
const before = subscribers();

/** One crash, one restart, and ids as they may be. */
function newTree(id = 'root', childId = 'crasher', thrown: () => unknown = () => new Error('e')) {
  const clock = new SimulatedClock();
  const crasher = task({
    id: childId,
    run: ({ attempt, sleep }) => {
      if (attempt === 1) throw thrown();
      return sleep(1e9);
    },
  });
  const tree = supervisor({ id, children: [crasher, service({ id: 'b', start: () => 1 })] }).handle({
    clock,
  });
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
  await clock.advance(10);
  expect((await settled(clock, tree.stop())).isError).toBe(false);
}

const OPTIONS = {
  registry: new Registry(),
  maxPaths: 10,
  health: () => ({ status: 'ready', isReady: true, isLive: true, reasons: [] }),
};

test(
  'options with mistakes',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(mutations(), async (changes) => {
          const world = newTree();
          const options = mutated({ ...OPTIONS, registry: new Registry() }, changes) as never;
          const made = outcomeOf(() => instrument(world.tree, options));
          if (made.isError) {
            expect(world.attached()).toBe(0);
            expect(subscribers()).toBe(before);
            expectCoded(made.error);
          }
          await liveThrough(world);
          if (made.isError) return;
          const { registry, stop: off } = made.value as ReturnType<typeof instrument>;
          // What `health` throws is the user's own, and comes to whoever scrapes.
          const scrape = outcomeOf(() => registry.metrics());
          const text = await Promise.resolve(scrape.value).catch(() => undefined);
          if (typeof text === 'string' && registry instanceof Registry) parse(text);
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

test(
  'what is no tree cannot be measured',
  () =>
    peacefully(async () =>
      fc.assert(
        fc.property(anyHostile, ({ make }) => {
          const made = outcomeOf(() => instrument(make() as never));
          if (made.isError) expectCoded(made.error, isOwn);
          else (made.value as ReturnType<typeof instrument>).stop();
          expect(subscribers()).toBe(before);
        }),
        runs(200),
      ),
    ),
  LIMIT_MS,
);

test('a registry that has a metric of such a name stays as it was, and nothing listens', async () => {
  const registry = new Registry();
  const mine = new Gauge({
    name: prometheusName('supervision.application.ready'),
    help: 'mine',
    registers: [registry],
  });
  const metrics = registry.getMetricsAsArray().length;
  const world = newTree();
  const made = outcomeOf(() => instrument(world.tree, { registry }));
  expectCoded(made.error);
  expect(made.error).toMatchObject({
    cause: { message: expect.stringMatching(/already been registered/) as string },
  });
  expect(world.attached()).toBe(0);
  expect(registry.getMetricsAsArray()).toHaveLength(metrics);
  // When it is out of the way, the same registry will do.
  registry.removeSingleMetric(prometheusName('supervision.application.ready'));
  expect(mine).toBeInstanceOf(Gauge);
  instrument(world.tree, { registry }).stop();
});

const anyId = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.constantFrom(
    'a"b',
    'a\\b',
    'a\\"',
    'le',
    '__proto__',
    'constructor',
    'toString',
    '{}',
    '#',
    'é',
    '*',
    'a*',
  ),
);

test(
  'ids and errors of any kind come out of a scrape as they went in',
  () =>
    peacefully(() =>
      fc.assert(
        fc.asyncProperty(anyId, anyId, anyHostile, async (id, childId, { make }) => {
          const declared = outcomeOf(() => newTree(id, childId, make));
          if (declared.isError) return expectCoded(declared.error);
          const world = declared.value as ReturnType<typeof newTree>;
          const { registry, stop: off } = instrument(world.tree);
          await liveThrough(world);
          const families = parse(await registry.metrics());
          const paths = [...families.values()].flatMap(({ samples }) =>
            samples.map(({ labels }) => labels['supervision_child_path']),
          );
          expect(paths).toContain(`${id}/${childId}`);
          off();
        }),
        runs(100),
      ),
    ),
  LIMIT_MS,
);
