/** What the README shows first is this example, and what it says that this prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const readme = readFileSync(join(__dirname, '..', '..', '..', 'README.md'), 'utf8');
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)?.[1] ?? `no block '${language}' in the README`;

/** Without the times, and without spaces at the end of lines. */
const plain = (text: string): string =>
  text
    .replaceAll(/(?<=up )[\d.]+ m?s/g, '#')
    .replaceAll(/\d+ ms$/gm, '# ms')
    .replaceAll(/ +$/gm, '');

test('the first code of the README is main.ts', () => {
  expect(block('ts')).toBe(readFileSync(join(__dirname, 'main.ts'), 'utf8'));
});

test('the output in the README is what it prints', async () => {
  const child = spawn(process.execPath, [join(__dirname, '..', 'dist', 'main.js')]);
  let output = '';
  let isStopping = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const isBack = (output.match(/child:started +shop\/outbox/g) ?? []).length === 2;
    if (isBack && !isStopping) isStopping = child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  expect(plain(output)).toBe(plain(block('text')));
});
