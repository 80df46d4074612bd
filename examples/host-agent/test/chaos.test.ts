/** The agent in chaos: all that the supervisors and the application are there for, in one run. */
import { runAgent } from './run-agent.js';

test('it survives each of the hard ways to fail, says what they were, and explains the worst', async () => {
  const { child, until, end, records, leftBehind } = runAgent(['--chaos', '--seed', '8']);
  await Promise.all([
    until(/kernel\/vmstat crashed after [^"]+ was ended by SIGKILL/),
    until(/bench\/referee crashed after [^"]+: no answer from the thread/),
    until(/bench\/hasher did not stop in time and counts as killed/),
    until(/went astray from \S+ and is its crash: chaos: threw in a timer/),
    until(/went astray from \S+ and is its crash: chaos: leaked a rejection/),
    until(/did not end within \d+ ms: its run goes on/),
    until(/, incarnation \d+, has ended after all/),
  ]);

  child.kill('SIGUSR2');
  const worst = await until(/"msg":"the worst is agent\/(\S+), which failed /);
  const said = records().find(({ msg }) => msg.startsWith('the worst is '))?.msg ?? '';
  const at = records().findIndex(({ msg }) => msg === said);
  // Who failed most often until then, by what the log says; of several any will do.
  const failures = new Map<string, number>();
  const ends = ['child:crashed', 'child:start-failed', 'child:completed', 'child:stopped'];
  for (const { level, event = '', path = '' } of records().slice(0, at))
    if (level >= 40 && ends.includes(event)) failures.set(path, (failures.get(path) ?? 0) + 1);
  expect(failures.get(`agent/${worst}`)).toBe(Math.max(...failures.values()));
  const id = worst.slice(worst.lastIndexOf('/') + 1);
  expect(said).toMatch(new RegExp(`: ${id} (has|is) .+\\.$`));

  child.kill('SIGINT');
  expect(await end()).toBe(0);
  expect(leftBehind()).toEqual([]);
  expect(records().at(-1)?.msg).toMatch(/^failed: .*agent\/collectors\/kernel\/vmstat/);
}, 30_000);
