/** 1,000 starts and stops leave nothing behind. */
import { endPrograms, start } from './support/program.js';

afterEach(endPrograms);

test('memory and handles are flat over 1,000 starts and stops', async () => {
  const program = start(
    `
    import { existsSync, readdirSync } from 'node:fs';
    const children = [
      service({ id: 'db', start: ({ defer }) => { const timer = setInterval(() => {}, 1_000); defer(() => clearInterval(timer)); } }),
      idle('poll'),
      task({ id: 'sleeper', run: ({ sleep }) => sleep(60_000) }),
      supervisor({ id: 'inner', children: [idle('a'), idle('b')] }),
      dynamicSupervisor({ id: 'many', child: idle('each', { restart: 'temporary' }) }),
    ];
    const once = application({ id: 'once', children });
    const withPort = application({ id: 'port', health: { port: 0, host: '127.0.0.1' }, children });
    const cycle = async (app) => {
      await app.start();
      await app.handle().supervisor('many').startChild();
      const { unstopped } = await app.stop();
      if (unstopped.length > 0) throw new Error('left: ' + JSON.stringify(unstopped));
    };
    const measure = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      gc();
      return {
        heap: process.memoryUsage().heapUsed,
        files: existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0,
        resources: process.getActiveResourcesInfo().length,
        listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      };
    };
    const cycles = async (count) => {
      for (let i = 0; i < count; i++) {
        await cycle(once); // the same one again and again
        await cycle(application({ id: 'new', children })); // a new one each time
        if (i % 5 === 0) await cycle(withPort);
      }
    };
    say('begin');
    await cycles(300); // until all is compiled
    const before = await measure();
    await cycles(500);
    const after = await measure();
    say(JSON.stringify({ before, after }));
  `,
    { node: ['--expose-gc'] },
  );
  expect(await program.exited).toBe(0);
  const { before, after } = JSON.parse(program.lines.at(-1)!);
  expect({ ...after, heap: 0 }).toEqual({ ...before, heap: 0 });
  // 1,100 cycles: anything that stays of one would add 1 MB for each kilobyte of it.
  expect(after.heap - before.heap).toBeLessThan(500_000);
});
