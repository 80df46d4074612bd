// Publishes what the registry does not have yet: run by .github/workflows/release.yml, and by nobody else.
// Provenance is refused for a package that does not name the repository it was built in. So the manifests in this checkout,
// and only there, get it from the workflow: nobody has to know it beforehand, and a fork publishes as a fork.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { published } from './packages.mjs';
import { pnpm } from './pnpm.mjs';
import { withRepository } from './repository.mjs';

const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY) {
  console.error(
    'this is for the workflow "Release", which knows its repository: see CONTRIBUTING.md, Releases',
  );
  process.exit(2);
}

for (const { dir } of published()) {
  const file = join(dir, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const complete = withRepository(manifest, `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`, dir);
  writeFileSync(file, `${JSON.stringify(complete, null, 2)}\n`);
}
// pnpm takes provenance from here; of a manifest's publishConfig npm alone does. Without it nothing is published.
const env = { ...process.env, PNPM_CONFIG_PROVENANCE: 'true' };
process.exitCode = pnpm(['exec', 'changeset', 'publish'], { env }).status ?? 1;
