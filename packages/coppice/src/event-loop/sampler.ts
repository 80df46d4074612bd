/**
 * What the main thread is at, seen by the thread that watches: the debugger stops it for some milliseconds, asks
 * for its stack and for whose code it is, and lets it go again. Attached for that time only; while it is, and if
 * this thread should end in between, the main thread is let go by Node.
 *
 * Part of `watcher.ts`, in whose text it stands.
 */

export const SAMPLER = `
  const MAX_FRAMES = 30;
  // JavaScript answers sooner. What answers later came back from something else.
  const LATE_MS = 100;

  // Calls done once, unless what it returns was called before. isSame: is it still the block that is meant?
  const sampleStack = (owner, isSame, done) => {
    let session;
    let isOver = false;
    const close = () => {
      if (isOver) return;
      isOver = true;
      try {
        // Where it was stopped after all, meanwhile, or is not stopped any more, this is no harm.
        session.post('Debugger.resume');
        session.disconnect();
      } catch {}
    };
    const urls = new Map();
    const askedAt = performance.now();
    let sample = 'exact';
    const onAnswer = () => {
      if (performance.now() - askedAt > LATE_MS) sample = 'late';
    };
    const onPaused = ({ params }) => {
      const isMeant = isSame(); // and not what came after it
      // In the context of whoever was stopped.
      const question = { expression: owner, returnByValue: true, silent: true, disableBreaks: true };
      session.post('Runtime.evaluate', question, (_error, answer) => {
        if (isOver) return;
        close();
        if (isMeant) done({ sample, ...answer?.result?.value, ...framesOf(params.callFrames, urls) });
      });
    };
    try {
      const { Session } = process.getBuiltinModule('node:inspector');
      session = new Session();
      session.connectToMainThread();
      session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
      session.once('Debugger.paused', onPaused);
      session.post('Runtime.getIsolateId', onAnswer); // any question would do
      session.post('Debugger.enable');
      session.post('Debugger.pause');
    } catch {
      close();
      done({ sample: 'unavailable' });
    }
    return close;
  };

  const framesOf = (frames, urls) => {
    const { fileURLToPath } = process.getBuiltinModule('node:url');
    const shown = frames.map(({ functionName, location }) => {
      const url = urls.get(location.scriptId) || '<anonymous>';
      const file = url.startsWith('file:') ? fileURLToPath(url) : url;
      const place = file + ':' + (location.lineNumber + 1) + ':' + (location.columnNumber + 1);
      return { isOwn: !url.startsWith('node:'), text: functionName ? functionName + ' (' + place + ')' : place };
    });
    const at = (shown.find(({ isOwn }) => isOwn) ?? shown[0])?.text;
    return { at, stack: shown.slice(0, MAX_FRAMES).map(({ text }) => '    at ' + text).join('\\n') };
  };
`;
