/** Messages with a process, both ways. */
import { subprocess } from '../../src/subprocess/index.js';
import { boot, node, until } from './support.js';

test('messages go both ways', async () => {
  const child = subprocess({
    id: 'child',
    ...node(`process.on('message', (m) => process.send({ echo: m })); process.send('ready')`),
    ready: 'ipc',
  });
  const it = await boot([child]);
  const { send, onMessage } = it.value(child);
  const seen: unknown[] = [];
  const off = onMessage((message) => seen.push(message));
  await send({ n: 1 });
  await until('an answer', () => seen.length === 1);
  off();
  const other: unknown[] = [];
  onMessage((message) => other.push(message));
  await send('2');
  await until('an answer', () => other.length === 1);
  expect([seen, other]).toEqual([[{ echo: { n: 1 } }], [{ echo: '2' }]]);
});

test('structured clone, where it is asked for', async () => {
  const child = subprocess({
    id: 'child',
    ...node(`process.send(new Map([['a', 1n]])); process.on('message', () => {})`),
    ipc: true,
    serialization: 'advanced',
  });
  const it = await boot([child]);
  const seen: unknown[] = [];
  it.value(child).onMessage((message) => seen.push(message));
  await until('a message', () => seen.length === 1);
  expect((seen[0] as Map<string, bigint>).get('a')).toBe(1n);
});

test('a listener that throws is a crash of the child', async () => {
  const child = subprocess({
    id: 'child',
    ...node(`process.send('hello'); process.on('message', () => {})`),
    ipc: true,
    restart: 'temporary',
  });
  const it = await boot([child]);
  it.value(child).onMessage(() => {
    throw new Error('what is this?');
  });
  expect((await it.event('child:crashed')).error.message).toBe('what is this?');
});
