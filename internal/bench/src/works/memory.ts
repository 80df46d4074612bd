/** What an idle child takes. */
import { IdleBody } from '../bodies.js';
import type { Prepare } from '../contenders/contender.js';
import { fibers } from '../contenders/effect.js';
import { byHand } from '../contenders/loop.js';
import { actors } from '../contenders/nact.js';
import { declarations, declared, dynamic } from '../contenders/ours.js';
import { heapUsed } from '../heap.js';
import { verify } from '../measure.js';
import type { Group, Row, Work } from '../row.js';
import type { Sizes } from '../sizes.js';

/** Bytes of the heap for each child; what had to be declared beforehand is not in it. */
const idle =
  (prepare: Prepare, size: number, usesSignal: boolean): Work =>
  async () => {
    const body = new IdleBody(usesSignal);
    const start = prepare(size, body);
    const before = await heapUsed();
    const fleet = await start();
    const bytes = ((await heapUsed()) - before) / size;
    verify('started', body.starts, size);
    await fleet.stopAll();
    return [bytes];
  };

const declaration =
  (size: number): Work =>
  async () => {
    const before = await heapUsed();
    const { children } = declarations(size, new IdleBody(true));
    const bytes = ((await heapUsed()) - before) / size;
    verify('declared', children.length, size);
    return [bytes];
  };

export function memory({ idle: size, heavyRounds }: Sizes): Group[] {
  const group = (usesSignal: boolean, ours: Prepare, row: Omit<Row, 'unit'>, hasPeers: boolean): Group => ({
    section: 'Memory',
    rounds: heavyRounds,
    rows: [{ unit: 'bytes', ...row }],
    works: {
      loop: idle(byHand, size, usesSignal),
      ours: idle(ours, size, usesSignal),
      ...(hasPeers && { nact: idle(actors, size, usesSignal), effect: idle(fibers, size, usesSignal) }),
    },
    ...(hasPeers && !usesSignal && { otp: { work: 'idle', args: [size] } }),
  });
  return [
    group(true, dynamic, { name: 'an idle child that uses its signal', target: { ratio: 1.15 } }, true),
    group(false, dynamic, { name: 'an idle child that does not', target: { value: 900 } }, true),
    group(
      true,
      declared,
      { name: 'a declared one that uses its signal, without its declaration', target: { ratio: 1.15 } },
      false,
    ),
    group(false, declared, { name: 'a declared one that does not', target: { value: 900 } }, false),
    {
      section: 'Memory',
      rounds: heavyRounds,
      rows: [{ name: 'its declaration', unit: 'bytes' }],
      works: { ours: declaration(size) },
    },
  ];
}
