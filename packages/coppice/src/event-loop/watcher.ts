/**
 * The code of the thread that watches. A string, not a file, as in `thread/boot.ts`: found from CommonJS, ES
 * modules and bundles alike.
 *
 * It counts in its own ticks and not by the clock: of a gap between two ticks no more than two ticks count. So
 * a time in which nothing of the process ran (a laptop that slept, SIGSTOP, a machine that is out of breath)
 * is no block of the thread that it watches.
 */
import { SAMPLER } from './sampler.js';

export const WATCHER = `{
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const { writeSync } = process.getBuiltinModule('node:fs');
  const { name, beats, beatMs, blockedAfterMs, killAfterMs, canLookInside, owner } = workerData;
  ${SAMPLER}

  // So long a line waits for the stack. Longer, and no JavaScript is running that could be looked at.
  const SAMPLE_MS = 500;

  const beat = () => Atomics.load(beats, 0);
  const isDebugged = () => Atomics.load(beats, 1) === 1;

  let seen = beat();
  let lastTick = performance.now();
  let ageMs = 0; // of the last beat
  let lostMs = 0; // what was not counted
  let block; // the one that goes on: { found, cancel, sinceMs, told }

  const ticks = setInterval(() => {
    const now = performance.now();
    const gapMs = now - lastTick;
    lastTick = now;
    const latest = beat();
    if (latest !== seen) {
      const lastedMs = ((latest - seen) | 0) - beatMs - lostMs;
      seen = latest;
      ageMs = lostMs = 0;
      if (block) recovered(lastedMs);
      return;
    }
    const countedMs = Math.min(gapMs, 2 * beatMs);
    ageMs += countedMs;
    lostMs += gapMs - countedMs;
    // The next beat was due one later: so late is it at least.
    const lateMs = ageMs - beatMs;
    if (lateMs < blockedAfterMs) return;
    block ??= noticed(lateMs);
    const { found, told, sinceMs } = block;
    if (found ? told !== found : !told && lateMs - sinceMs >= SAMPLE_MS) tell();
    if (lateMs >= killAfterMs && !isDebugged()) kill();
  }, beatMs);

  const noticed = (sinceMs) => {
    const block = { found: undefined, cancel: () => {}, sinceMs, told: undefined };
    if (isDebugged()) block.found = { sample: 'debugger' };
    else if (!canLookInside) block.found = { sample: 'unavailable' };
    else {
      const isSame = (was => () => beat() === was)(seen);
      block.cancel = sampleStack(owner, isSame, (found) => (block.found = found));
    }
    return block;
  };

  const recovered = (blockedMs) => {
    const { found = NOTHING, cancel } = block;
    block = undefined;
    cancel();
    const { path, incarnation, at, stack, sample } = found;
    parentPort.postMessage({ blockedMs: Math.round(blockedMs), path, incarnation, at, stack, sample });
  };

  const NOTHING = { sample: 'native' };

  // application/records.ts says the same when it is over.
  const words = ({ sample, path, incarnation, at }) => {
    const who = path === undefined ? '' : path + ' (incarnation ' + incarnation + ')';
    switch (sample) {
      case 'exact': return (who && ' by ' + who) + ', in ' + at;
      case 'late': return ', not by JavaScript; then ran ' + (who && who + ', in ') + at;
      case 'native': return ', not by JavaScript';
      case 'debugger': return '; the inspector is open: it may be at a breakpoint';
      default: return '; in which call is not known here';
    }
  };

  const tell = () => {
    const found = block.found ?? NOTHING;
    block.told = found;
    const text = ': the event loop has been blocked for more than ' + inMs(blockedAfterMs) + words(found);
    say(name + text + (found.stack === undefined ? '' : '\\n' + found.stack));
  };

  const kill = () => {
    if (!block.told) tell();
    say(name + ': the event loop has been blocked for more than ' + inMs(killAfterMs) + ': ended with SIGKILL');
    process.kill(process.pid, 'SIGKILL');
  };

  const inMs = (ms) => ms.toLocaleString('en-US') + ' ms';

  // Nobody else can write it now. If nobody reads it, it is not worth waiting for.
  const say = (line) => {
    let rest = Buffer.from(line + '\\n');
    for (let tries = 0; rest.length > 0 && tries < 20; tries++) {
      try {
        rest = rest.subarray(writeSync(2, rest));
      } catch (error) {
        if (error.code !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  };

  parentPort.once('message', () => {
    clearInterval(ticks);
    block?.cancel();
  });
}`;
