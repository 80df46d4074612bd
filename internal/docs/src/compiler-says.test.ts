/** What a user is told by the compiler: the option that is missing, by its name, and what is wrong with the one that is there. */
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

/** Where there are two ways to say it, the compiler tells of the one that was meant. */
const MEANT: readonly (readonly [call: string, said: string])[] = [
  ["g.startChild({ id: 'p', args: [1] })", "Type 'number' is not assignable to type 'string'."],
  ["g.startChild({ id: 'p' })", "Property 'args' is missing"],
  ["g.startChild({ id: 'p', args: ['a'], argz: 1 })", "'argz' does not exist"],
  ['g.startChild({ spec: 7 })', "Type 'number' is not assignable to type 'ChildSpec"],
  ["g.startChild({ spec: one, args: ['a'] })", "'args' does not exist"],
];
const TEMPLATE =
  "const g = c.dynamicSupervisor({ id: 'g', child: c.task({ id: 'p', run: (_: c.Context, who: string) => void who }) }).handle(); ";

let complaints: Map<string, string[]>;
beforeAll(() => {
  const moduleOf = (page: string, code: string) => ({
    page,
    block: { number: 1, language: 'ts', words: [], code, line: 1 },
    code: `${IMPORTS}${code};\n`,
  });
  complaints = complaintsOf(ROOT, [
    ...MISSING.map(([code], at) => moduleOf(`missing/${at}.md`, code)),
    ...MEANT.map(([call], at) => moduleOf(`meant/${at}.md`, TEMPLATE + call)),
  ]);
}, 120_000);

test.each(MISSING.map(([code, option], at) => [code, option, at] as const))('%s: %s', (_code, option, at) => {
  expect(complaints.get(`missing/${at}.md`)).toEqual([
    expect.stringContaining(`Property '${option}' is missing`),
  ]);
});

test.each(MEANT.map(([call, said], at) => [call, said, at] as const))('%s: %s', (_call, said, at) => {
  const told = complaints.get(`meant/${at}.md`);
  expect(told).toEqual([expect.stringContaining(said)]);
  // Of overloads some compilers tell of all, others of the last one only, whichever was meant.
  expect(told![0]).not.toContain('overload');
});
