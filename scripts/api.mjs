// Writes the public API of every published package to docs/api/*.api.md; with --check it fails if one has changed.
// In either case it fails if a report has something that docs/decisions/0011-names.md rules out.
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { published, root } from './packages.mjs';

const check = process.argv.includes('--check');
let failed = false;

/** Without a report: what may change with any release, and what is imported without a name. */
const LEFT_OUT = ['@coppice/core/kit', '@coppice/testing/jest'];

for (const { name, config } of published().flatMap(entriesOf)) {
  const result = Extractor.invoke(config, {
    localBuild: !check,
    // The one message about TypeScript versions and the "changed" notice are replaced by the lines below.
    messageCallback: (message) => {
      if (message.messageId.startsWith('console-')) message.handled = message.logLevel !== 'error';
    },
  });
  const report = relative(root, config.reportFilePath);
  if (result.errorCount > 0 || (check && !result.succeeded)) failed = true;
  if (result.apiReportChanged) {
    console.log(
      check
        ? `${name}: the API differs from ${report}; run \`npm run api\` and review it`
        : `${name}: ${report} updated`,
    );
  } else {
    console.log(`${name}: ${result.succeeded ? 'ok' : 'failed'}`);
  }
  const complaints = complaintsAbout(readFileSync(config.reportTempFilePath, 'utf8'));
  for (const complaint of complaints) console.log(`  ${complaint}`);
  if (complaints.length > 0) failed = true;
}
process.exitCode = failed ? 1 : 0;

/** A package, and what can be imported of it by other names: `@coppice/pino/pretty` has a report `pino-pretty.api.md`. */
function entriesOf({ name, dir }) {
  const file = join(dir, 'api-extractor.json');
  const packageJsonFullPath = join(dir, 'package.json');
  const { exports } = JSON.parse(readFileSync(packageJsonFullPath, 'utf8'));
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith('.json') && !LEFT_OUT.includes(name + entry.slice(1)))
    .map((entry) => {
      const configObject = ExtractorConfig.loadFile(file);
      if (entry !== '.') {
        const module = entry.slice(2);
        configObject.mainEntryPointFilePath = join(dir, `dist/esm/${module}.d.ts`);
        const { apiReport } = configObject;
        apiReport.reportFileName = apiReport.reportFileName.replace(/\.api\.md$/, `-${module}.api.md`);
      }
      const options = { configObject, configObjectFullPath: file, packageJsonFullPath };
      return { name: name + entry.slice(1), config: ExtractorConfig.prepare(options) };
    });
}

/** What is wrong in a report, a line each: with its names, its comments, and its options. */
function complaintsAbout(report) {
  const lines = report.split('\n').map((line) => line.trimEnd());
  const complaints = [];
  let options;
  lines.forEach((line, at) => {
    const [, warning] = /\((ae-[a-z-]+\) .*)$/.exec(line) ?? [];
    if (warning) complaints.push(warning.replace(')', ':'));
    if (line.endsWith('// (undocumented)') || /@public.*\(undocumented\)/.test(line)) {
      complaints.push(`without a comment: ${lines[at + 1].trim()}`);
    }
    if (line.startsWith('export ')) options = /^export interface (\w+Options)\b/.exec(line)?.[1];
    const [, option] = /^    readonly (\w+)\?: /.exec(line) ?? [];
    if (!options || !option) return;
    const end = lines.slice(at).find((each) => /^    \S.*;$/.test(each));
    if (!end.endsWith('| undefined;')) complaints.push(`does not take undefined: ${option} of ${options}`);
  });
  return complaints;
}
