// A process does not outlive an application that is killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const runtime = globalThis.Deno ? ['run', '-A'] : [];
const file = fileURLToPath(new URL('../fixtures/parent.mjs', import.meta.url));
const parent = spawn(process.execPath, [...runtime, file], { stdio: ['ignore', 'pipe', 'inherit'] });
const [text] = await once(parent.stdout, 'data');
const pid = Number(text);
assert.ok(isAlive(pid));
parent.kill('SIGKILL');
const until = Date.now() + 5_000;
while (isAlive(pid) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
assert.ok(!isAlive(pid));
console.log('held');

function isAlive(id) {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
