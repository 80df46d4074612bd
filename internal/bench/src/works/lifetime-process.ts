/** `node lifetime-process.js COLUMN COUNT [time|cpu]`: the work of `lifetime.ts`; prints `[s, s, s, MiB]`. */
import { WaitingBody } from '../bodies.js';
import { countProcessorTime, now } from '../clock.js';
import type { Prepare } from '../contenders/contender.js';
import { fibers } from '../contenders/effect.js';
import { byHand } from '../contenders/loop.js';
import { actors } from '../contenders/nact.js';
import { dynamic } from '../contenders/ours.js';
import { verify } from '../measure.js';

const BY: Readonly<Record<string, Prepare>> = { loop: byHand, ours: dynamic, nact: actors, effect: fibers };
const [column = '', size = '', clock = 'time'] = process.argv.slice(2);
if (clock === 'cpu') countProcessorTime();
console.log(JSON.stringify(await lifetime(BY[column]!, Number(size))));

async function lifetime(prepare: Prepare, count: number): Promise<number[]> {
  const body = new WaitingBody(true);
  const starting = now();
  const allStarted = body.started(count);
  const fleet = await prepare(count, body)();
  await allStarted;
  verify('started', body.starts, count);
  const crashing = now();
  for (let index = 0; index < count; index += 10) await body.crash(index);
  verify('started', body.starts, count + Math.ceil(count / 10));
  const stopping = now();
  await fleet.stopAll();
  const stopped = now();
  verify('ended', body.ends, count);
  const seconds = [crashing - starting, stopping - crashing, stopped - stopping].map((ms) => ms / 1000);
  return [...seconds, process.resourceUsage().maxRSS / 1024];
}
