/** `npm run -s soak -- --minutes M --seed S`: exit status 0 only if nothing is lost, left, or told wrongly. */
import { type Options, USAGE, optionsOf } from './options.js';
import { reportOf } from './report.js';
import { runOnce } from './run.js';

// A promise that never settles would let the process end as if nothing had been wrong.
process.exitCode = 1;
const options = parsed();
if (options) {
  console.log(
    `soak: seed ${options.seed}, ${options.minutes} minutes, Node ${process.versions.node}, pid ${process.pid}`,
  );
  const run = await runOnce(options);
  console.log(reportOf(run));
  process.exitCode = run.findings.length === 0 ? 0 : 1;
} else {
  process.exitCode = 2;
}

function parsed(): Options | undefined {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return undefined;
  }
}
