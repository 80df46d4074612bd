/** What a user is told by the compiler: the option that is missing, by its name. */
import { join } from 'node:path';
import { complaintsOf } from './compiler.js';

const ROOT = join(__dirname, '../../..');
const IMPORTS = "import * as c from 'coppice'; const one = c.service({ id: 'one', start: () => 1 }); ";

const MISSING: readonly (readonly [code: string, option: string])[] = [
  ["c.service({ id: 'a' })", 'start'],
  ['c.service({ start: () => 1 })', 'id'],
  ["c.task({ id: 'a' })", 'run'],
  ["c.supervisor({ id: 'a' })", 'children'],
  ["c.application({ id: 'a' })", 'children'],
  ["c.dynamicSupervisor({ id: 'a' })", 'child'],
  ["c.partitionSupervisor({ id: 'a', child: one })", 'partitions'],
  ["c.pool({ id: 'a', child: one })", 'size'],
  ["c.pool({ id: 'a', size: 3 })", 'child'],
  ["c.registry({ id: 'a' })", 'keys'],
  ["c.httpServer({ id: 'a', server: () => () => {} })", 'port'],
  ["c.httpServer({ id: 'a', port: 1 })", 'server'],
  ['c.healthServer({ port: 1 })', 'health'],
  ["c.consume({ id: 'a', source: () => [] })", 'each'],
  ["c.interval({ id: 'a', run: () => {} })", 'everyMs'],
  ["c.poller({ id: 'a', run: () => {} })", 'pauseMs'],
  ["c.thread({ id: 'a' })", 'file'],
  ["c.thread<{ data: number }>({ id: 'a', file: '/x.js' })", 'data'],
  ["c.subprocess({ id: 'a' })", 'file'],
  ["c.task({ id: 'a', backoff: { minMs: 1 }, run: () => {} })", 'maxMs'],
];

let complaints: Map<string, string[]>;
beforeAll(() => {
  const modules = MISSING.map(([code], at) => ({
    page: `missing/${at}.md`,
    block: { number: 1, language: 'ts', words: [], code, line: 1 },
    code: `${IMPORTS}${code};\n`,
  }));
  complaints = complaintsOf(ROOT, modules);
}, 120_000);

test.each(MISSING.map(([code, option], at) => [code, option, at] as const))('%s: %s', (_code, option, at) => {
  expect(complaints.get(`missing/${at}.md`)).toEqual([
    expect.stringContaining(`Property '${option}' is missing`),
  ]);
});
