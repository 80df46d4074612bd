/** Which policy holds where nobody has chosen one. */
import { defaultFaultPolicy } from 'coppice';

const { versions, execArgv } = process;
const options = process.env['NODE_OPTIONS'];

afterEach(() => {
  set('versions', versions);
  set('execArgv', execArgv);
  if (options === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = options;
});

const set = (name: 'versions' | 'execArgv', value: unknown) =>
  Object.defineProperty(process, name, { value, configurable: true });

test.each([
  ['20.20.2', [], '', 'off'],
  ['22.23.3', [], '', 'off'],
  ['24.21.0', [], '', 'label'],
  ['26.10.0', [], '', 'label'],
  ['24.21.0', ['--no-async-context-frame'], '', 'off'],
  ['24.21.0', [], '--no-async-context-frame', 'off'],
  ['22.23.3', ['--experimental-async-context-frame'], '', 'label'],
] as const)('Node %s %j %s: %s', (node, flags, nodeOptions, policy) => {
  set('versions', { ...versions, node });
  set('execArgv', flags);
  process.env['NODE_OPTIONS'] = nodeOptions;
  expect(defaultFaultPolicy()).toBe(policy);
});

test.each(['bun', 'deno'])('%s: off', (runtime) => {
  set('versions', { ...versions, node: '24.3.0', [runtime]: '1.3.0' });
  expect(defaultFaultPolicy()).toBe('off');
});
