/** The agent in chaos: all that the supervisors and the application are there for, in one run. */
import { runAgent } from './run-agent.js';

test('it survives each of the hard ways to fail, and says what they were', async () => {
  const { child, until, end, output, leftBehind } = runAgent(['--chaos', '--seed', '8']);
  await Promise.all([
    until(/✗ kernel\/vmstat +crashed after .+: vmstat was ended by SIGKILL/),
    until(/✗ bench\/referee +crashed after .+: no answer from the thread/),
    until(/■ bench\/hasher +did not stop in time; ended by force/),
    until(/◆ \S+ +contained: chaos: threw in a timer/),
    until(/◆ \S+ +contained: chaos: leaked a rejection/),
    until(/✗ \S+ +did not stop within \d+ ms; not waited for any longer/),
    until(/○ \S+ +incarnation \d+ has stopped after all/),
  ]);
  child.kill('SIGINT');
  expect(await end()).toBe(0);
  expect(leftBehind()).toEqual([]);
  const [, summary = ''] = output().split(/^ {2}child +incarnations.*$/m);
  expect(summary).toMatch(/^ +vmstat +[2-9] /m);
  expect(summary).toMatch(/[1-9]\d* restarts?,.* did not stop in time: [2-9]/);
}, 30_000);
