// Who may import whom (the picture is in docs/architecture.md). Arrows go down only.

const TEST = '\\.test(-d)?\\.ts$';
const CORE_MODEL = '^packages/core/src/model/';
const CORE_SPEC = '^packages/core/src/spec/';
const CORE_ENGINE = '^packages/core/src/engine/';
/** What handles and contexts offer besides: task supervisors, partitions, what was and what is; not above the engine. */
const CORE_TASKS = '^packages/core/src/(tasks|partition|recorder|explain)/';
/** Packages that stand beside each other: they see events and snapshots, never one another. */
const ROW = '^packages/(pino|otel|prometheus|observer|testing|cluster)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: "Cycles that exist at run time; two files may name each other's types.",
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment:
        'An import that is found nowhere: a typing error, or a package that was not installed or built.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'model-imports-model-only',
      severity: 'error',
      from: { path: CORE_MODEL, pathNot: TEST },
      to: { pathNot: CORE_MODEL },
    },
    {
      name: 'spec-imports-spec-and-model-only',
      severity: 'error',
      from: { path: CORE_SPEC, pathNot: TEST },
      to: { pathNot: [CORE_SPEC, CORE_MODEL] },
    },
    {
      name: 'engine-imports-below-it-and-eventemitter3-only',
      severity: 'error',
      from: { path: CORE_ENGINE, pathNot: TEST },
      to: { pathNot: [CORE_ENGINE, CORE_TASKS, CORE_SPEC, CORE_MODEL, '/node_modules/eventemitter3/'] },
    },
    {
      name: 'drawings-see-snapshots-only',
      severity: 'error',
      from: { path: '^packages/core/src/draw/', pathNot: TEST },
      to: { path: CORE_ENGINE, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-imports-core-only',
      comment: 'Also what lies directly in core/src. Its one dependency belongs to the engine.',
      severity: 'error',
      from: { path: '^packages/core/src/[^/]+$', pathNot: TEST },
      to: { pathNot: '^packages/core/src/' },
    },
    {
      name: 'core-knows-no-node',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-is-the-bottom',
      comment: 'Its tests neither: what they need of another package belongs into that package.',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: '^packages/', pathNot: '^packages/core/' },
    },
    {
      name: 'row-imports-core-only',
      comment:
        'Packages of one row never import each other, nor the coppice package above them. Their fuzzing has the hostile ' +
        "values of core's.",
      severity: 'error',
      from: { path: ROW, pathNot: '^packages/[^/]+/test/fuzz/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/core/src/(index|kit)\\.ts$'] },
    },
    {
      name: 'coppice-imports-core-only',
      comment: "Its fuzzing has the hostile values of core's, which are no part of any package.",
      severity: 'error',
      from: { path: '^packages/coppice/', pathNot: '^packages/coppice/test/fuzz/' },
      to: { path: '^packages/', pathNot: ['^packages/coppice/', '^packages/core/src/(index|kit)\\.ts$'] },
    },
    {
      name: 'packages-through-their-front-door',
      comment:
        'From elsewhere a package is what its index exports (or a named entry beside it). Whoever tests a scrape ' +
        "reads it with the strict parser of prometheus's tests.",
      severity: 'error',
      from: { path: '^(examples|internal)/', pathNot: '^internal/simulate/' },
      to: {
        path: '^packages/',
        pathNot: ['^packages/[^/]+/src/[^/]+\\.ts$', '^packages/prometheus/test/parse\\.ts$'],
      },
    },
    {
      name: 'packages-never-import-upwards',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(examples|internal|scripts)/' },
    },
    {
      name: 'source-never-imports-tests',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: TEST },
      to: { path: [TEST, '^packages/[^/]+/test/'] },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: TEST },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // A peer is a devDependency as well, for the package's own tests.
        dependencyTypesNot: ['npm', 'npm-peer', 'type-only'],
      },
    },
  ],
  options: {
    exclude: { path: ['^(packages|examples|internal)/[^/]+/dist/', '^internal/packed-smoke/consumer/'] },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    // Its `paths` lead to the sources of the other workspaces.
    tsConfig: { fileName: 'tsconfig.jest.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
