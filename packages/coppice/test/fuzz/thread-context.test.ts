/**
 * The context of a thread, with arguments that are wrong; and what a parent posts to a thread. Real threads, of the build:
 * whatever they do with it, they end in one of the ways in which threads end, and their parent goes on.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { type SupervisionEvent, supervisor, thread } from 'coppice';
import { anyHostile } from '../../../core/test/fuzz/hostile.js';
import { expectCoded, isOwn, outcomeOf } from '../../../core/test/fuzz/judge.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';
import { threadsAlive } from '../thread/support.js';
import { undisturbed } from './undisturbed.js';

const METHODS = [
  'sleep',
  'heartbeat',
  'post',
  'onMessage',
  'log.debug',
  'log.info',
  'log.warn',
  'log.error',
  'log.child',
] as const;

const at = fc.nat(99);
const plan = fc.record({
  calls: fc.array(fc.tuple(fc.constantFrom(...METHODS), at, at), { minLength: 20, maxLength: 60 }),
  last: fc.tuple(fc.constantFrom('fail', 'end', 'return', 'throw'), at),
});

interface Told {
  readonly told: readonly { readonly name: string; readonly code: string; readonly what: string }[];
  readonly isPolluted: boolean;
}

const isTold = (message: unknown): message is Told =>
  typeof message === 'object' && message !== null && 'told' in message;

/** What the platform says of what cannot be copied to the parent; and what was thrown on purpose. */
const isExpected = (name: string, what: string): boolean =>
  what === 'Sabotage' || (name === 'post' && ['DataCloneError', 'TypeError'].includes(what));

test(
  'methods of the context of a thread with mistakes',
  () =>
    undisturbed(() =>
      fc.assert(
        fc.asyncProperty(plan, async (data) => {
          const heard: Told[] = [];
          const events: SupervisionEvent[] = [];
          const odd = thread({
            id: 'odd',
            file: join(__dirname, 'fixtures/hostile-context.mjs'),
            data,
            restart: 'temporary',
            significant: true,
            shutdownMs: 2_000,
            staleAfterMs: 20_000,
            onMessage: (message) => void (isTold(message) && heard.push(message)),
          });
          const spec = supervisor({ id: 'app', autoShutdown: 'any-significant', children: [odd] });
          const tree = spec.handle();
          tree.on('event', (event) => events.push(event));
          const ended = tree.whenStopped();
          await tree.start();
          await ended;
          const crashes = events.flatMap((event) => (event.type === 'child:crashed' ? [event.error] : []));
          if (heard.length !== 1) throw new Error(`it did not come to its end: ${JSON.stringify(crashes)}`);
          for (const { told, isPolluted } of heard) {
            expect(isPolluted).toBe(false);
            const wrong = told.filter(
              ({ name, code, what }) => code !== 'COPPICE_INVALID_ARGUMENT' && !isExpected(name, what),
            );
            expect(wrong).toEqual([]);
          }
          const ends = events.filter(({ type }) => type === 'child:crashed' || type === 'child:completed');
          expect(ends).toHaveLength(1);
          expect(threadsAlive()).toBe(0);
        }),
        { ...runs(6), endOnFailure: true },
      ),
    ),
  LIMIT_MS,
);

test(
  'what a parent posts, listens to and takes back',
  () =>
    undisturbed(async () => {
      const echo = thread({
        id: 'echo',
        file: join(__dirname, 'fixtures/hostile.mjs'),
        data: { reports: [{ type: 'hello' }, { type: 'ready' }], messages: [] },
      });
      const tree = await supervisor({ id: 'app', children: [echo] }).start();
      const handle = tree.use(echo);
      await fc.assert(
        fc.asyncProperty(
          anyHostile,
          anyHostile,
          fc.constantFrom('post', 'transfer', 'on', 'listen', 'off'),
          async (one, two, method) => {
            const { post, on, off } = handle as unknown as Record<string, (...args: unknown[]) => unknown>;
            const [a, b] = [one.make(), two.make()];
            const made = outcomeOf(() => {
              if (method === 'post') return post!.call(handle, a);
              if (method === 'transfer') return post!.call(handle, a, [b]);
              if (method === 'off') return off!.call(handle, a, b);
              // What a listener throws is an uncaught exception of the parent, as the guide says.
              return typeof b === 'function'
                ? undefined
                : on!.call(handle, method === 'on' ? a : 'message', b);
            });
            // The platform says by itself what cannot be copied.
            const isAboutCopies = method === 'post' || method === 'transfer';
            if (made.isError) expectCoded(made.error, (error) => isOwn(error) || isAboutCopies);
            await new Promise(setImmediate);
            expect(tree.use(echo)).toBe(handle);
          },
        ),
        runs(300),
      );
      await tree.stop();
      expect(() => handle.post('late')).toThrow(expect.objectContaining({ code: 'COPPICE_THREAD_ENDED' }));
      expect(threadsAlive()).toBe(0);
    }),
  LIMIT_MS,
);
