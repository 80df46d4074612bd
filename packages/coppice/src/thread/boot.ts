/**
 * The first code that runs in a thread. It prepares what `runThread` will look for, then loads the user's
 * file as if it were the worker's own (`workerData`, `process.argv`), and says when it has been evaluated:
 * by that, a file that cannot be loaded is told from one that runs and crashes later. For a file without
 * `runThread` it also says that the thread is alive, as long as its event loop turns.
 *
 * It is a string, not a file, so that it works from CommonJS, ES modules and bundles alike, none of which
 * know where a file beside them would be. It has to run as either kind of module itself.
 */

/** Where the start code leaves the link to the parent. Registered, so that two copies of Coppice agree on it. */
export const LINK = Symbol.for('coppice.thread.link');

export const BOOT = `{
  const threads = process.getBuiltinModule('node:worker_threads');
  const { href, file, data, port, about, beatMs } = threads.workerData;
  threads.workerData = data;
  process.getBuiltinModule('node:module').syncBuiltinESMExports();
  process.argv[1] = file;
  globalThis[Symbol.for('coppice.thread.link')] = { port, about, data, beatMs };
  import(href).then(
    () => {
      port.postMessage({ type: 'loaded' });
      if (beatMs === undefined) return;
      const beat = setInterval(() => {
        if (globalThis[Symbol.for('coppice.thread.link')] === 'taken') clearInterval(beat);
        else port.postMessage({ type: 'beat' });
      }, beatMs).unref();
    },
    (error) => process.nextTick(() => { throw error; }),
  );
}`;
