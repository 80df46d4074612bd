/**
 * The application, in a process of its own: runs it under chaos for as long as it is told to, keeps the books, and tells
 * whoever has started it what came of it.
 */
import { type SupervisionEvent, seededRandom } from 'coppice';
import { logEvents } from '@coppice/pino';
import { instrument } from '@coppice/prometheus';
import { TestingError, watchLeaks } from '@coppice/testing';
import { Adversary } from './adversary.js';
import { Balance } from './books/balance.js';
import { Ledger, count } from './books/ledger.js';
import { OwnMetrics } from './books/metrics.js';
import { Records } from './books/records.js';
import { childrenOf, untilAllAreBack } from './calm.js';
import { Declarations } from './declarations.js';
import { Findings } from './findings.js';
import { LEAST_MINUTES, type Sample, judgeTrends, sampleNow, trendsOf } from './memory.js';
import { optionsOf } from './options.js';
import type { Said } from './result.js';
import { soak } from './tree/index.js';
import { heard } from './tree/machines.js';
import { requests } from './tree/network.js';

const BALANCE_MS = 500;
const SAMPLES = 240;

const { minutes, seed } = optionsOf(process.argv.slice(2));
const findings = new Findings();
// Made now, so that they are not taken for something of the application.
void [process.stdout, process.stderr];
const leaks = watchLeaks();
const records = new Records();
const ledger = new Ledger(findings);
const metrics = new OwnMetrics();
const byChaos = new Map<string, number>();

const app = soak({ seed, random: seededRandom(seed), logger: records.logger });
const tree = app.handle();
const declarations = new Declarations(app);
const hear = (event: SupervisionEvent): void => {
  ledger.hear(event);
  metrics.hear(event);
  if (event.type === 'supervisor:warning') {
    const kind = /^chaos: (\w+) of/.exec(event.message)?.[1];
    if (kind !== undefined) count(byChaos, kind);
  }
};
tree.on('event', hear);
const stopLogging = logEvents(tree, records.logger);
const { registry, stop: off } = instrument(tree, { health: () => app.health() });

// Whoever has started it is gone, and would not stop it.
const stopAlone = (): void => void process.kill(process.pid, 'SIGTERM');
process.on('disconnect', stopAlone);

const up = new Promise<void>((resolve) => tree.own.once('supervisor:started', () => resolve()));
const running = app.run({ exit: false });
await Promise.race([
  up,
  running.then((code) => Promise.reject(new Error(`it did not start: exit code ${code}`))),
]);

const adversary = new Adversary(tree, seededRandom(seed + 1), declarations, findings);
const balance = new Balance(ledger, declarations, findings);
const look = (): void => {
  const snapshot = tree.snapshot();
  if (snapshot.phase === 'running') balance.check(snapshot);
};
const samples: Sample[] = [];
const timers = [
  setInterval(look, BALANCE_MS),
  setInterval(() => samples.push(sampleNow()), Math.max(250, (minutes * 60_000) / SAMPLES)),
];
const attacking = adversary.run();
await Promise.race([new Promise((resolve) => setTimeout(resolve, minutes * 60_000).unref()), running]);
adversary.stop();
await attacking;
for (const timer of timers) clearInterval(timer);
const hasEnded = tree.snapshot().phase !== 'running';
if (hasEnded) findings.add('end', `it has ended by itself: ${records.ends.join('\n')}`);
else await tree.terminateChild('chaos');
const backMs = hasEnded ? 0 : await untilAllAreBack(tree, declarations, findings);
if (!hasEnded) look();
const children = Array.from(childrenOf(tree.snapshot())).length;
const trends = trendsOf(samples);
if (minutes >= LEAST_MINUTES) judgeTrends(trends, findings);

const calmAt = performance.now();
if (!hasEnded) say({ type: 'calm' });
const exitCode = await running;
const stopMs = performance.now() - calmAt;
process.off('disconnect', stopAlone);
const { unstopped } = await tree.whenStopped();
if ((exitCode === 0) !== (ledger.abandoned.size === 0) || unstopped.length !== ledger.abandoned.size)
  findings.add(
    'exit code',
    `${exitCode}, with ${ledger.abandoned.size} left behind, ${unstopped.length} by the report`,
  );
for (const { path } of ledger.facts.values()) findings.add('lost children', `${path} is there after the end`);
const { sums } = ledger;
const compared = await metrics.compare(registry, findings);
await new Promise((resolve) => records.logger.flush(resolve));
records.compare(ledger.told, findings);
tree.off('event', hear);
stopLogging();
off();
await leaks.check({ graceMs: 2_000 }).catch((error: unknown) => {
  if (!(error instanceof TestingError)) throw error;
  findings.add('left behind', error.message);
});
leaks.stop();
say({
  type: 'result',
  events: ledger.events,
  children,
  starts: sums.starts,
  ends: Object.fromEntries(sums.ends),
  wentWithTheirThread: sums.wentWithTheirThread,
  restarts: {
    decided: sums.restartsDecided,
    done: sums.restartsDone,
    calledOff: Object.fromEntries(sums.restartsCalledOff),
  },
  told: Object.fromEntries(ledger.told),
  attacks: Object.fromEntries(adversary.attacks),
  refused: Object.fromEntries(adversary.refused),
  byChaos: Object.fromEntries(byChaos),
  strayFaults: records.ofApplication.get('application:fault') ?? 0,
  requests,
  heard,
  balanced: balance.times,
  metrics: compared,
  lines: records.lines,
  samples: samples.length,
  trends,
  backMs,
  stopMs,
  exitCode,
  findings: findings.all,
});
process.exitCode = exitCode;
process.disconnect();

function say(said: Said): void {
  process.send?.(said);
}
