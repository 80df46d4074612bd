import { supervisor, task } from 'coppice';
import core = require('@coppice/core');
import pino = require('@coppice/pino');
import testing = require('@coppice/testing');

const w = task({
  id: 'w',
  run: async ({ signal }) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
});
async function main(): Promise<void> {
  const tree = await supervisor({ id: 'root', children: [w] }).start();
  await tree.stop();
}
void main();
void [core, pino, testing];
