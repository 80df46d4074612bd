/** Strategies, bonds, limits, ends of all kinds. */
import { Shutdown, ignore, service, supervisor, task } from 'coppice';
import { deafWait, loop, resource } from './parts.js';

/** Nothing in the way: these groups come back from whatever is done to them. */
const GENEROUS = { maxRestarts: 1_000, withinMs: 10_000 } as const;
const BACKOFF = { minMs: 20, maxMs: 400, resetAfterMs: 2_000 } as const;

/** Those after the one that failed go with it; what is bound goes with its ground. */
const shop = supervisor({
  id: 'shop',
  strategy: 'rest-for-one',
  ...GENEROUS,
  children: [
    resource({ id: 'db', boot: 'retry', backoff: BACKOFF, maxRestarts: Infinity }),
    resource({ id: 'cache', bindsTo: ['db'] }),
    loop({ id: 'outbox', bindsTo: ['db', 'cache'], staleAfterMs: 2_000 }),
    task({
      // Hears no signal, and is over soon by itself.
      id: 'deaf',
      maxRestarts: Infinity,
      shutdownMs: 2_000,
      run: () => deafWait(300),
    }),
  ],
});

const ring = supervisor({
  id: 'ring',
  strategy: 'one-for-all',
  ...GENEROUS,
  children: ['a', 'b', 'c'].map((id) => resource({ id })),
});

const crowd = supervisor({
  id: 'crowd',
  startOrder: 'parallel',
  childBackoff: BACKOFF,
  ...GENEROUS,
  children: [
    ...['a', 'b', 'c', 'd'].map((id) => resource({ id })),
    loop({ id: 'follower', bindsTo: ['a'], staleAfterMs: 2_000 }),
  ],
});

/** Gives up again and again, two floors down, and is started again by the ones above. */
const fragile = supervisor({
  id: 'fragile',
  ...GENEROUS,
  children: [
    supervisor({
      id: 'middle',
      maxRestarts: 1,
      withinMs: 20_000,
      children: [
        supervisor({
          id: 'inner',
          maxRestarts: 1,
          withinMs: 4_000,
          children: [
            resource({ id: 'neighbour' }),
            task({
              id: 'crasher',
              run: async ({ sleep }) => {
                await sleep(900);
                throw new Error('crasher has had enough');
              },
            }),
          ],
        }),
      ],
    }),
  ],
});

/** What becomes of those that fail once too often. */
const limits = supervisor({
  id: 'limits',
  ...GENEROUS,
  children: [
    task({
      id: 'parked',
      maxRestarts: 2,
      withinMs: 60_000,
      giveUp: 'park',
      reviveAfterMs: 1_500,
      run: async ({ sleep }) => {
        await sleep(300);
        throw new Error('parked fails');
      },
    }),
    task({
      id: 'keen',
      backoff: { minMs: 20, maxMs: 300 },
      maxRestarts: 3,
      giveUp: 'keep-trying',
      run: async ({ sleep }) => {
        await sleep(100);
        throw new Error('keen fails');
      },
    }),
    task({
      id: 'sorted',
      backoff: BACKOFF,
      maxRestarts: Infinity,
      classify: (error) => (String(error).includes('for good') ? 'permanent' : 'transient'),
      giveUp: 'park',
      reviveAfterMs: 1_000,
      run: async ({ sleep, attempt }) => {
        await sleep(250);
        throw new Error(attempt % 4 === 0 ? 'sorted fails for good' : 'sorted fails');
      },
    }),
    service({ id: 'absent', start: () => ignore }),
    task({ id: 'once', restart: 'transient', run: ({ sleep }) => sleep(200) }),
    task({ id: 'never-again', restart: 'temporary', run: ({ sleep }) => sleep(400) }),
    service({
      // Every third start hangs, and is broken off.
      id: 'late',
      startTimeoutMs: 300,
      boot: 'degraded',
      backoff: BACKOFF,
      maxRestarts: Infinity,
      maxRunMs: 3_000,
      start: async ({ sleep, attempt }) => {
        await sleep(attempt % 3 === 1 ? 10_000 : 10);
        return attempt;
      },
    }),
  ],
});

/** Ends itself with its significant child, and is started again. */
const shift = supervisor({
  id: 'shift',
  autoShutdown: 'any-significant',
  children: [
    resource({ id: 'tools' }),
    task({
      id: 'worker',
      restart: 'transient',
      significant: true,
      run: async ({ sleep }) => {
        await sleep(1_500);
        return new Shutdown('the shift is over');
      },
    }),
  ],
});

/** Now and then one of these does not stop when it is asked to. */
export const stops = { hangMs: 0 };
const hangs = (): Promise<void> => {
  const { hangMs } = stops;
  stops.hangMs = 0;
  return deafWait(hangMs);
};
export const stuck = service({ id: 'stuck', shutdownMs: 200, start: () => 'up', stop: hangs });
export const awaited = service({
  id: 'awaited',
  shutdownMs: 200,
  onStuck: 'wait',
  start: () => 'up',
  stop: hangs,
});
export const killable = service({
  id: 'killable',
  shutdownMs: 200,
  start: () => ({ letGo: (): void => {} }),
  stop: async (value) => {
    const { hangMs } = stops;
    stops.hangMs = 0;
    if (hangMs > 0) await new Promise<void>((resolve) => (value.letGo = resolve));
  },
  kill: (value) => value.letGo(),
});
const hanging = supervisor({ id: 'hanging', ...GENEROUS, children: [stuck, awaited, killable] });

/** Whose faults go astray. */
export const unruly = service({
  id: 'unruly',
  start: ({ bind }) => ({
    throwLater: bind(() => {
      setTimeout(() => {
        throw new Error('a stray throw');
      }, 1);
    }),
    rejectLater: bind(() => void Promise.reject(new Error('a stray rejection'))),
    block: bind((ms: number) => {
      for (const endAt = performance.now() + ms; performance.now() < endAt; );
    }),
  }),
});
const strays = supervisor({ id: 'strays', ...GENEROUS, children: [unruly] });

/** Declared differently again and again. */
const moving = (id: string, revision: number) => resource({ id, revision });
export const PLANS = [
  [moving('one', 1), moving('two', 1), moving('three', 1)],
  [moving('three', 1), moving('one', 2)],
  [moving('two', 1), moving('four', 1), moving('one', 2)],
] as const;
export const plan = supervisor({ id: 'plan', ...GENEROUS, children: PLANS[0] });

export const strategies = [shop, ring, crowd, fragile, limits, shift, hanging, strays, plan];
