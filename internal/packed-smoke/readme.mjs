// The READMEs, as they are used by somebody who has nothing but the packages: the first program of the repository's is built
// and run, with a crash and a Ctrl-C, and has to print what the README says; the first example of each package's is checked.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { published, root } from '../../scripts/packages.mjs';

/** The first block of a page in one of the languages, and which that is. */
function firstBlock(page, ...languages) {
  const [, language, code] =
    new RegExp(`^\`\`\`(${languages.join('|')})\n([^]*?)^\`\`\``, 'm').exec(page) ?? [];
  if (code === undefined) throw new Error(`no block of ${languages.join(' or ')} in the README`);
  return { language, code };
}

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Writes the programs into the folder of the project that has the context they need. */
export function writePrograms(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.ts'), firstBlock(readme, 'ts').code);
  copyFileSync(join(root, 'examples/first-tree/src/fake-database.ts'), join(folder, 'fake-database.ts'));
  for (const { name, dir } of published()) {
    const { language, code } = firstBlock(readFileSync(join(dir, 'README.md'), 'utf8'), 'ts', 'js');
    writeFileSync(join(folder, `${name.replace('@coppice/', '')}.${language}`), code);
  }
}

/** Runs the program, and Ctrl-C when what has crashed is back. @returns what differs from the README, or nothing */
export async function runProgram(file) {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const overdue = setTimeout(() => child.kill('SIGKILL'), 30_000);
  let output = '';
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
  let isStopping = false;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    const isBack = (output.match(/child:started +shop\/outbox/g) ?? []).length === 2;
    if (isBack && !isStopping) isStopping = child.kill('SIGINT');
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(overdue);
  if (code !== 0) return `it ended with ${signal ?? code}, after:\n${output}${log}`;
  const expected = plain(firstBlock(readme, 'text').code);
  return plain(output) === expected ? undefined : `it printed:\n${plain(output)}\nand not:\n${expected}`;
}

/** Without the times, and without spaces at the end of lines. */
const plain = (text) =>
  text
    .replaceAll(/(?<=up )[\d.]+ m?s/g, '#')
    .replaceAll(/\d+ ms$/gm, '# ms')
    .replaceAll(/ +$/gm, '');
