// @coppice/testing
import assert from 'node:assert/strict';
import { crashes, onRun, scripted, testTree } from '@coppice/testing';

const test = await testTree([scripted('db', onRun(1, crashes('lost', { afterMs: 60_000 })))]);
await test.runUntilIdle();
test.events.expectOrder('db crashed', 'db restarting', 'db#2 started');
assert.equal(test.now, 60_000);
await test[Symbol.asyncDispose]();
console.log('held');
