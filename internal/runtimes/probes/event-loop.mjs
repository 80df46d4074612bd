// It is seen that the event loop was blocked.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchEventLoop } from 'coppice';

const blocks = [];
const watch = watchEventLoop({ blockedAfterMs: 200, onRecovered: (block) => blocks.push(block) });
await sleep(500);
const end = Date.now() + 500;
while (Date.now() < end);
await sleep(300);
watch.stop();
assert.ok(blocks.length > 0);
console.log('held');
