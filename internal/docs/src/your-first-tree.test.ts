/** The programs of docs/guides/your-first-tree.md print what it says: those that end with an exit code, or on Ctrl-C. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePage } from './pages.js';

const PATH = 'docs/guides/your-first-tree.md';
const ROOT = join(__dirname, '../../..');
const { blocks } = parsePage(PATH, readFileSync(join(ROOT, PATH), 'utf8'));
const codeOf = (language: string): string[] =>
  blocks.filter((block) => block.language === language).map(({ code }) => code);
const [crashing, shop, limits] = codeOf('ts');
const [database] = codeOf('js');
const [crashed, cameBack, explained] = codeOf('text');

/** Without what differs from run to run: how long it took, and where files are. */
const plain = (text = ''): string => text.replaceAll(/^ +at .*\n/gm, '').replaceAll(/\b\d+ ms$/gm, '# ms');

let folder: string;
beforeAll(() => {
  const built = join(ROOT, 'internal/docs/dist'); // from here packages are found by their names
  mkdirSync(built, { recursive: true });
  folder = mkdtempSync(join(built, 'first-tree-'));
  writeFileSync(join(folder, 'database.js'), database!);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What it prints on either stream, and its exit code; it is sent SIGINT when that is `isEnough`. */
async function run(code: string, isEnough = (_output: string): boolean => false) {
  const file = join(folder, 'main.js');
  writeFileSync(file, code);
  const child = spawn('/bin/sh', ['-c', `exec "${process.execPath}" "${file}" 2>&1`]);
  let output = '';
  let isAsked = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (!isAsked && isEnough(output)) isAsked = child.kill('SIGINT');
  });
  const [exitCode] = (await once(child, 'close')) as [number];
  return { output, exitCode };
}

test('a task that crashes, and the end of it', async () => {
  const { output, exitCode } = await run(crashing!);
  expect(plain(output)).toBe(plain(crashed));
  expect(exitCode).toBe(1);
});

test('a database that breaks, and those that come back with it', async () => {
  const anyPort = shop!.replace('port: 3000', 'port: 0');
  const { output, exitCode } = await run(anyPort, (so) => so.match(/EUR is/g)?.length === 2);
  expect(plain(output)).toBe(plain(cameBack));
  expect(exitCode).toBe(0);
});

test('what its limits mean', async () => {
  expect((await run(limits!)).output).toBe(explained);
});
