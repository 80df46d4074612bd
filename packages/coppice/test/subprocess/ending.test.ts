/** How a process ends, and what its supervisor makes of it. */
import { subprocess } from '../../src/subprocess/index.js';
import { boot, gone, isAlive, node, sh } from './support.js';

test('one that crashes is started again, and the crash says how', async () => {
  const child = subprocess({
    id: 'child',
    ...node(`process.on('message', () => { console.error('no such table'); process.exit(7) })`),
    ipc: true,
  });
  const it = await boot([child]);
  const first = it.value(child);
  await first.send('go');
  const { error } = await it.event('child:crashed');
  expect(error).toMatchObject({ name: 'ProcessError', code: 'COPPICE_PROCESS_EXITED' });
  expect(error.message).toBe(`'app/child' exited with code 7; last lines of its stderr:\n  no such table`);
  await it.event('child:started', 2);
  expect(it.value(child).pid).not.toBe(first.pid);
  await expect(first.send('again')).rejects.toMatchObject({ code: 'COPPICE_IPC_CLOSED', path: 'app/child' });
});

test('one that is killed from outside is started again', async () => {
  const child = subprocess({ id: 'child', ...sh('exec sleep 60') });
  const it = await boot([child]);
  const { pid } = it.value(child);
  process.kill(pid, 'SIGKILL');
  expect((await it.event('child:crashed')).error.message).toBe(`'app/child' was ended by SIGKILL`);
  await it.event('child:started', 2);
  expect(isAlive(pid)).toBe(false);
  expect(isAlive(it.value(child).pid)).toBe(true);
});

test('exit code 0 is a normal end: a transient child stays down', async () => {
  const child = subprocess({ id: 'child', ...sh('echo done'), restart: 'transient' });
  const it = await boot([child]);
  expect(await it.event('child:completed')).toMatchObject({ id: 'child' });
  expect(it.lines).toMatchObject([{ text: 'done' }]);
  expect(it.tree.countChildren()).toMatchObject({ specs: 1, active: 0 });
});

test('okExitCodes says which others are normal, and whether 0 is', async () => {
  const three = subprocess({ id: 'three', ...sh('exit 3'), okExitCodes: [3], restart: 'temporary' });
  const zero = subprocess({ id: 'zero', ...sh('exit 0'), okExitCodes: [3], restart: 'temporary' });
  const it = await boot([three, zero]);
  expect(await it.event('child:completed')).toMatchObject({ id: 'three' });
  expect(await it.event('child:crashed')).toMatchObject({ id: 'zero' });
});

test('asked to stop it gets SIGTERM, may take its time, and its exit code is no crash', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(`trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.02; done`),
    ready: /up/,
  });
  const it = await boot([child]);
  const { unstopped } = await it.tree.stop();
  expect(unstopped).toEqual([]);
  expect(it.lines.map(({ text }) => text)).toContain('bye');
  expect(it.events.map(({ type }) => type)).not.toContain('child:crashed');
  expect(it.events.map(({ type }) => type)).not.toContain('child:late-fault');
});

test('stopSignal is what it gets', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(`trap 'echo got INT; exit 0' INT; echo up; while :; do sleep 0.02; done`),
    ready: /up/,
    stopSignal: 'SIGINT',
  });
  const it = await boot([child]);
  await it.tree.stop();
  expect(it.lines.map(({ text }) => text)).toContain('got INT');
});

