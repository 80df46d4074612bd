// CommonJS: the project has no "type". The test kit without any test runner.
const assert = require('node:assert/strict');

exports.useTesting = async function useTesting({ crashes, onRun, scripted, testTree, watchLeaks }) {
  const leaks = watchLeaks();
  const test = await testTree([scripted('db', onRun(1, crashes('lost', { afterMs: 60_000 })))]);
  await test.runUntilIdle();
  assert.equal(test.now, 60_000);
  test.events.expectOrder('db crashed', 'db restarting', 'db#2 started');
  assert.throws(() => test.events.expectOrder('db stopped'), { code: 'COPPICE_TEST_STORY' });
  await assert.rejects(leaks.check({ graceMs: 0 }), { code: 'COPPICE_TEST_LEAK' });
  await test[Symbol.asyncDispose]();
  leaks.stop();
};
