/**
 * The process in which one mutant is alive, or none: runs the test files that it is given with Jest's own runner of tests,
 * one after the other, and tells what came of each. It ends with the first that fails. Nothing is faked and nothing
 * compiled here, so a file takes as long as its tests do.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'expect';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  getState,
  it,
  resetState,
  run,
  setState,
  test,
} from 'jest-circus';
import { ModuleMocker } from 'jest-mock';
import { LOADING, type Told } from './court.js';
import { COPY } from './place.js';
import { SIMULATION, simulate } from './simulation.js';

/** What Stryker's switches keep in the process. */
interface Switches {
  activeMutant?: string;
  currentTestId?: string;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

/** Generous: machines are busy. A test whose promise never settles costs as much. */
const TEST_TIMEOUT_MS = 60_000;

const ENTRIES = ['packages/core/src/index.ts', 'packages/core/src/kit.ts'];

const load = createRequire(join(COPY, 'package.json'));
const { mutant, files, seed } = JSON.parse(process.argv[2]!) as {
  mutant?: string;
  files: readonly string[];
  seed: number;
};
const switches: Switches = mutant === undefined ? {} : { activeMutant: mutant };
const mocker = new ModuleMocker(globalThis);
Object.assign(globalThis, {
  __stryker__: switches,
  expect,
  jest: { fn: mocker.fn.bind(mocker), spyOn: mocker.spyOn.bind(mocker) },
  describe,
  it,
  test,
  beforeAll,
  beforeEach,
  afterAll,
  afterEach,
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit());
console.log = console.warn = console.error = () => {};

for (const file of files) {
  // What is done while core is loaded is counted as of no test.
  if (file !== LOADING) switches.currentTestId = file;
  const before = performance.now();
  const failure = await judge(file);
  const ms = performance.now() - before;
  tell({
    file,
    ms,
    ...(failure !== undefined && { failure }),
    ...(mutant === undefined && { covers: covered(file) }),
  });
  if (failure !== undefined && mutant !== undefined) break;
}
// What a mutant left running must not keep it alive, nor what it told get lost.
process.disconnect();

/** The first test that fails. */
async function judge(file: string): Promise<string | undefined> {
  if (file === SIMULATION) return simulate(load, seed);
  resetState();
  setState({ ...getState(), testTimeout: TEST_TIMEOUT_MS });
  try {
    for (const name of file === LOADING ? ENTRIES : [file]) load(`./${name.replace(/ts$/, 'js')}`);
  } catch (error) {
    return `does not load: ${String(error)}`;
  }
  if (file === LOADING) return undefined;
  afterEach(() => mocker.restoreAllMocks());
  const { testResults, unhandledErrors } = await run();
  const failed = testResults.find(({ errors }) => errors.length > 0);
  return failed ? failed.testPath.slice(1).join(' ') : unhandledErrors[0];
}

/** The mutants that were come by. */
function covered(file: string): string[] {
  const { mutantCoverage: of } = switches;
  return Object.keys((file === LOADING ? of?.static : of?.perTest[file]) ?? {});
}

function tell(told: Told): void {
  process.send!(told);
}