describe('stdinGraceMs', () => {
  const child = (script: string) =>
    subprocess({
      id: 'child',
      ...sh(script),
      ready: /up/,
      stdin: 'pipe',
      stdinGraceMs: 100,
      shutdownMs: 400,
    });
  const signals = `trap 'echo got TERM; exit 0' TERM; echo up;`;

  test('one that ends with its stdin gets no signal', async () => {
    const it = await boot([child(`${signals} while read line; do echo "$line"; done; echo end of input`)]);
    expect((await it.tree.stop()).unstopped).toEqual([]);
    expect(it.lines.map(({ text }) => text)).toEqual(['up', 'end of input']);
    expect(it.events.map(({ type }) => type)).not.toContain('child:crashed');
  });

  test('one that does not gets one when its time is over, and is killed in the end', async () => {
    const polite = await boot([child(`${signals} while :; do sleep 0.02; done`)]);
    await polite.tree.stop();
    expect(polite.lines.map(({ text }) => text)).toContain('got TERM');

    const stubborn = child(`trap '' TERM; echo up; while :; do sleep 0.02; done`);
    const it = await boot([stubborn]);
    const { pid } = it.value(stubborn);
    expect((await it.tree.stop()).unstopped).toEqual([]);
    expect(isAlive(pid)).toBe(false);
    expect(it.events.map(({ type }) => type)).toContain('child:killing');
  });

  test('what it leaves behind gets the signal as soon as it has ended', async () => {
    const it = await boot([child(`sleep 60 & echo "grandchild $!"; echo up; read line`)]);
    const grandchild = Number((await it.line(/grandchild/)).split(' ')[1]);
    await it.tree.stop();
    expect(isAlive(grandchild)).toBe(false);
  });
});

test('one that ignores SIGTERM is killed at its deadline, and so are its children', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(`trap '' TERM; sleep 60 & echo "grandchild $!"; echo up; while :; do sleep 60; done`),
    ready: /up/,
    shutdownMs: 100,
  });
  const it = await boot([child]);
  const grandchild = Number((await it.line(/grandchild/)).split(' ')[1]);
  const { pid } = it.value(child);
  expect(isAlive(grandchild)).toBe(true);
  const startedAt = performance.now();
  const { unstopped } = await it.tree.stop();
  expect(unstopped).toEqual([]);
  expect(performance.now() - startedAt).toBeGreaterThan(90);
  expect([isAlive(pid), isAlive(grandchild)]).toEqual([false, false]);
  expect(it.events.map(({ type }) => type)).not.toContain('child:abandoned');
});

test('a grandchild that ignores SIGTERM is killed as well, also when its parent has long gone', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(
      `(trap '' TERM; sleep 60; :) & echo "grandchild $!"; trap 'exit 0' TERM; echo up; while :; do sleep 0.02; done`,
    ),
    ready: /up/,
    shutdownMs: 100,
  });
  const it = await boot([child]);
  const grandchild = Number((await it.line(/grandchild/)).split(' ')[1]);
  expect((await it.tree.stop()).unstopped).toEqual([]);
  expect(isAlive(grandchild)).toBe(false);
});

test('what a crashed process leaves behind is gone before the next one starts', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(`sleep 60 & echo "grandchild $!"; exit 1`),
    restart: 'permanent',
  });
  const it = await boot([child], { maxRestarts: 1 });
  const grandchild = Number((await it.line(/grandchild/)).split(' ')[1]);
  await it.event('child:restarting');
  expect(isAlive(grandchild)).toBe(false);
  await it.event('supervisor:gave-up');
});

test('a process that has left the group, and holds the pipes, holds up nobody', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(`setsid sh -c 'echo "daemon $$"; exec sleep 60' & wait`),
    ready: /daemon/,
  });
  const it = await boot([child]);
  const daemon = Number((await it.line(/daemon/)).split(' ')[1]);
  expect((await it.tree.stop()).unstopped).toEqual([]);
  // This is the limit that the guide names: it is out of reach.
  expect(isAlive(daemon)).toBe(true);
  process.kill(daemon, 'SIGKILL');
  await gone(daemon);
});

test('shutdownMs: 0 kills at once', async () => {
  const child = subprocess({
    id: 'child',
    ...sh(`trap '' TERM; echo up; while :; do sleep 60; done`),
    ready: /up/,
    shutdownMs: 0,
  });
  const it = await boot([child]);
  const { pid } = it.value(child);
  expect((await it.tree.stop()).unstopped).toEqual([]);
  expect(isAlive(pid)).toBe(false);
});
