/**
 * Who falls with whom: `prices` cannot be without the connection of `feed`, `alerts` cannot be without `prices`;
 * `clock` needs neither. Saying so (`bindsTo`) is all that it takes.
 */
import type { Socket } from 'node:net';
import { type DeclaredSupervisor, type Service, type Task, supervisor, task } from 'coppice';

export interface Desk {
  readonly spec: DeclaredSupervisor;
  readonly feed: Service<Socket>;
  readonly prices: Task;
  readonly alerts: Task;
  readonly clock: Task;
  /** How often `prices` has used the connection of `feed`, and what `alerts` makes of it. */
  readonly asked: { count: number; alerts: number };
}

export function deskOf(feed: Service<Socket>): Desk {
  const asked = { count: 0, alerts: 0 };
  const prices = task({
    id: 'prices',
    bindsTo: [feed],
    run: async ({ use, sleep }) => {
      for (;;) {
        use(feed).write('price?\n'); // it runs, so there is a feed
        asked.count++;
        await sleep(50);
      }
    },
  });
  const alerts = task({
    id: 'alerts',
    bindsTo: [prices],
    run: async ({ sleep }) => {
      for (let seen = asked.count; ; seen = asked.count) {
        await sleep(100);
        if (asked.count > seen) asked.alerts++;
      }
    },
  });
  const clock = task({
    id: 'clock',
    run: async ({ sleep }) => {
      for (;;) await sleep(100);
    },
  });
  const spec = supervisor({ id: 'desk', children: [feed, prices, alerts, clock] });
  return { spec, feed, prices, alerts, clock, asked };
}
