// Writes the public API of every published package to docs/api/*.api.md; with --check it fails if one has changed.
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { join, relative } from 'node:path';
import { published, root } from './packages.mjs';

const check = process.argv.includes('--check');
let failed = false;

for (const { name, dir } of published()) {
  const config = ExtractorConfig.loadFileAndPrepare(join(dir, 'api-extractor.json'));
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
}
process.exitCode = failed ? 1 : 0;
