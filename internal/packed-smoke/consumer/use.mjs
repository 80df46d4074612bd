import assert from 'node:assert/strict';
import * as core from '@coppice/core';
import * as coppice from 'coppice';
import * as pino from '@coppice/pino';
import * as testing from '@coppice/testing';
import { useTesting } from './use-testing.js';
import { use } from './use.js';

await useTesting(testing);
await use(core);
await use(coppice);
assert.notDeepEqual(Object.keys(pino), [], '@coppice/pino exports nothing');
