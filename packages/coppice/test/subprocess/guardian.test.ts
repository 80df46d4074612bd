/** One guardian for all processes, as long as there are any. */
import { readFileSync, readdirSync } from 'node:fs';
import { subprocess } from '../../src/subprocess/index.js';
import { boot, gone, isAlive, sh, until } from './support.js';

/** Those of other test files in this process, which may be about to end. */
let earlier: number[] = [];
beforeAll(() => {
  earlier = guardians();
});

/** The guardians that this process has started and that run now. */
const guardians = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      if (earlier.includes(pid)) return false;
      try {
        const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        const isOurs = Number(parent) === process.pid && isAlive(pid);
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'latin1').endsWith('coppice-guardian\0');
      } catch {
        return false;
      }
    });

test('it comes with the first process and goes with the last', async () => {
  const one = subprocess({ id: 'one', ...sh('exec sleep 60') });
  const two = subprocess({ id: 'two', ...sh('exec sleep 60') });
  const it = await boot([one, two]);
  const [guardian] = guardians() as [number];
  expect(guardians()).toEqual([guardian]);
  await it.tree.terminateChild('one');
  // Between a crash and the restart there is no process, and it stays (for a while: not to be timed here).
  process.kill(it.value(two).pid, 'SIGKILL');
  await it.event('child:started', 3);
  await until('one guardian', () => guardians().length === 1);
  await it.tree.stop();
  await until('no guardian', () => guardians().length === 0);
});

test('a start that fails leaves none behind', async () => {
  const it = await boot([]);
  await expect(it.tree.startChild(subprocess({ id: 'x', file: 'no-such-program' }))).rejects.toThrow(
    'ENOENT',
  );
  const [guardian] = guardians();
  if (guardian !== undefined) await gone(guardian);
});
