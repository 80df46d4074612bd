/**
 * Processes that write to the channel of their `ipc: true` by themselves, and anything but messages; and what is sent to
 * them. Real processes: shells, which know nothing of messages. The parent goes on, and knows who it was.
 */
import fc from 'fast-check';
import { type SupervisionEvent, subprocess, supervisor } from 'coppice';
import { anyHostile } from '../../../core/test/fuzz/hostile.js';
import { expectCoded } from '../../../core/test/fuzz/judge.js';
import { mutated, mutations } from '../../../core/test/fuzz/mutate.js';
import { LIMIT_MS, runs } from '../../../core/test/fuzz/settings.js';
import { undisturbed } from './undisturbed.js';

/** For `printf %b`: each byte as an octal number. */
const octal = (bytes: Buffer): string => Array.from(bytes, (byte) => `\\0${byte.toString(8)}`).join('');

/** Writes each of its arguments to the channel, and then stays, or ends. */
const SCRIPT = 'for part in "$@"; do printf %b "$part" >&3; done; $LAST';

const line = (message: unknown): string[] => {
  try {
    const json = JSON.stringify(message) as string | undefined;
    return json === undefined || json.length > 20_000 ? [] : [`${json}\n`];
  } catch {
    return [];
  }
};

/** Node has messages of its own, which have a `cmd`. */
const MESSAGES: readonly object[] = [
  { type: 'ready' },
  { type: 'heartbeat' },
  { any: ['thing', { a: null }] },
  { cmd: 'NODE_HANDLE', type: 'net.Socket', msg: {} },
  { cmd: 'NODE_HANDLE_ACK' },
  { cmd: 'NODE_HANDLE_NACK' },
  { cmd: 'NODE_SOCKET_NOTIFY_CLOSE', key: 'k' },
  { cmd: 'NODE_CLUSTER', act: 'listening' },
  { cmd: 'NODE_', __proto__: null },
];
const GARBAGE = [
  'this is no message\n',
  '\n',
  '{\n',
  'null\n',
  '"ready"\n',
  '"heartbeat"\n',
  '7\n',
  '[]\n',
  '{"__proto__":{"polluted":true}}\n',
  '{"constructor":{"prototype":{"polluted":true}},"type":"ready"}\n',
  '{"cmd":"NODE_HANDLE","type":"constructor"}\n',
  '{"cmd":"NODE_HANDLE","type":"__proto__","msg":{}}\n',
  '{"cmd":"NODE_HANDLE"}\n',
  `${'['.repeat(9_000)}\n`,
  `"${'x'.repeat(20_000)}"\n`,
  'half of a li',
  '\0\0\0\u0010\u0007',
  '\xff\xfe\n',
];

const part: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...GARBAGE).map((text) => [text]) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...MESSAGES), mutations(2))
      .map(([message, changes]) => line(mutated(message, changes))),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => [text]) },
  { weight: 1, arbitrary: fc.constant<string[]>(['\0\0\0\x02\x4e', '\xff\xff\xff\xff']) },
);

const traffic = fc.record({
  parts: fc.array(part, { minLength: 1, maxLength: 12 }).map((lists) => lists.flat()),
  serialization: fc.constantFrom('json', 'advanced'),
  isWatched: fc.boolean(),
  waits: fc.boolean(),
  last: fc.constantFrom('exec sleep 5', 'exit 0', 'exit 3', 'kill -9 $$'),
});

const CODES: readonly unknown[] = [
  'COPPICE_PROCESS_EXITED',
  'COPPICE_PROCESS_NOT_READY',
  'COPPICE_IPC_GARBLED',
  'COPPICE_STALE',
];

test(
  'a process that writes garbage to its channel crashes, and nobody else',
  () =>
    undisturbed(() =>
      fc.assert(
        fc.asyncProperty(traffic, async ({ parts, serialization, isWatched, waits, last }) => {
          const events: SupervisionEvent[] = [];
          const odd = subprocess({
            id: 'odd',
            file: 'sh',
            args: ['-c', SCRIPT, 'sh', ...parts.map((text) => octal(Buffer.from(text, 'latin1')))],
            env: { LAST: last },
            ipc: true,
            serialization,
            restart: 'temporary',
            shutdownMs: 2_000,
            ...(waits && { ready: 'ipc', readyTimeoutMs: 50 }),
            ...(isWatched && { heartbeat: 'ipc', staleAfterMs: 1_000 }),
          });
          const tree = supervisor({ id: 'app', children: [odd] }).handle();
          tree.on('event', (event) => events.push(event));
          const started = await tree.start().then(
            () => true,
            (error: unknown) => expectCoded(error),
          );
          const heard: unknown[] = [];
          if (started === true && tree.child('odd'))
            tree.use(odd).onMessage((message) => heard.push(message));
          // It goes on by itself: what is written is read when the parent has the time.
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
          JSON.stringify(tree.snapshot());
          const { unstopped } = await tree.stop();
          expect(unstopped).toEqual([]);
          const codes = events.flatMap((event) => ('error' in event ? [event.error.code] : []));
          for (const code of codes) if (!/START_FAILED/.test(String(code))) expect(CODES).toContain(code);
        }),
        { ...runs(30), endOnFailure: true },
      ),
    ),
  LIMIT_MS,
);

test('it is told of, with a code, and the next incarnation has a channel of its own', () =>
  undisturbed(async () => {
    const odd = subprocess({
      id: 'odd',
      file: 'sh',
      args: ['-c', 'echo "no message" >&3; exec sleep 5'],
      ipc: true,
      maxRestarts: 1,
      withinMs: 60_000,
      giveUp: 'park',
    });
    const tree = await supervisor({ id: 'app', children: [odd] }).start();
    const crashes: unknown[] = [];
    for await (const event of tree.events()) {
      if (event.type === 'child:crashed') crashes.push(event.error);
      if (event.type === 'child:gave-up') break;
    }
    const garbled = { name: 'ProcessError', code: 'COPPICE_IPC_GARBLED', cause: { name: 'SyntaxError' } };
    expect(crashes).toMatchObject([garbled, garbled]);
    await tree.stop();
  }));

test(
  'what is sent to a process: it goes, or the promise is rejected, and none stays behind',
  () =>
    undisturbed(async () => {
      const values = fc.array(anyHostile, { minLength: 1, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(values, fc.constantFrom('json', 'advanced'), async (messages, serialization) => {
          const deaf = subprocess({
            id: 'deaf',
            file: 'sleep',
            args: ['5'],
            ipc: true,
            serialization,
            shutdownMs: 2_000,
          });
          const tree = await supervisor({ id: 'app', children: [deaf] }).start();
          const { send, onMessage } = tree.use(deaf);
          const sent = messages.map(({ make }) => send(make()));
          const outcomes = Promise.allSettled(sent);
          for (const { make } of messages) {
            try {
              onMessage(make() as never)();
            } catch (error) {
              expectCoded(error);
            }
          }
          expect((await tree.stop()).unstopped).toEqual([]);
          for (const outcome of await outcomes)
            if (outcome.status === 'rejected') expectCoded(outcome.reason);
          await expect(send('late')).rejects.toMatchObject({ code: 'COPPICE_IPC_CLOSED' });
        }),
        { ...runs(10), endOnFailure: true },
      );
    }),
  LIMIT_MS,
);
