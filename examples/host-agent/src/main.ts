/** The host agent. Read it like a table of contents: what is wired here is explained in the files it names. */
import { seededRandom } from 'coppice';
import { declareAgent } from './agent.js';
import { Chaos, noChaos } from './chaos/chaos.js';
import { drawTree } from './draw-tree.js';
import { USAGE, UsageError, parseOptions } from './options.js';
import { Story } from './story.js';
import { styleFor } from './style.js';
import { Ledger, summaryTable } from './summary.js';
import { duration } from './words.js';

async function main(args: readonly string[]): Promise<number> {
  const { help, forMs, port, chaos, seed } = parseOptions(args);
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const style = styleFor(process.stdout);
  const story = new Story((line) => console.log(line), style);
  const ledger = new Ledger();

  const { app, notes } = declareAgent({
    port,
    logger: story.logger,
    chaos: chaos ? new Chaos(seededRandom(seed)) : noChaos,
  });
  app.handle().on('event', (event) => {
    story.tell(event);
    ledger.note(event);
  });

  const intro = chaos ? `Chaos reigns; --seed ${seed} brings it back.` : 'Try it with --chaos.';
  console.log(`\n${style.bold('Host agent.')} ${intro}\n\n${drawTree(app, style, notes)}\n`);
  const timeIsUp = (): void => {
    story.say(`${duration(forMs ?? 0)} are over`);
    void app.stop();
  };
  const timer = forMs === undefined ? undefined : setTimeout(timeIsUp, forMs);
  const exitCode = await app.run({ exit: false });
  clearTimeout(timer);
  story.end();
  console.log(`\n${summaryTable(ledger, style)}\n`);
  return exitCode;
}

process.stdout.on('error', () => process.exit()); // whoever read it, like `head`, has left
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`host-agent: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
