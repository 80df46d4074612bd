/**
 * The process in which one mutant is alive, or none: runs the test files that it is given with Jest's own runner of tests,
 * one after the other, and tells what came of each. It ends with the first that fails. Nothing is faked and nothing
 * compiled here, so a file takes as long as its tests do.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'expect';
import {
  addEventHandler,
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
import type { Told } from './court.js';
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
console.log = console.warn = console.error = () => {};

for (const file of files) {
  delete switches.mutantCoverage;
  delete switches.currentTestId;
  const before = performance.now();
  const failure = file === SIMULATION ? await simulate(load, seed) : await judge(file);
  tell({
    file,
    ms: performance.now() - before,
    ...(failure !== undefined && { failure }),
    ...(mutant === undefined && { covers: covered() }),
  });
  if (failure !== undefined) break;
}
process.disconnect();
// What a mutant left running must not keep it alive.
process.exit();

async function judge(file: string): Promise<string | undefined> {
  resetState();
  setState({ ...getState(), testTimeout: TEST_TIMEOUT_MS });
  try {
    load(`./${file.replace(/ts$/, 'js')}`);
  } catch (error) {
    return `does not load: ${String(error)}`;
  }
  afterEach(() => mocker.restoreAllMocks());
  addEventHandler(({ name }) => {
    if (name === 'test_start') switches.currentTestId = 'a test';
  });
  const { testResults, unhandledErrors } = await run();
  const failed = testResults.find(({ errors }) => errors.length > 0);
  return failed ? failed.testPath.slice(1).join(' ') : unhandledErrors[0];
}

/** The mutants that were come by, in what loaded and in what ran. */
function covered(): string[] {
  const { mutantCoverage } = switches;
  const counted = [mutantCoverage?.static, ...Object.values(mutantCoverage?.perTest ?? {})];
  return [...new Set(counted.flatMap((each) => Object.keys(each ?? {})))];
}

function tell(told: Told): void {
  process.send!(told);
}
