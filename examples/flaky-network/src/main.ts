/** A flaky network. Who is in it stands in tree.ts, what happens to them in director.ts. */
import { type Claim, leftBehind } from './claims.js';
import { type Options, USAGE, UsageError, parseOptions } from './options.js';
import { perform } from './perform.js';
import { type Style, styleFor } from './style.js';

const print = (text: string): void => console.log(text);

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    print(USAGE);
    return 0;
  }
  return options.json ? asJson(options) : asStory(options, styleFor(process.stdout));
}

async function asStory(options: Options, style: Style): Promise<number> {
  const { clients, seed } = options;
  const { bold, bad, dim } = style;
  print(
    `\n${bold('A flaky network.')} ${clients} clients with jitter, ${clients} without, and a few more; ${dim(`--seed ${seed}`)}\n`,
  );
  const { report, connections, result } = await perform(options, print, style);
  const { reason, unstopped } = report;
  if (reason.kind === 'crash') print(bad(`\nIt has failed: ${String(reason.error)}`));
  else if (!result)
    print(
      `\nStopped before it was over; ${leftBehind(
        unstopped.map(({ path }) => path),
        connections,
      )}.`,
    );
  if (!result) return 1;
  print(`\n${bold('What was to be seen')} ${dim('─'.repeat(71))}`);
  for (const claim of result.claims) print(lineOf(claim, style));
  print('');
  return exitCodeOf(result.claims);
}

async function asJson(options: Options): Promise<number> {
  const { report, result } = await perform(options, () => {}, styleFor({}));
  const { reason } = report;
  const error = reason.kind === 'crash' ? String(reason.error) : undefined;
  print(JSON.stringify({ seed: options.seed, ...(error !== undefined && { error }), ...result }, null, 2));
  return result ? exitCodeOf(result.claims) : 1;
}

function lineOf({ claim, holds, shown }: Claim, { good, bad, warn }: Style): string {
  const mark = holds === undefined ? warn('?') : holds ? good('✓') : bad('✗');
  return ` ${mark} ${claim.padEnd(25)} ${shown}`;
}

const exitCodeOf = (claims: readonly Claim[]): number =>
  claims.some(({ holds }) => holds === false) ? 1 : 0;

process.stdout.on('error', () => process.exit()); // whoever read it, like `head`, has left
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`flaky-network: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
