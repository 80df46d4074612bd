// A throw in a timer is the crash of the child that set it (`faults: 'contain'`).
import assert from 'node:assert/strict';
import { application, service } from 'coppice';

const sick = service({
  id: 'sick',
  start: ({ attempt }) => {
    if (attempt > 1) return;
    setTimeout(() => {
      throw new Error('stray');
    }, 50);
  },
});
const told = [];
const app = application({ id: 'app', faults: 'contain', children: [sick] });
app.handle().on('child:crashed', ({ path, error }) => told.push(`${path}: ${error.message}`));
setTimeout(() => void app.stop(), 300);
await app.run({ exit: false });
assert.deepEqual(told, ['app/sick: stray']);
console.log('held');
