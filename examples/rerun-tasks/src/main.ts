/** Several tasks that run for ever, one of which fails: supervised. `--for 3` runs it for 3 seconds. */
import { realWorld, runMs } from './real-world.js';
import { narrate, supervised, verdict } from './supervised.js';
import { TICKERS, jobsOf } from './work.js';

const ms = runMs();
const world = realWorld();
const tree = supervised(jobsOf(TICKERS, world)).handle();
narrate(tree, world.say);
await tree.start();
await world.sleep(ms);
world.say('stop');
const report = await tree.stop();
world.say(verdict(report));
for (const line of world.counters.lines()) console.log(line);
