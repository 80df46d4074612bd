/** An application explains itself: it records by default, and knows what becomes of the process. */
import { SimulatedClock, application, explainPolicy, service, supervisor, task } from 'coppice';
import { endPrograms, start } from './support/program.js';

afterEach(endPrograms);

const broken = () => {
  let fail!: (error: unknown) => void;
  const spec = service({ id: 'db', start: (context) => void (fail = context.fail) });
  return { spec, fail: (error: unknown) => fail(error) };
};

test('with what was recorded, unless it is told not to', async () => {
  for (const recorder of [undefined, false, { maxRuns: 2 }]) {
    const clock = new SimulatedClock();
    const db = broken();
    const app = application({
      id: 'shop',
      clock,
      children: [db.spec],
      ...(recorder !== undefined && { recorder }),
    });
    expect(app.explain()).toContain('shop has not been started yet');
    await app.start();
    await clock.advance(400);
    db.fail(new Error('no disk'));
    await clock.advance(1_000);
    expect(app.explain('db')).toBe(
      `db has been up for 1 s: its 1st run ended ${recorder === false ? '' : 'after 400 ms '}with "no disk"` +
        `${recorder === false ? '' : ', 1 s ago'}; 2 of 3 restarts of shop left within 5 s; if it fails 3 more times within ` +
        'that time, shop gives up and everything ends.',
    );
    expect(app.handle().recorder === undefined).toBe(recorder === false);
    await app.stop();
  }
});

test('wrong options of the recorder', () => {
  expect(() => application({ id: 'shop', children: [], recorder: { maxRuns: 0 } })).toThrow(
    expect.objectContaining({
      code: 'COPPICE_INVALID_ARGUMENT',
      message: expect.stringContaining('maxRuns: a number, 1 or more'),
    }),
  );
});

test('while it has the process it says what becomes of that; who asked it to stop is told', async () => {
  const program = start(`
    const db = told('db', { maxRestarts: 0, withinMs: 1_000 });
    const app = application({ id: 'shop', children: [db] });
    app.handle().on('supervisor:started', () => say(app.explain('db')));
    app.handle().on('supervisor:stopping', ({ by }) => say('by ' + by));
    await app.run();
  `);
  expect(await program.line(/if it fails/)).toContain(
    'if it fails once more within that time, shop gives up and the process exits with code 1.',
  );
  program.kill('SIGTERM');
  expect(await program.line(/^by /)).toBe('by SIGTERM');
  expect(await program.exited).toBe(0);
});

test('its declaration explains that nothing is above it, and what its end means', () => {
  const feed = task({ id: 'feed', run: ({ sleep }) => sleep(1_000) });
  const app = application({ id: 'shop', children: [feed] });
  const plain = (text: string) => text.replaceAll(/\s+/g, ' ');
  const text = plain(explainPolicy(app));
  expect(text).toContain('shop: an application');
  const end = 'in reverse order and ends, and under run() the process exits with code 1.';
  expect(text).toContain(end);
  expect(plain(explainPolicy(feed, app))).toContain(end);
  // As the child of another it is a supervisor like any other.
  const nested = plain(explainPolicy(app, supervisor({ id: 'all', children: [app] })));
  expect(nested).toContain('shop: a permanent supervisor');
  expect(nested).toContain('in reverse order and ends, and what is above it decides.');
  expect(nested).not.toContain('run()');
});
