// Writes the API reference of all published packages as Markdown, from their sources, for the site to render.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { published } from '../../scripts/packages.mjs';

/** The file with the navigation, beside the pages. */
const NAVIGATION = 'navigation.json';

/** @param {string} out */
export async function writeApi(out) {
  const entries = entryPoints();
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    name: 'API reference',
    readme: 'none',
    tsconfig: fileURLToPath(new URL('tsconfig.api.json', import.meta.url)),
    entryPoints: [...entries.keys()],
    out,
    logLevel: 'Warn',
    treatWarningsAsErrors: true,
    // What is not exported is not spoken of; types that users cannot name are written out.
    validation: { notExported: false, invalidLink: true, rewrittenLink: true, notDocumented: false },
    excludeInternal: true,
    excludePrivate: true,
    disableSources: true,
    entryFileName: 'index',
    excludeScopesInPaths: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hideGroupHeadings: false,
    useCodeBlocks: true,
    useHTMLEncodedBrackets: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    navigationJson: join(out, NAVIGATION),
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('the sources do not compile');
  for (const module of project.children ?? []) {
    const file = module.sources?.[0]?.fullFileName ?? '';
    module.name = entries.get(file) ?? module.name;
  }
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('the API reference has faults');
}

/** Each file that a package exports, with the name by which it is imported. */
function entryPoints() {
  return new Map(
    published().flatMap(({ dir, name }) => {
      const { exports } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
      const keys = Object.keys(exports).filter((key) => !key.endsWith('.json'));
      return keys.map((key) => [
        join(dir, 'src', key === '.' ? 'index.ts' : `${key.slice(2)}.ts`),
        name + key.slice(1),
      ]);
    }),
  );
}
