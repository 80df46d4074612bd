/** Whose a process is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Findings } from './findings.js';
import { ProcessWatch } from './process-watch.js';
import { MARK, descendants, parseStat, processesOf } from './processes.js';

test('a name may have brackets and spaces in it', () => {
  expect(parseStat('12 (a (b) c) Z 7 12 12 0')).toEqual({ pid: 12, parent: 7, state: 'Z', name: 'a (b) c' });
  expect(parseStat('')).toBeUndefined();
});

test('all below one, and nobody else', () => {
  const info = (pid: number, parent: number) => ({ pid, parent, state: 'S', name: 'x' });
  const all = [info(4, 3), info(1, 0), info(3, 2), info(2, 1), info(5, 1)];
  expect(descendants(all, 2).map(({ pid }) => pid)).toEqual([2, 3, 4]);
});

test('one that its parents have left is known by its mark; if it stays it is a finding', async () => {
  const mark = `test-${process.pid}`;
  const env = { ...process.env, [MARK]: mark };
  const child = spawn('sleep', ['100'], { env });
  await once(child, 'spawn');
  const pid = child.pid!;
  expect(processesOf(process.pid, mark).family.map((info) => info.pid)).toContain(pid);

  // Seen from a process that has none below it.
  const nobody = 2 ** 30;
  expect(processesOf(nobody, mark).strays.map((info) => info.pid)).toEqual([pid]);
  const findings = new Findings();
  const watch = new ProcessWatch(nobody, mark, findings);
  watch.look(0);
  watch.look(5_000);
  expect(findings.all).toEqual([]);
  watch.look(7_000);
  expect(findings.all).toMatchObject([{ check: 'orphans', times: 1 }]);
  const ended = once(child, 'close');
  watch.endWhatIsLeft();
  expect(findings.all.at(-1)).toMatchObject({
    check: 'left behind',
    times: 1,
    examples: [expect.stringContaining('sleep')],
  });
  await ended;
  watch.endWhatIsLeft();
  expect(findings.all.at(-1)).toMatchObject({ check: 'left behind', times: 1 });
});
