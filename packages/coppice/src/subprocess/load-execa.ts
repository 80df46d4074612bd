/**
 * Loads execa when the first process is started. It is an ES module only: `import` and, on every Node that
 * we run on, `require` can load it, but the `require` of jest cannot. There, Node's own loader does it, from the
 * place of this file.
 */
import vm from 'node:vm';
import type * as ExecaModule from 'execa';

export type Execa = (typeof ExecaModule)['execa'];

let loaded: Promise<Execa> | undefined;

/** Tried anew after a failure, which may be of the moment (no file descriptors left). */
export function loadExeca(): Promise<Execa> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Execa> {
  try {
    return (await import('execa')).execa;
  } catch (error) {
    // `__filename` is there in CommonJS only, which is what jest runs.
    if (typeof __filename === 'undefined') throw error;
    return (await importFrom(__filename, error)).execa;
  }
}

/** `import('execa')` as Node resolves it in that file, past the loader of whoever runs this code. */
function importFrom(filename: string, error: unknown): Promise<typeof ExecaModule> {
  const { constants } = vm as { constants?: { USE_MAIN_CONTEXT_DEFAULT_LOADER?: unknown } };
  const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (importModuleDynamically === undefined) throw error;
  const compile = vm.compileFunction as unknown as (
    code: string,
    params: string[],
    options: object,
  ) => () => unknown;
  return compile(`return import('execa')`, [], { filename, importModuleDynamically })() as Promise<
    typeof ExecaModule
  >;
}
