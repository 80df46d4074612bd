/** The last judge of a mutant: random trees in the model and in the engine, as `npm run -s simulate` plays them. */

export const SIMULATION = 'simulation';
/** Two or three seconds of each. */
const SCRIPTS = { model: 2_000, engine: 150 };
const FOLDER = './packages/core/test/simulation';
const FILES = ['model/script', 'model/trial', 'engine/plan', 'engine/trial', '../../src/engine/random'];

type Trial = { readonly error?: unknown };
/** What is used of that folder, whose compiled copy is loaded. */
interface Parts {
  readonly seededRandom: (seed: number) => () => number;
  readonly randomScript: (random: () => number) => unknown;
  readonly tryModel: (script: unknown) => Trial;
  readonly engineScriptsOf: (seed: number) => Iterator<unknown, never>;
  readonly tryEngine: (script: unknown) => Promise<Trial>;
}

/** The first rule that is broken; undefined if none is. What fails is not shrunk: that it fails is enough here. */
export async function simulate(load: (path: string) => unknown, seed: number): Promise<string | undefined> {
  const parts = Object.assign({}, ...FILES.map((name) => load(`${FOLDER}/${name}.js`))) as Parts;
  const random = parts.seededRandom(seed);
  for (let n = 0; n < SCRIPTS.model; n++) {
    const { error } = parts.tryModel(parts.randomScript(random));
    if (error !== undefined) return `model: ${textOf(error)}`;
  }
  const scripts = parts.engineScriptsOf(seed);
  for (let n = 0; n < SCRIPTS.engine; n++) {
    const { error } = await parts.tryEngine(scripts.next().value);
    if (error !== undefined) return `engine: ${textOf(error)}`;
  }
  return undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'something else is thrown';
}
