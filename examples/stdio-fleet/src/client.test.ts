/** The client by itself: which answer belongs to which request, and what becomes of those that have none. */
import { Client } from './client.js';
import { NoAnswerError, RpcError, ServerGoneError } from './json-rpc.js';

function connected() {
  const written: Record<string, unknown>[] = [];
  const warnings: unknown[] = [];
  const client = new Client({
    name: 'words',
    pid: 7,
    log: { warn: (fields: object | string) => void warnings.push(fields) },
    write: (text) => void written.push(JSON.parse(text)),
  });
  const says = (message: object): void => client.receive(JSON.stringify({ jsonrpc: '2.0', ...message }));
  return { client, written, warnings, says };
}

test('answers come in any order', async () => {
  const { client, written, says } = connected();
  const [one, two] = [client.request('one', { x: 1 }), client.request('two')];
  expect(written).toEqual([
    { jsonrpc: '2.0', id: 1, method: 'one', params: { x: 1 } },
    { jsonrpc: '2.0', id: 2, method: 'two' },
  ]);
  says({ id: 2, result: 'second' });
  says({ id: 1, result: 'first' });
  expect(await Promise.all([one, two])).toEqual(['first', 'second']);
  client.close();
});

test('an answer may be an error', async () => {
  const { client, says } = connected();
  const asked = client.request('divide');
  says({ id: 1, error: { code: -32_603, message: 'division by zero' } });
  await expect(asked).rejects.toThrow(RpcError);
  await expect(asked).rejects.toMatchObject({ code: -32_603, message: 'words (pid 7): division by zero' });
});

test('one that is not answered in time is called off, and an answer that comes later is dropped', async () => {
  jest.useFakeTimers();
  const { client, written, says } = connected();
  const asked = client.request('slow', {}, { timeoutMs: 100 });
  jest.advanceTimersByTime(100);
  jest.useRealTimers();
  await expect(asked).rejects.toThrow(NoAnswerError);
  expect(written.at(-1)).toMatchObject({ method: 'notifications/cancelled', params: { requestId: 1 } });
  says({ id: 1, result: 'late' });
});

test('when it is closed nobody waits in vain, neither from before nor from after', async () => {
  const { client } = connected();
  const before = client.request('one');
  client.close();
  await expect(before).rejects.toThrow(ServerGoneError);
  await expect(client.request('two')).rejects.toMatchObject({
    code: 'SERVER_GONE',
    message: `words (pid 7) has ended before it has answered 'two'`,
  });
});

test('what the server asks is answered, what it tells is not', () => {
  const { written, says } = connected();
  says({ id: 9, method: 'ping' });
  says({ id: 10, method: 'sampling/createMessage' });
  says({ method: 'notifications/message' });
  expect(written).toMatchObject([
    { id: 9, result: {} },
    { id: 10, error: { code: -32_601 } },
  ]);
});

test.each(['debug: here I am', '{"some":"json"}', 'null', ''])('%j is no message, and is logged', (line) => {
  const { client, warnings } = connected();
  client.receive(line);
  expect(warnings).toEqual([{ line }]);
});
