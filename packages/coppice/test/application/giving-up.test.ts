/** Children that give up: what becomes of the process, and what it says. From outside, as `run.test.ts`. */
import { endPrograms, start } from './support/program.js';

afterEach(endPrograms);

const broken = `
  const failure = () => new Error('query failed', { cause: Object.assign(new Error('no such table'), { code: 'E_SCHEMA' }) });
`;

test.each([
  [
    `giveUp 'exit' at its own limit`,
    `maxRestarts: 1, withinMs: 60_000, giveUp: 'exit'`,
    /'shop\/deep\/bad' gave up: it needed one restart more than its 1 allowed within 60000 ms; last: query failed: no such table/,
  ],
  [
    'a fatal error, whatever its giveUp',
    `classify: (error) => (error.cause.code === 'E_SCHEMA' ? 'fatal' : 'transient'), giveUp: 'park'`,
    /'shop\/deep\/bad' gave up: its classify says of the error that it is fatal; last: query failed: no such table/,
  ],
])('%s ends all in order, with 1 and the whole chain of causes', async (_what, policy, message) => {
  const program = start(`${broken}
    const bad = task({ id: 'bad', ${policy}, run: async ({ sleep }) => { await sleep(20); throw failure(); } });
    const deep = supervisor({ id: 'deep', children: [told('inner'), bad] });
    await application({ id: 'shop', children: [told('db'), deep, told('api')] }).run();
  `);
  expect(await program.exited).toBe(1);
  expect(program.output).toMatch(
    new RegExp(`shop: ends, since a child gave up \\(exit code 1\\): ${message.source}`),
  );
  expect(program.lines).toEqual(
    expect.arrayContaining(['  caused by Error: query failed', '  caused by Error E_SCHEMA: no such table']),
  );
  expect(program.lines.filter((line) => line.startsWith('stop '))).toEqual([
    'stop api',
    'stop inner',
    'stop db',
  ]);
});

test.each([
  ['fail', ''],
  ['retry', `boot: 'retry', backoff: { minMs: 1, maxMs: 1 },`],
  ['degraded', `boot: 'degraded', backoff: { minMs: 1, maxMs: 1 },`],
])(
  'a fatal error during boot (boot: %s) is a failed start: 1, and those before it are stopped',
  async (_boot, boot) => {
    const program = start(`${broken}
    const bad = service({ id: 'bad', ${boot} classify: () => 'fatal', start: () => { throw failure(); } });
    await application({ id: 'shop', children: [told('db'), supervisor({ id: 'deep', children: [bad] }), told('never')] }).run();
  `);
    expect(await program.exited).toBe(1);
    expect(program.output).toMatch(/shop: did not start \(exit code 1\): .*no such table/);
    expect(program.output).toContain('  caused by Error E_SCHEMA: no such table');
    expect(program.lines.filter((line) => /^(start|stop) /.test(line))).toEqual(['start db', 'stop db']);
  },
);

test.each([
  ['a backoff', 'backoff: { minMs: 1, maxMs: 1 },'],
  ['a limit of its own', 'maxRestarts: 5, withinMs: 60_000,'],
])(
  'a first start that fails, of a child with %s: there is one attempt, and how to have more',
  async (_what, options) => {
    const program = start(`${broken}
    const bad = service({ id: 'bad', ${options} start: () => { throw failure(); } });
    await application({ id: 'shop', children: [supervisor({ id: 'deep', children: [bad] })] }).run();
  `);
    expect(await program.exited).toBe(1);
    expect(program.output).toMatch(
      /shop: did not start, as the first start of 'bad' has one attempt unless its boot is 'retry' \(exit code 1\): 'shop\/deep/,
    );
  },
);

test('without either nothing is said of attempts; nor of a supervisor, whose limit is for its children', async () => {
  const program = start(`${broken}
    const bad = service({ id: 'bad', start: () => { throw failure(); } });
    const deep = supervisor({ id: 'deep', maxRestarts: 5, childBackoff: { minMs: 1, maxMs: 1 }, children: [bad] });
    await application({ id: 'shop', children: [deep] }).run();
  `);
  expect(await program.exited).toBe(1);
  expect(program.output).toContain('shop: did not start (exit code 1): ');
});

