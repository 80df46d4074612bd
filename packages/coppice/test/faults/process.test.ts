/** Faults of real processes: what Node raises, and how they end. */
import { runScript } from './run-script.js';

const lines = (text: string) => text.trim().split('\n');

describe('contain', () => {
  test('an exception in a timer restarts only its child, while the counters of the siblings go on', async () => {
    const { code, stdout } = await runScript(`
      const counters = { a: 0, b: 0, c: 0 };
      const starts = { a: 0, b: 0, c: 0 };
      const counting = (id, run = idle) => task({ id, run: (context) => {
        starts[id]++;
        const timer = setInterval(() => counters[id]++, 1);
        context.defer(() => clearInterval(timer));
        return run(context);
      } });
      const domain = contain();
      const tree = await start(domain,
        counting('a'),
        counting('b', (context) => { if (context.attempt === 1) setTimeout(boom, 10); return idle(context); }),
        counting('c'));
      const before = await new Promise((resolve) => tree.once('child:crashed', () => resolve({ ...counters })));
      while (counters.a < before.a + 5 || counters.b < before.b + 5 || counters.c < before.c + 5) await turn();
      console.log(JSON.stringify({ starts, counts: domain.counts, isTainted: domain.isTainted }));
      await tree.stop();
      domain.uninstall();
    `);
    expect(lines(stdout)).toEqual([
      'crash root/b#1 context uncaughtException  boom',
      '{"starts":{"a":1,"b":2,"c":1},"counts":{"contained":1,"late":0,"fatal":0},"isTainted":true}',
    ]);
    expect(code).toBe(0);
  });

  test('so does a rejection that nobody handles; the signal is aborted and the clean-up run', async () => {
    const { code, stdout } = await runScript(`
      const domain = contain();
      const tree = await start(domain, task({ id: 'a', run: (context) => {
        console.log('start', context.attempt);
        if (context.attempt === 2) setImmediate(() => tree.stop().then(() => domain.uninstall()));
        else {
          context.defer(() => console.log('cleaned up, aborted:', context.signal.aborted));
          void (async () => { await turn(); boom(); })();
        }
        return idle(context);
      } }));
    `);
    expect(lines(stdout)).toEqual([
      'start 1',
      'crash root/a#1 context unhandledRejection  boom',
      'cleaned up, aborted: true',
      'start 2',
    ]);
    expect(code).toBe(0);
  });

  test('within the limits of its supervisor', async () => {
    const { stdout } = await runScript(`
      const domain = contain({ maxContained: Infinity });
      const tree = await start(domain, task({ id: 'a', run: (context) => { setTimeout(boom, 1); return idle(context); } }));
      const { reason } = await tree.whenStopped();
      console.log(reason.kind, domain.counts.contained);
      domain.uninstall();
    `);
    expect(lines(stdout).at(-1)).toBe('shutdown 4');
  });

  test('a stray of an incarnation that has ended is late, and no crash of its successor', async () => {
    const { code, stdout } = await runScript(`
      const domain = contain();
      const tree = await start(domain, task({ id: 'a', run: (context) => {
        console.log('start', context.attempt);
        if (context.attempt === 2) return idle(context);
        setTimeout(boom, 10);
        throw new Error('first');
      } }));
      tree.on('child:late-fault', ({ path, incarnation }) => console.log('late', path, incarnation));
      while (domain.counts.late === 0) await turn();
      await turn(5);
      await tree.stop();
      domain.uninstall();
    `);
    expect(lines(stdout)).toEqual([
      'start 1',
      'start 2',
      'late root/a 1',
      'late root/a#1 context uncaughtException  boom',
    ]);
    expect(code).toBe(0);
  });

  test('an interval that is left behind throws on: late each time, until the budget is used up', async () => {
    const { code, stdout } = await runScript(`
      await start(contain(), task({ id: 'a', run: (context) => {
        if (context.attempt === 1) setInterval(boom, 1);
        return idle(context);
      } }));
    `);
    expect(lines(stdout)).toEqual([
      'crash root/a#1 context uncaughtException  boom',
      'late root/a#1 context uncaughtException  boom',
      'late root/a#1 context uncaughtException  boom',
      'fatal root/a#1 context uncaughtException budget boom',
    ]);
    expect(code).toBe(1);
  });

  test("nobody's is fatal", async () => {
    const { code, stdout } = await runScript(`
      await start(contain(), task({ id: 'a', run: idle }));
      setTimeout(boom, 1);
    `);
    expect(lines(stdout)).toEqual(['fatal undefined#undefined none uncaughtException unattributed boom']);
    expect(code).toBe(1);
  });

  test('a denied one is fatal, whoever it belongs to', async () => {
    const { code, stdout } = await runScript(`
      const tooMany = () => { throw Object.assign(new Error('too many open files'), { code: 'EMFILE' }); };
      await start(contain(), task({ id: 'a', run: (context) => { setTimeout(tooMany, 1); return idle(context); } }));
    `);
    expect(lines(stdout)).toEqual(['fatal root/a#1 context uncaughtException denied too many open files']);
    expect(code).toBe(1);
  });

  test('a stack overflow in the code of a child is its crash', async () => {
    const { stdout } = await runScript(`
      const deeper = () => deeper() + 1;
      const domain = contain();
      const tree = await start(domain, task({ id: 'a', run: (context) => {
        if (context.attempt === 1) setTimeout(deeper, 1);
        return idle(context);
      } }));
      while (domain.counts.contained === 0) await turn();
      await tree.stop();
      domain.uninstall();
    `);
    expect(lines(stdout)).toEqual([
      'crash root/a#1 context uncaughtException  Maximum call stack size exceeded',
    ]);
  });

  test('a handler that fails does not end the process with 7; the fault is on stderr', async () => {
    const { code, stdout, stderr } = await runScript(`
      const domain = contain({ onFault: () => { throw new Error('the log is gone'); } });
      const tree = await start(domain, task({ id: 'a', run: (context) => {
        if (context.attempt === 1) setTimeout(boom, 1);
        return idle(context);
      } }));
      while (domain.counts.contained === 0) await turn();
      console.log('still here');
      await tree.stop();
      domain.uninstall();
    `);
    expect(stdout).toBe('still here\n');
    expect(stderr).toMatch(/the log is gone.*boom/s);
    expect(code).toBe(0);
  });

  test('an ordered stop that cannot even begin ends the process with 1, and says why', async () => {
    const { code, stderr } = await runScript(`
      await start(contain({ onFatal: () => { throw new Error('cannot stop'); } }));
      setTimeout(boom, 1);
    `);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot stop.*boom/s);
  });

  test('a socket that is accepted after a fault does not belong to the child that threw', async () => {
    const { code, stdout } = await runScript(`
      import net from 'node:net';
      const accepting = net.createServer((socket) => socket.on('data', boom)).listen(0, '127.0.0.1');
      const domain = contain();
      await start(domain, task({ id: 'a', run: (context) => {
        // An error that comes up in a callback of Node's own, and then in its queue of ticks.
        if (context.attempt === 1) net.connect(1, '127.0.0.1');
        return idle(context);
      } }));
      while (domain.counts.contained === 0) await turn();
      net.connect(accepting.address().port, '127.0.0.1').on('error', () => {}).write('a');
    `);
    expect(lines(stdout).at(-1)).toBe('fatal undefined#undefined none uncaughtException unattributed boom');
    expect(code).toBe(1);
  });
});

