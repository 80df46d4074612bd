/** For any two declarations: what is there after `reconcile` is what was wanted, and nothing moved that need not. */
import * as fc from 'fast-check';
import { type Service, service } from '@coppice/core';
import { boot } from '../support/scripted.js';

interface Plan {
  readonly id: string;
  /** Another version is another function to start with. */
  readonly version: number;
  readonly shutdownMs: number;
  readonly replace: 'stop-then-start' | 'start-then-stop';
  /** Ids of those before it in the list that it is bound to. */
  readonly bonds: readonly number[];
  readonly isBroken: boolean;
}

const IDS = ['a', 'b', 'c', 'd', 'e'];

const plans = (mayBreak: boolean): fc.Arbitrary<Plan[]> =>
  fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(...IDS),
      version: fc.nat(1),
      shutdownMs: fc.constantFrom(100, 200),
      replace: fc.constantFrom('stop-then-start' as const, 'start-then-stop' as const),
      bonds: fc.array(fc.nat(3), { maxLength: 2 }),
      isBroken: mayBreak ? fc.boolean() : fc.constant(false),
    }),
    { selector: ({ id }) => id, maxLength: 5 },
  );

/** Counts who is up. A start function is the same for the same version, so that a declaration can be repeated. */
class World {
  readonly up = new Map<string, number>();
  starts = 0;
  readonly #functions = new Map<string, () => unknown>();
  readonly #stops = new Map<string, () => void>();

  specs(list: readonly Plan[]): Service[] {
    return list.map(({ id, version, shutdownMs, replace, bonds, isBroken }, at) => {
      const bindsTo = [...new Set(bonds.filter((each) => each < at).map((each) => list[each]!.id))];
      const key = `${id}${version}${isBroken}`;
      const start =
        this.#functions.get(key) ??
        (() => {
          this.starts++;
          if (isBroken) throw new Error('broken');
          this.up.set(id, (this.up.get(id) ?? 0) + 1);
        });
      const stop = this.#stops.get(id) ?? (() => void this.up.set(id, this.up.get(id)! - 1));
      this.#functions.set(key, start);
      this.#stops.set(id, stop);
      return service({
        id,
        start,
        stop,
        shutdownMs,
        replace,
        ...(bindsTo.length > 0 && { bindsTo }),
      });
    });
  }

  get running(): string[] {
    return IDS.filter((id) => this.up.get(id)).map((id) => `${id} x${this.up.get(id)}`);
  }
}

const once = (list: readonly { id: string }[]): string[] =>
  IDS.filter((id) => list.some((each) => each.id === id)).map((id) => `${id} x1`);

test('what was wanted is there, once each, in the order of the declaration; and to ask again changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(plans(false), plans(false), async (before, wanted) => {
      const world = new World();
      const { tree } = await boot({ children: world.specs(before) });
      const { steps } = await tree.reconcile(world.specs(wanted), { dryRun: true });
      const startsBefore = world.starts;
      const plan = await tree.reconcile(world.specs(wanted));
      expect(plan.steps.map(({ action, path }) => [action, path])).toEqual(
        steps.map(({ action, path }) => [action, path]),
      );
      expect(world.running).toEqual(once(wanted));
      // Who is bound to somebody stands behind him, and otherwise the order is that of the list.
      expect(tree.whichChildren().map(({ id, status }) => `${id} ${status}`)).toEqual(
        wanted.map(({ id }) => `${id} running`),
      );
      const moved = plan.steps.filter(({ action }) => action === 'replace' || action === 'add').length;
      const dependants = wanted.filter(({ bonds }, at) => bonds.some((each) => each < at)).length;
      expect(world.starts - startsBefore).toBeGreaterThanOrEqual(moved);
      // Each of those that are bound may have to come back once for each that it is bound to, directly or not.
      expect(world.starts - startsBefore).toBeLessThanOrEqual(moved + dependants * moved);
      const startsAfter = world.starts;
      expect((await tree.reconcile(world.specs(wanted))).steps).toEqual([]);
      expect(world.starts).toBe(startsAfter);
      await tree.stop();
      expect(world.running).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('what does not start leaves the old one, once; and all else is done', async () => {
  await fc.assert(
    fc.asyncProperty(plans(false), plans(true), async (before, wanted) => {
      const world = new World();
      const { tree } = await boot({ children: world.specs(before), maxRestarts: 1_000 });
      await tree.reconcile(world.specs(wanted)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'COPPICE_RECONCILE_FAILED' });
      });
      const ids = new Set(wanted.map(({ id }) => id));
      // Who is still there is wanted, and is there once.
      for (const [id, count] of world.up) expect(ids.has(id) ? [0, 1] : [0]).toContain(count);
      for (const { id } of wanted.filter(({ isBroken, bonds }) => !isBroken && bonds.length === 0)) {
        expect(world.up.get(id)).toBe(1);
      }
      // Who was there and is wanted differently, but does not start, is there as before.
      for (const { id, bonds } of before) {
        const next = wanted.find((each) => each.id === id);
        if (next?.isBroken && bonds.length === 0 && next.bonds.length === 0) expect(world.up.get(id)).toBe(1);
      }
      await tree.stop();
      expect(world.running).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
