/** The workflows: they run what .ci/run runs, on the versions of Node that the packages are for, and may no more than they need. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { parse } from 'yaml';
import { ROOT, published, read } from './packages.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly steps?: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';
const files = readdirSync(join(ROOT, FOLDER));
const workflowOf = (file: string): Workflow => parse(read(FOLDER, file)) as Workflow;
const jobsOf = (file: string): Job[] => Object.values(workflowOf(file).jobs);
const stepsOf = (file: string): Step[] => jobsOf(file).flatMap(({ steps = [] }) => steps);

test('there is one for changes and one for releases', () => {
  expect(files.toSorted()).toEqual(['ci.yml', 'release.yml']);
});

describe('ci.yml', () => {
  const check = workflowOf('ci.yml').jobs['check']!;
  const nodes = check.strategy!.matrix.node.map(String);

  test('runs .ci/run', () => {
    expect(check.steps!.map(({ run }) => run)).toContain('bash .ci/run');
  });

  test('on the versions of Node that the page of attribution has', () => {
    const columns = [...read('docs/guides/attribution.md').matchAll(/\| Node (\d+)\.\d+\.\d+ (?=\|)/g)];
    expect(columns.length).toBeGreaterThan(0);
    expect(nodes).toEqual(columns.map(([, major]) => major));
  });

  test('the first of which is the oldest that the packages run on', () => {
    for (const { manifest } of published)
      expect(String(semver.minVersion(manifest.engines['node']!)?.major)).toBe(nodes[0]);
  });
});

describe('release.yml', () => {
  const { jobs } = workflowOf('release.yml');

  test('releases nothing that ci.yml has not passed', () => {
    expect(jobs['check']!.uses).toBe(`./${FOLDER}/ci.yml`);
    expect(workflowOf('ci.yml').on).toHaveProperty('workflow_call');
    expect(jobs['release']!.needs).toBe('check');
  });

  test('publishes by scripts/publish.mjs', () => {
    const { with: options } = jobs['release']!.steps!.find(({ uses }) =>
      uses?.startsWith('changesets/action@'),
    )!;
    expect(options).toMatchObject({
      publish: 'node scripts/publish.mjs',
      version: 'npm run version-packages',
    });
  });

  test('may no more than that takes', () => {
    expect(workflowOf('release.yml').permissions).toEqual({});
    expect(jobs['check']!.permissions).toEqual({ contents: 'read' });
    expect(jobs['release']!.permissions).toEqual({
      contents: 'write',
      'pull-requests': 'write',
      'id-token': 'write',
    });
  });
});

describe.each(files)('%s', (file) => {
  test('takes actions by their major version, of the few that are known', () => {
    const used = stepsOf(file).flatMap(({ uses }) => uses ?? []);
    for (const action of used)
      expect(action).toMatch(/^(actions\/checkout|actions\/setup-node|changesets\/action)@v\d+$/);
  });

  test('what it runs is there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = stepsOf(file).flatMap((step) => [
      step.run,
      ...(step.uses?.startsWith('changesets/') ? [step.with?.['publish'], step.with?.['version']] : []),
    ]);
    for (const command of commands.filter((each) => typeof each === 'string')) {
      const [program, ...args] = command.split(' ');
      if (program === 'npm') expect(scripts).toHaveProperty([args.at(-1)!]);
      else expect(existsSync(join(ROOT, args[0]!))).toBe(true);
    }
  });

  test('does not run the code of a stranger with rights of its own', () => {
    expect(Object.keys(workflowOf(file).on)).not.toContain('pull_request_target');
    expect(workflowOf(file).permissions).not.toHaveProperty('id-token');
  });
});
