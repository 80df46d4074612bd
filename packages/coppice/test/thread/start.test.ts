/** Threads that do not come up: a clear error, and nothing left behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Service, type ThreadHandle, thread } from 'coppice';
import { acting, cleanUpAfterEach, fixture, prepare, rejection, story, threadsAlive } from './support.js';

cleanUpAfterEach();

/** The error that the start of the thread gave to its supervisor. */
async function startErrorOf(spec: Service<ThreadHandle>) {
  const { tree, events } = prepare(spec);
  const { code, cause } = await rejection(tree.start());
  expect(code).toBe('COPPICE_START_FAILED');
  expect(story(events)).toEqual(['child:starting', 'child:start-failed']);
  expect(threadsAlive()).toBe(0);
  return cause as Error & Record<string, unknown>;
}

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'coppice-thread-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test('a file that does not exist', async () => {
  const file = fixture('act.js');
  const error = await startErrorOf(thread({ id: 'worker', file }));
  expect(error).toMatchObject({
    name: 'ThreadError',
    code: 'COPPICE_THREAD_FILE_NOT_FOUND',
    path: 'app/worker',
  });
  expect(error.message).toBe(
    `the file of the thread 'app/worker' does not exist: ${file}; but there is ${fixture('act.mjs')}`,
  );
});

test('a folder is no file', async () => {
  expect(await startErrorOf(thread({ id: 'worker', file: pathToFileURL(folder) }))).toMatchObject({
    code: 'COPPICE_THREAD_FILE_NOT_FOUND',
  });
});

test('a file that vanished is looked for again at each start', async () => {
  const file = written('vanishing.mjs', 'setInterval(() => {}, 1_000);');
  const { tree } = prepare(thread({ id: 'worker', file }));
  await tree.start();
  await tree.terminateChild('worker');
  rmSync(file);
  expect(await rejection(tree.restartChild('worker'))).toMatchObject({
    code: 'COPPICE_START_FAILED',
    cause: { code: 'COPPICE_THREAD_FILE_NOT_FOUND' },
  });
});

test.each([
  ['an ES module with a syntax error', 'broken.mjs', 'export const x = ;', 'SyntaxError'],
  ['a CommonJS module with a syntax error', 'broken.cjs', 'const x = ;', 'SyntaxError'],
])('%s', async (_what, name, text, causeName) => {
  const file = written(name, text);
  const error = await startErrorOf(thread({ id: 'worker', file }));
  expect(error).toMatchObject({ code: 'COPPICE_THREAD_NOT_LOADED', cause: { name: causeName } });
  expect(error.message).toContain(`node --check ${file}`);
});

test('a file that imports what is not there', async () => {
  const file = written('imports.mjs', `import 'a-package-that-does-not-exist';`);
  const error = await startErrorOf(thread({ id: 'worker', file }));
  expect(error).toMatchObject({ code: 'COPPICE_THREAD_NOT_LOADED', cause: { code: 'ERR_MODULE_NOT_FOUND' } });
  expect(error.message).toContain(`'a-package-that-does-not-exist'`);
});

test('a file that Node cannot import', async () => {
  const error = await startErrorOf(thread({ id: 'worker', file: written('data.xyz', '{}') }));
  expect(error).toMatchObject({ cause: { code: 'ERR_UNKNOWN_FILE_EXTENSION' } });
  expect(error.message).toMatch(/; Node cannot import such a file by itself: is it the built one\?$/);
});

test('a file in TypeScript: what loads it on every version of Node', async () => {
  // No version of Node runs an enum as it stands.
  const file = written('hasher.mts', 'enum Size { small }\nconsole.log(Size.small);');
  const options = { id: 'worker', file };
  const error = await startErrorOf(thread(options));
  expect(error['code']).toBe('COPPICE_THREAD_NOT_LOADED');
  expect(error.message).toMatch(
    /; name the built file, or a \.mjs beside it .* await tsImport\('\.\/hasher\.mts', import\.meta\.url\)$/,
  );
});

test('a file that was to load TypeScript, and does not: no advice to write it', async () => {
  written('work.mts', 'enum Size { small }');
  const error = await startErrorOf(
    thread({ id: 'worker', file: written('boot.mjs', `import './work.mts';`) }),
  );
  expect(error['code']).toBe('COPPICE_THREAD_NOT_LOADED');
  expect(error.message).not.toContain('tsImport');
});

test('a file that throws while it is loaded', async () => {
  expect(await startErrorOf(thread({ id: 'worker', file: fixture('throws.mjs') }))).toMatchObject({
    code: 'COPPICE_THREAD_NOT_LOADED',
    cause: { name: 'TypeError', message: 'at the top level', code: 'E_TOP', cause: { message: 'beneath' } },
  });
});

test('a file that exits while it is loaded', async () => {
  const error = await startErrorOf(thread({ id: 'worker', file: written('exits.mjs', 'process.exit(4);') }));
  expect(error).toMatchObject({ code: 'COPPICE_THREAD_EXITED', exitCode: 4 });
  expect(error.message).toContain('before it was ready');
});

test.each([
  ['throws', { before: 'throw' }, { code: 'E_NO_MODEL' }],
  ['calls fail', { before: 'fail' }, { code: 'E_FIRST' }],
  ['exits', { before: 'exit', code: 5 }, { code: 'COPPICE_THREAD_EXITED', exitCode: 5 }],
  ['exits in peace', { before: 'exit', code: 0 }, { code: 'COPPICE_THREAD_EXITED', exitCode: 0 }],
  ['returns', { before: 'return' }, { code: 'COPPICE_THREAD_EXITED', exitCode: 0 }],
])('a thread that %s before it says that it is ready', async (_what, data, error) => {
  expect(await startErrorOf(thread({ id: 'worker', file: fixture('manual.mjs'), data }))).toMatchObject(
    error,
  );
});

test('not enough memory even to load it', async () => {
  const file = written(
    'heavy.mjs',
    'const hoard = []; for (;;) hoard.push(Array.from({ length: 1_000 }, () => ({})));',
  );
  const spec = thread({ id: 'worker', file, resourceLimits: { maxOldGenerationSizeMb: 16 } });
  expect(await startErrorOf(spec)).toMatchObject({ cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } });
});

test('data that can no longer be copied when it starts', async () => {
  const data: Record<string, unknown> = {};
  const spec = acting('echo', { data: { inner: data } });
  data['late'] = () => 1;
  expect(await startErrorOf(spec)).toMatchObject({
    code: 'COPPICE_THREAD_DATA_NOT_CLONEABLE',
    message: expect.stringContaining('data.inner.late is a function'),
    cause: { name: 'DataCloneError' },
  });
});

test('options of Node that a thread cannot have', async () => {
  expect(await startErrorOf(acting('echo', { execArgv: ['--title=x'] }))).toMatchObject({
    code: 'COPPICE_INVALID_OPTION',
    message: expect.stringContaining('execArgv'),
    cause: { code: 'ERR_WORKER_INVALID_EXEC_ARGV' },
  });
});
