// @coppice/pino, prometheus and otel.
import assert from 'node:assert/strict';
import { instrument as instrumentOtel } from '@coppice/otel';
import { logEvents } from '@coppice/pino';
import { instrument } from '@coppice/prometheus';
import { supervisor, task } from 'coppice';
import pino from 'pino';
import { Registry } from 'prom-client';

const records = [];
const logger = pino({}, { write: (line) => records.push(JSON.parse(line)) });
const registry = new Registry();
const tree = supervisor({
  id: 'app',
  children: [task({ id: 'job', run: ({ sleep }) => sleep(60_000) })],
}).handle();
logEvents(tree, logger);
instrument(tree, { registry });
instrumentOtel(tree);
await tree.start();
assert.match(await registry.metrics(), /^supervision_child_starts_total\{[^}]*app\/job[^}]*\} 1$/m);
await tree.stop();
assert.ok(records.some(({ event, path }) => event === 'child:started' && path === 'app/job'));
console.log('held');
