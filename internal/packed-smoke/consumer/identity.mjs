// Whoever imports and whoever requires must get the very same classes and functions; otherwise `instanceof` fails
// between them, and there are two of whatever there should be one of.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
for (const name of [
  '@coppice/core',
  'coppice',
  '@coppice/pino',
  '@coppice/testing',
  '@coppice/otel',
  '@coppice/prometheus',
]) {
  const imported = await import(name);
  const required = require(name);
  const names = Object.keys(imported);
  assert.notDeepEqual(names, [], `${name} exports nothing`);
  for (const key of names) assert.equal(imported[key], required[key], `${name}: ${key} exists twice`);
}

const core = await import('@coppice/core');
const coppice = require('coppice');
for (const key of Object.keys(core))
  assert.equal(coppice[key], core[key], `coppice has another ${key} than @coppice/core`);
