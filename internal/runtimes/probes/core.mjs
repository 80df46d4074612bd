// The simulated and the real clock tell the same story.
import assert from 'node:assert/strict';
import { SimulatedClock, service, supervisor, task } from '@coppice/core';

async function story(clock) {
  const told = [];
  let fail;
  const db = service({ id: 'db', start: (context) => void (fail = context.fail) });
  const job = task({
    id: 'job',
    run: async ({ sleep }) => {
      for (;;) await sleep(20);
    },
  });
  const tree = supervisor({ id: 'app', strategy: 'rest-for-one', children: [db, job] }).handle(
    clock && { clock },
  );
  tree.on('event', ({ type, path }) => told.push(`${type} ${path}`));
  await tree.start();
  fail(new Error('lost'));
  await (clock ? clock.advance(100) : new Promise((resolve) => setTimeout(resolve, 100)));
  await tree.stop();
  return told;
}

const simulated = await story(new SimulatedClock());
assert.equal(simulated.filter((line) => line === 'child:started app/job').length, 2);
assert.deepEqual(await story(), simulated);
console.log('held');
