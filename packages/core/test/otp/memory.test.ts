/** OTP's cases of memory: of a temporary child that has ended nothing is kept. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Context, SimulatedClock, dynamicSupervisor, service } from '@coppice/core';
import { boot } from '../support/scripted.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Is it gone once all that could be collected has been? A turn of the event loop lets go of it first. */
async function isCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let attempt = 0; attempt < 10; attempt++) {
    await new Promise(setImmediate);
    gc();
    if (ref.deref() === undefined) return true;
  }
  return false;
}

test.each(['ended', 'terminated'])('do_not_save_start_parameters_for_temporary_children: %s', async (how) => {
  const clock = new SimulatedClock();
  const ends: (() => void)[] = [];
  const tree = await dynamicSupervisor({
    id: 'dyn',
    child: service({
      id: 'a',
      restart: 'temporary',
      start: (context: Context, parameter: object) => {
        ends.push(context.end);
        return { parameter };
      },
    }),
  }).start({ clock });
  const ref = await (async () => {
    const parameter = { large: new Array(1_000).fill(0) };
    await tree.startChild({ args: [parameter] });
    return new WeakRef(parameter);
  })();
  expect(await isCollected(ref)).toBe(false); // while it lives it has its arguments
  if (how === 'ended') ends.pop()!();
  else await tree.terminateChild('a#1');
  ends.length = 0;
  await clock.advance(0);
  expect(tree.whichChildren()).toEqual([]);
  expect(await isCollected(ref)).toBe(true);
});

test('do_not_save_child_specs_for_temporary_children', async () => {
  const { tree, settle } = await boot({});
  const ref = await (async () => {
    const ends: (() => void)[] = [];
    const spec = service({ id: 'a', restart: 'temporary', start: ({ end }) => void ends.push(end) });
    await tree.startChild(spec);
    ends[0]!();
    await settle();
    return new WeakRef(spec);
  })();
  expect(tree.whichChildren()).toEqual([]);
  expect(() => tree.childSpec('a')).toThrow(expect.objectContaining({ code: 'COPPICE_NOT_FOUND' }));
  expect(await isCollected(ref)).toBe(true);
});

test('an abandoned incarnation is kept until it ends, and no longer', async () => {
  const { tree, clock } = await boot({});
  let release = (): void => {};
  const ref = await (async () => {
    const value = { large: new Array(1_000).fill(0) };
    await tree.startChild(
      service({
        id: 'a',
        restart: 'temporary',
        shutdownMs: 10,
        start: () => value,
        stop: () => new Promise<void>((resolve) => (release = resolve)),
      }),
    );
    const terminated = tree.terminateChild('a');
    await clock.advance(10);
    await terminated;
    return new WeakRef(value);
  })();
  expect(await isCollected(ref)).toBe(false);
  release();
  release = () => {};
  await clock.advance(0);
  expect(await isCollected(ref)).toBe(true);
});
