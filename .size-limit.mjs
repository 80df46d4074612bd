// How large the packages may be in somebody's bundle: minified and compressed by brotli. Packages beside core without core, which
// all share, and without what users bring. Limits are a little above what was measured: `npm run -s size`, docs/sizes.md.
const modifyEsbuildConfig = (config) => ({ ...config, platform: 'node', format: 'esm' });

const of = (name, file, imported, limit, ignore = []) => ({
  name,
  path: `packages/${file}`,
  ...(imported && { import: imported }),
  limit,
  ignore,
  modifyEsbuildConfig,
});

const CORE = 'core/dist/esm/index.js';
const COPPICE = 'coppice/dist/esm/index.js';
const beside = (...peers) => ['@coppice/core', ...peers];

export default [
  of('@coppice/core: `supervisor`, `task`', CORE, '{ supervisor, task }', '52 kB'),
  of('@coppice/core: all of it', CORE, '*', '63 kB'),
  of(
    'coppice: `application`, `service`, `task`, with core',
    COPPICE,
    '{ application, service, task }',
    '68 kB',
  ),
  of('coppice: all of it, with core', COPPICE, '*', '90 kB', ['execa']),
  of('coppice: all of it, with core and execa', COPPICE, '*', '126 kB'),
  of('@coppice/pino', 'pino/dist/esm/index.js', '*', '6 kB', beside('pino')),
  of('@coppice/pino/pretty', 'pino/dist/esm/pretty.js', '*', '2 kB', beside('pino', 'pino-pretty')),
  of('@coppice/otel', 'otel/dist/esm/index.js', '*', '2.2 kB', beside('@opentelemetry/api')),
  of('@coppice/prometheus', 'prometheus/dist/esm/index.js', '*', '1.3 kB', beside('prom-client')),
  of('@coppice/testing', 'testing/dist/esm/index.js', '*', '12.5 kB', beside()),
];
