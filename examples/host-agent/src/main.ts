/** The host agent. Read it like a table of contents: what is wired here is explained in the files it names. */
import { logEvents } from '@coppice/pino';
import { instrument } from '@coppice/prometheus';
import { formatTree, seededRandom } from 'coppice';
import { Registry } from 'prom-client';
import { declareAgent } from './agent.js';
import { Chaos, noChaos } from './chaos/chaos.js';
import { loggerFor } from './logger.js';
import { USAGE, UsageError, parseOptions } from './options.js';
import { theWorst, whatFailed } from './worst.js';

async function main(args: readonly string[]): Promise<number> {
  const { help, forMs, port, chaos, seed, log, verbose } = parseOptions(args, process.stdout.isTTY);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const logger = loggerFor(log, verbose);
  const registry = new Registry();
  const app = declareAgent({
    port,
    logger, // what the application says, and the `log` of each child
    registry,
    chaos: chaos ? new Chaos(seededRandom(seed)) : noChaos,
  });

  // What happens to the children: as log records, and as metrics. Before the start, so that nothing is missed.
  const tree = app.handle();
  logEvents(tree, logger);
  instrument(tree, { registry, health: () => app.health() });
  if (log === 'pretty')
    tree.on('supervisor:started', ({ path }) => {
      if (path === app.id) logger.info(`this runs:\n${formatTree(tree.snapshot())}`);
    });

  process.on('SIGUSR2', () => logger.info(theWorst(app)));
  logger.info(`what is wrong? kill -USR2 ${process.pid} asks`);
  // Whoever read the log, like `head`, has left.
  process.stdout.on('error', () => void app.stop());

  if (chaos) logger.info(`chaos reigns: --seed ${seed} brings the same again`);
  const timeIsUp = (): void => {
    logger.info(`${(forMs ?? 0) / 1000} s are over`);
    void app.stop();
  };
  const timer = forMs === undefined ? undefined : setTimeout(timeIsUp, forMs);
  const exitCode = await app.run({ exit: false });
  clearTimeout(timer);
  logger.info(whatFailed(app));
  return exitCode;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`host-agent: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