describe('label', () => {
  test("says whose the fault was; Node's own crash follows, with its message and its code", async () => {
    const { code, stdout, stderr } = await runScript(`
      const domain = contain({ policy: 'label', onFatal: () => console.log('never') });
      await start(domain, task({ id: 'a', run: (context) => { setTimeout(boom, 1); return idle(context); } }));
    `);
    expect(stdout).toBe('fatal root/a#1 context uncaughtException  boom\n');
    expect(stderr).toMatch(/Error: boom\n {4}at .*\n\nNode\.js v/s);
    expect(code).toBe(1);
  });

  test('of a rejection as well', async () => {
    const { code, stdout } = await runScript(`
      const domain = contain({ policy: 'label' });
      await start(domain, task({ id: 'a', run: (context) => { void turn().then(boom); return idle(context); } }));
    `);
    expect(stdout).toBe('fatal root/a#1 context unhandledRejection  boom\n');
    expect(code).toBe(1);
  });
});

describe('off and uninstalled', () => {
  test("off: Node's own crash, and nobody is told", async () => {
    const { code, stdout, stderr } = await runScript(`
      const domain = contain({ policy: 'off' });
      await start(domain, task({ id: 'a', run: (context) => { setTimeout(boom, 1); return idle(context); } }));
    `);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Error: boom');
  });

  test("uninstall leaves no listener behind: Node's own crash again", async () => {
    const { code, stdout, stderr } = await runScript(`
      const before = process.eventNames().length;
      const domain = contain();
      const tree = await start(domain, task({ id: 'a', run: (context) => { setTimeout(boom, 10); return idle(context); } }));
      domain.uninstall();
      console.log(process.eventNames().length - before);
    `);
    expect([code, stdout]).toEqual([1, '0\n']);
    expect(stderr).toContain('Error: boom');
  });
});

describe('others who lay hands on faults', () => {
  const rejecting = `
    await start(contain(), task({ id: 'a', run: (context) => {
      if (context.attempt === 1) void turn().then(boom);
      return idle(context);
    } }));
    await turn(20);
    process.exit();
  `;

  test("a listener for 'unhandledRejection' takes the rejections; one is warned", async () => {
    const { stdout, stderr } = await runScript(
      `process.on('unhandledRejection', ({ message }) => console.log('stolen', message));${rejecting}`,
    );
    expect(stdout).toBe('stolen boom\n');
    expect(stderr).toContain('COPPICE_FOREIGN_UNHANDLED_REJECTION');
  });

  test.each(['warn', 'none', 'warn-with-error-code'])(
    '--unhandled-rejections=%s: they do not come; one is warned',
    async (mode) => {
      const { stdout, stderr } = await runScript(rejecting, `--unhandled-rejections=${mode}`);
      expect(stdout).toBe('');
      expect(stderr).toContain('COPPICE_UNHANDLED_REJECTIONS_FLAG');
    },
  );

  test('--unhandled-rejections=strict: they come', async () => {
    const { stdout, stderr } = await runScript(rejecting, '--unhandled-rejections=strict');
    expect(stdout).toBe('crash root/a#1 context unhandledRejection  boom\n');
    expect(stderr).not.toContain('COPPICE_');
  });

  test('an emitter without a listener for its error: contained, and the cure is named', async () => {
    const { stdout, stderr } = await runScript(`
      import { EventEmitter } from 'node:events';
      await start(contain(), task({ id: 'a', run: (context) => {
        if (context.attempt === 1) setTimeout(() => new EventEmitter().emit('error', new Error('unheard')), 1);
        return idle(context);
      } }));
      await turn(20);
      process.exit();
    `);
    expect(stdout).toBe('crash root/a#1 context uncaughtException  unheard\n');
    expect(stderr).toContain('COPPICE_NO_ERROR_LISTENER');
  });
});
