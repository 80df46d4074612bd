/** Who gave up, was parked, and came back, read off the lifecycle events. */
import type { EventOf, SupervisionEvent } from 'coppice';

export interface Parking {
  readonly path: string;
  readonly because: EventOf<'child:gave-up'>['because'];
  readonly error: string;
  /** How often it had been started since it was last up, or parked. */
  readonly attempts: number;
  /** By the clock of the tree, in milliseconds. */
  readonly parkedAt: number;
  /** When it is to be revived; null: when somebody does it. */
  readonly reviveAt: number | null;
  /** Who wanted it back, and when it was started; undefined if it is still parked. */
  readonly revivedBy: 'revive' | 'request' | undefined;
  readonly revivedAt: number | undefined;
}

export function parkingsIn(events: readonly SupervisionEvent[]): Parking[] {
  const parkings: Parking[] = [];
  const parked = new Map<string, number>();
  const attempts = new Map<string, number>();
  for (const event of events) {
    const { type, path, at } = event;
    if (type === 'child:starting') attempts.set(path, (attempts.get(path) ?? 0) + 1);
    if (type === 'child:started') attempts.set(path, 0);
    if (type === 'child:gave-up' && event.giveUp === 'park') {
      const { because, error, reviveAt } = event;
      const parking = { path, because, error: error.cause?.message ?? error.message, reviveAt, parkedAt: at };
      const made = attempts.get(path) ?? 0;
      const open = { revivedBy: undefined, revivedAt: undefined };
      parked.set(path, parkings.push({ ...parking, ...open, attempts: made }) - 1);
      attempts.delete(path);
    }
    const index = parked.get(path);
    const parking = index === undefined ? undefined : parkings[index];
    if (index === undefined || !parking || type !== 'child:restarting') continue;
    if (event.because !== 'revive' && event.because !== 'request') continue;
    parkings[index] = { ...parking, revivedBy: event.because, revivedAt: at };
    parked.delete(path);
  }
  return parkings;
}
