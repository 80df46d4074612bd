/** When to stop, and with which exit code. Signals are in test/agent.test.ts: they belong to a whole process. */
import { service, supervisor, task } from 'coppice';
import { runUntilStopped } from './run.js';

const forever = task({
  id: 'forever',
  run: ({ signal }) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
});

const run = async (child: Parameters<typeof supervisor>[0]['children'][number]) => {
  const said: string[] = [];
  const tree = supervisor({ id: 'root', children: [child] }).handle();
  const exitCode = await runUntilStopped(tree, { forMs: 5, say: (text) => said.push(text) });
  return { said, exitCode };
};

test('0 when its time is over', async () => {
  expect(await run(forever)).toEqual({ said: ['0.005 s are over'], exitCode: 0 });
});

test('1 when the root gives up', async () => {
  const hopeless = task({ id: 'hopeless', run: () => Promise.reject(new Error('no')) });
  expect((await run(hopeless)).exitCode).toBe(1);
});

test('1 when it does not start, and it says why', async () => {
  const broken = service({ id: 'broken', start: () => Promise.reject(new Error('no such host')) });
  const { said, exitCode } = await run(broken);
  expect(exitCode).toBe(1);
  expect(said[0]).toContain('no such host');
});
