/** All that goes beyond OTP is opt-in: it is listed, it is off, and who does not use it has none of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dynamicSupervisor, service, supervisor, task } from '@coppice/core';
import type { Child } from '../../src/model/child.js';
import { SHUTDOWN, crash } from '../../src/model/exit-reason.js';
import { step } from '../../src/model/step.js';
import { Supervisor } from '../../src/model/supervisor.js';
import { POLICY_KEYS, WORKER_KEYS } from '../../src/spec/policies.js';

/** Those of OTP, and those that every declaration has beside them. */
const PLAIN = [
  'kind',
  'id',
  'restart',
  'significant',
  'shutdownMs',
  'start',
  'run',
  'children',
  'child',
].concat(['strategy', 'maxRestarts', 'withinMs', 'autoShutdown', 'onStuck', 'required']);

const plain = [
  service({ id: 'a', start: () => 1 }),
  task({ id: 'a', run: () => {} }),
  supervisor({ id: 'a', children: [] }),
  dynamicSupervisor({ id: 'a', child: task({ id: 'b', run: () => {} }) }),
];

test('docs/otp-differences.md lists every option', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/otp-differences.md'), 'utf8');
  const [, section = ''] = page.split(/^## What is opt-in$/m);
  const listed = section.split(/^## /m)[0]!;
  const options = [...POLICY_KEYS, ...WORKER_KEYS, 'childBackoff', 'startOrder', 'maxChildren'];
  expect(options.filter((key) => !listed.includes(`\`${key}`))).toEqual([]);
});

test.each(plain)('a plain declaration has them all off: $kind', (spec) => {
  const OFF = {
    giveUp: 'escalate',
    boot: 'fail',
    replace: 'stop-then-start',
    awaitReady: false,
    startOrder: 'sequential',
    stopOrder: 'parallel',
  };
  const beyond = Object.entries(spec).filter(([key]) => !PLAIN.includes(key));
  expect(OFF).toMatchObject(Object.fromEntries(beyond));
});

test('a plain child has nothing that they would remember, whatever it has been through', () => {
  const children = ['a', 'b', 'c'].map((id) => service({ id, start: () => 1 }));
  const s = new Supervisor(
    'root',
    supervisor({ id: 'root', strategy: 'one-for-all', maxRestarts: 99, children }),
    false,
    children,
  );
  const started: Child[] = [];
  const say = (message: Parameters<typeof step>[1]): void => {
    for (const effect of step(s, message, 0)) {
      if (effect.type === 'start') started.push(effect.child);
      if (effect.type === 'stop')
        say({ type: 'exited', child: effect.child, incarnation: effect.child.incarnation, reason: SHUTDOWN });
    }
    for (let child = started.shift(); child; child = started.shift())
      say({ type: 'started', child, incarnation: child.incarnation });
  };
  say({ type: 'start' });
  const [a, b, c] = [...s.children] as [Child, Child, Child];
  say({ type: 'exited', child: b, incarnation: b.incarnation, reason: crash(new Error('boom')) });
  say({ type: 'command', command: { kind: 'terminate-child', id: 'c', to: {} } });
  say({ type: 'command', command: { kind: 'restart-child', id: 'c', to: {} } });
  say({ type: 'command', command: { kind: 'restart-now', id: 'a', to: {} } });
  expect([a, b, c].map(({ status, incarnation }) => [status, incarnation])).toEqual([
    ['running', 3],
    ['running', 2],
    ['running', 3],
  ]);
  for (const { recovery, bonds } of [a, b, c]) expect([recovery, bonds]).toEqual([undefined, undefined]);
});
