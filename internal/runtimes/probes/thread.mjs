// A thread answers, throws, exits, and is killed in a busy loop.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { supervisor, thread } from 'coppice';

const answers = new EventEmitter();
const worker = thread({
  id: 'worker',
  file: new URL('../fixtures/worker.mjs', import.meta.url),
  shutdownMs: 500,
  onMessage: (message) => answers.emit('message', message),
});
const tree = await supervisor({ id: 'app', maxRestarts: 10, children: [worker] }).start();

for (const fault of ['throw', 'exit']) {
  const isBack = new Promise((resolve) => tree.once('child:started', resolve));
  const isAnswered = once(answers, 'message');
  tree.use(worker).post(21);
  assert.deepEqual(await isAnswered, [42]);
  tree.use(worker).post(fault);
  await isBack;
}
tree.use(worker).post('busy');
const { unstopped } = await tree.stop();
assert.deepEqual(unstopped, []);
console.log('held');