test(`giveUp 'exit' during boot, when the retries are used up`, async () => {
  const program = start(`${broken}
    let attempts = 0;
    const bad = service({
      id: 'bad', boot: 'retry', backoff: { minMs: 1, maxMs: 1 }, maxRestarts: 2, withinMs: 60_000, giveUp: 'exit',
      start: () => { say('attempt ' + ++attempts); throw failure(); },
    });
    await application({ id: 'shop', children: [told('db'), bad] }).run();
  `);
  expect(await program.exited).toBe(1);
  expect(program.lines.filter((line) => line.startsWith('attempt'))).toEqual([
    'attempt 1',
    'attempt 2',
    'attempt 3',
  ]);
  expect(program.output).toMatch(/shop: did not start \(exit code 1\): .*no such table/);
  expect(program.output).toContain('E_SCHEMA');
  expect(program.lines).toContain('stop db');
});

test('a child that is parked is told of where nobody else does, and the others run on', async () => {
  const program = start(`${broken}
    const bad = task({ id: 'bad', classify: () => 'permanent', giveUp: 'park', run: async ({ sleep }) => { await sleep(20); throw failure(); } });
    const slow = task({ id: 'slow', classify: () => 'sometimes', giveUp: 'keep-trying', maxRestarts: 0, withinMs: 60_000,
      backoff: { minMs: 60_000, maxMs: 60_000 }, run: async ({ sleep }) => { await sleep(20); throw failure(); } });
    await application({ id: 'shop', children: [told('db'), bad, slow] }).run();
  `);
  await program.line(/shop: shop\/bad crashed: query failed/);
  await program.line(
    /shop: shop\/bad is parked, and stays down until it is started or revived: 'shop\/bad' gave up/,
  );
  await program.line(/shop: shop\/slow has a classify that failed: .*it said 'sometimes'/);
  await program.line(
    /shop: shop\/slow is past its limit, and tried again at its longest delay: 'shop\/slow' gave up/,
  );
  program.kill('SIGTERM');
  expect(await program.exited).toBe(0);
  expect(program.lines).toContain('stop db');
});

test('without a logger it is said what becomes of each that is down', async () => {
  const program = start(`${broken}
    const fails = async () => { throw failure(); };
    const once = task({ id: 'once', restart: 'temporary', run: fails });
    const later = task({ id: 'later', backoff: { minMs: 60_000, maxMs: 60_000, jitter: 0 }, run: fails });
    const hasty = task({ id: 'hasty', maxRestarts: 0, withinMs: 60_000, giveUp: 'park', run: async () => {} });
    const done = task({ id: 'done', restart: 'transient', run: async () => {} });
    const bound = task({ id: 'bound', bindsTo: [later.id], run: ({ sleep }) => sleep(60_000) });
    await application({ id: 'shop', children: [once, later, hasty, done, bound] }).run();
  `);
  await program.line(/hasty is parked/);
  await program.line(/bound is down/);
  program.kill('SIGTERM');
  expect(await program.exited).toBe(0);
  expect(program.lines).toEqual(
    expect.arrayContaining([
      'shop: shop/once is not started again: it is temporary',
      'shop: shop/later is started again in 60000 ms',
      'shop: shop/bound is down as long as shop/later is',
      expect.stringMatching(
        /^shop: shop\/hasty completed after \d+ ms, though it is permanent: was an await forgotten in its run\? If it may end, give it restart: 'transient'$/,
      ),
    ]),
  );
  expect(program.output).not.toContain('shop/done');
});

test('a child that escalates takes its supervisor with it, and the root says why', async () => {
  const program = start(`${broken}
    const bad = task({ id: 'bad', classify: () => 'permanent', run: async ({ sleep }) => { await sleep(20); throw failure(); } });
    await application({ id: 'shop', children: [told('db'), bad] }).run();
  `);
  expect(await program.exited).toBe(1);
  expect(program.output).toMatch(
    /ends, since a supervisor gave up \(exit code 1\): 'shop' gave up: 'bad' gave up, and its giveUp is 'escalate'; last: query failed: no such table/,
  );
  expect(program.output).toMatch(
    /caused by GaveUpError COPPICE_CHILD_GAVE_UP: 'shop\/bad' gave up: its classify says/,
  );
});

test('whoever is cut off by a second signal is named, those that are down anyway are not', async () => {
  const program = start(`${broken}
    const bad = task({ id: 'bad', classify: () => 'permanent', giveUp: 'park', run: async ({ sleep }) => { await sleep(20); throw failure(); } });
    await application({ id: 'shop', shutdownMs: 120_000, children: [bad, hung('slow', { shutdownMs: 60_000 })] }).run();
  `);
  await program.line(/bad is parked/);
  program.kill('SIGTERM');
  await program.line(/stopping/);
  await new Promise((resolve) => setTimeout(resolve, 350)); // what comes sooner is an echo
  program.kill('SIGTERM');
  expect(await program.exited).toBe(143);
  expect(program.output).toMatch(/ended at once \(exit 143\); not down: shop\/slow \(stopping\)$/m);
});
