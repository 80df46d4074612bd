const assert = require('node:assert/strict');
const { use } = require('./use.js');
const { useTesting } = require('./use-testing.js');

const pino = require('@coppice/pino');
assert.notDeepEqual(Object.keys(pino), [], '@coppice/pino exports nothing');

use(require('@coppice/core'))
  .then(() => use(require('coppice')))
  .then(() => useTesting(require('@coppice/testing')));
