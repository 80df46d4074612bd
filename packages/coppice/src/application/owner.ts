/** Who owns this process: one application at most, and none where the process belongs to a test runner. */
import { ApplicationError } from './errors.js';

/** On `process`, and known everywhere: two copies of this package (ESM and CommonJS) must see each other. */
const OWNER = Symbol.for('coppice.application');

type Owned = Record<symbol, string | undefined>;

/**
 * Takes the process for an application; the function that it returns gives it back.
 *
 * @throws ApplicationError `COPPICE_APP_SECOND`, `COPPICE_APP_IN_TEST`
 */
export function ownProcess(id: string): () => void {
  const runner = testRunner();
  if (runner !== undefined) throw new ApplicationError('COPPICE_APP_IN_TEST', { path: id, runner });
  const owned = process as unknown as Owned;
  const owner = owned[OWNER];
  if (owner !== undefined) throw new ApplicationError('COPPICE_APP_SECOND', { path: id, owner });
  Object.defineProperty(process, OWNER, { value: id, configurable: true, enumerable: false });
  return () => void delete owned[OWNER];
}

/**
 * The test runner whose code this is. Its environment variables alone do not tell: programs that a test
 * starts inherit them, and may well run.
 */
function testRunner(): string | undefined {
  const { JEST_WORKER_ID, VITEST, NODE_TEST_CONTEXT } = process.env;
  const isJest = (symbol: symbol): boolean => symbol.description?.includes('jest') === true;
  if (JEST_WORKER_ID !== undefined && Object.getOwnPropertySymbols(globalThis).some(isJest)) return 'Jest';
  if (VITEST !== undefined && '__vitest_worker__' in globalThis) return 'Vitest';
  const isNodeTest = NODE_TEST_CONTEXT !== undefined || process.execArgv.includes('--test');
  return isNodeTest && hasLoadedNodeTest() ? 'node:test' : undefined;
}

/** There is no API that tells; the list of what is loaded has been there for ever. */
function hasLoadedNodeTest(): boolean {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
  return moduleLoadList.includes('NativeModule internal/test_runner/harness');
}
