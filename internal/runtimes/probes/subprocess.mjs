// A process is ready by a line, crashes and comes back, sends and gets messages; one that ignores SIGTERM is killed.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { subprocess, supervisor } from 'coppice';

const sh = (script) => ({ file: '/bin/sh', args: ['-c', script] });
const dies = subprocess({
  id: 'dies',
  ...sh('echo up; sleep 0.1; exit 3'),
  ready: /up/,
  backoff: { minMs: 50, maxMs: 50 },
});
const deaf = subprocess({
  id: 'deaf',
  ...sh('trap "" TERM; echo up; sleep 60 & wait; sleep 60'),
  ready: /up/,
  shutdownMs: 200,
});
const echo = subprocess({
  id: 'echo',
  file: process.execPath,
  args: [fileURLToPath(new URL('../fixtures/echo.mjs', import.meta.url))],
  ready: 'ipc',
});
const tree = supervisor({ id: 'app', maxRestarts: 100, children: [dies, deaf, echo] }).handle();
const killed = [];
tree.on('child:killing', ({ path }) => killed.push(path));
await tree.start();

const answer = new Promise((resolve) => tree.use(echo).onMessage(resolve));
await tree.use(echo).send({ a: 1 });
assert.deepEqual(await answer, { back: { a: 1 } });
const { exitCode } = await new Promise((resolve) =>
  tree.once('child:crashed', ({ error }) => resolve(error.details)),
);
assert.equal(exitCode, 3);
await tree.stop();
assert.deepEqual(killed, ['app/deaf']);
console.log('held');
