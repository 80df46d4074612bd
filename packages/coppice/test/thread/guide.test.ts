/** The example of docs/guides/threads.md does what the guide says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const GUIDE = join(__dirname, '../../../../docs/guides/threads.md');

/** Without its types. */
const plain = (code: string): string =>
  ts.transpile(code, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext });

test('two files, as they stand there', async () => {
  const [main, primes] = Array.from(
    readFileSync(GUIDE, 'utf8').matchAll(/```ts\n(.*?)```/gs),
    ([, code]) => code!,
  );
  // Here, so that they find the package by its name.
  const folder = mkdtempSync(join(__dirname, 'guide-'));
  try {
    writeFileSync(join(folder, 'main.js'), plain(main!));
    writeFileSync(join(folder, 'primes.js'), plain(primes!));
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.js')]);
    expect(stdout).toContain('168 primes below 1000\n');
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      'child:stopped app/primes',
      'supervisor:stopped app',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
