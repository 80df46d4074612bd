/** Pages that are written by a script say what the code says. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_NAMES } from '@coppice/core';

const ROOT = join(__dirname, '../../..');

test('docs/events.md is up to date, and has a row for each event', () => {
  const page = readFileSync(join(ROOT, 'docs/events.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+:[a-z-]+)` \|/gm)].map(([, name]) => name!);
  expect(rows.toSorted((a, b) => a.localeCompare(b))).toEqual(
    [...EVENT_NAMES].toSorted((a, b) => a.localeCompare(b)),
  );
  const { stderr, status } = spawnSync(process.execPath, ['scripts/events.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
