// CommonJS: the project has no "type". One small tree, started and stopped.
const assert = require('node:assert/strict');

exports.use = async function use({ service, task, supervisor, dynamicSupervisor }) {
  for (const helper of [service, task, supervisor, dynamicSupervisor])
    assert.equal(typeof helper, 'function');

  const seen = [];
  const db = service({
    id: 'db',
    start: () => {
      seen.push('db started');
      return { open: true };
    },
    stop: (connection) => {
      assert.deepEqual(connection, { open: true });
      seen.push('db stopped');
    },
  });
  const worker = task({
    id: 'w',
    run: async ({ signal }) => {
      seen.push('w running');
      await new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      seen.push('w done');
    },
  });
  const tree = await supervisor({ id: 'root', children: [db, worker] }).start();
  await tree.stop();
  assert.deepEqual(seen, ['db started', 'w running', 'w done', 'db stopped']);

  const pool = await dynamicSupervisor({
    id: 'pool',
    child: task({ id: 'job', run: ({ sleep }) => sleep(60_000) }),
  }).start();
  await pool.startChild();
  await pool.stop();
};
