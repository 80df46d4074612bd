/** Where pages of the repository are on the site, and where their links lead. */
import { join } from 'node:path';
import { Places } from './places.js';

const places = new Places(join(__dirname, '../../..'));

test.each([
  ['README.md', 'index.md'],
  ['docs/guides/README.md', 'guides/index.md'],
  ['docs/guides/threads.md', 'guides/threads.md'],
  ['docs/errors.md', 'errors.md'],
  ['packages/pino/README.md', 'packages/pino.md'],
])('%s is %s', (path, place) => {
  expect(places.rewrites[path]).toBe(place);
  expect([places.sourceOf(path), places.sourceOf(place)]).toEqual([path, path]);
});

test('no two pages are in one place', () => {
  const all = Object.values(places.rewrites);
  expect(new Set(all).size).toBe(all.length);
});

test.each([
  ['docs/guides/threads.md', '../errors.md#warnings', { page: '/errors.md#warnings' }],
  ['docs/guides/metrics.md', '../../packages/otel', { page: '/packages/otel.md' }],
  ['docs/guides/metrics.md', '../../examples/host-agent/', { page: '/examples/host-agent.md' }],
  ['packages/pino/README.md', '../../docs/guides/logging.md', { page: '/guides/logging.md' }],
  ['README.md', 'docs/decisions', { file: 'docs/decisions' }],
  ['docs/architecture.md', '../packages/core/src/model/step.ts', { file: 'packages/core/src/model/step.ts' }],
])('in %s %s leads to %j', (source, link, target) => {
  expect(places.target(source, link)).toEqual(target);
});
