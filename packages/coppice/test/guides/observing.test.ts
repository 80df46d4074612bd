/** The program of docs/guides/observing.md that subscribes to channels prints what the guide says. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const guide = readFileSync(join(__dirname, '../../../../docs/guides/observing.md'), 'utf8');
/** The last one; those before are of the core. */
const block = (language: string): string =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].at(-1)?.[1] ??
  `no block '${language}'`;

test('as it stands there', async () => {
  // Here, so that it finds the package by its name.
  const folder = mkdtempSync(join(__dirname, 'guide-'));
  try {
    const file = join(folder, 'main.mjs');
    writeFileSync(file, block('js'));
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    expect(stdout).toBe(block('text'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
