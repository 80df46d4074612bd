// node internal/runtimes/try.mjs [RUNTIME [ARGUMENT...]]: runs each of the probes by itself, on this version of Node or on another
// runtime, like `bun`, or `deno run -A`, and says which of them hold. Exit status 1 if one does not.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('probes', import.meta.url));
const [command = process.execPath, ...args] = process.argv.slice(2);
/** Whoever comes to its end says so: a runtime may end in the middle, and with exit code 0. These do not, with this exit code. */
const EXITS = { 'gives-up.mjs': 1, 'stray-ends.mjs': 1 };

for (const probe of readdirSync(folder).toSorted()) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, [...args, join(folder, probe)], {
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const isHeld = stdout.endsWith('held\n');
  const isGood = status === (EXITS[probe] ?? 0) && isHeld === !(probe in EXITS);
  console.log(
    `${probe.replace('.mjs', '')}: ${isGood ? 'ok' : `NO (${signal ?? status ?? error?.message})`}`,
  );
  if (isGood) continue;
  process.exitCode = 1;
  console.log(`${stdout}${stderr}`.replaceAll(/^(?=.)/gm, '    '));
}
