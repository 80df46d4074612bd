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
    entryPoints: entries.map(({ file }) => file),
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
    groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables', '*'],
    indexFormat: 'table',
    useCodeBlocks: true,
    useHTMLEncodedBrackets: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    navigationJson: join(out, NAVIGATION),
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('the sources do not compile');
  for (const module of project.children ?? []) {
    const { packageName, packagePath } = project.getSymbolIdFromReflection(module);
    const entry = entries.find(
      ({ file, name }) => `${name}/`.startsWith(`${packageName}/`) && file.endsWith(packagePath),
    );
    module.name = entry.name;
  }
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('the API reference has faults');
}

/** @returns {{ file: string, name: string }[]} each file that a package exports, and the name by which it is imported */
function entryPoints() {
  return published().flatMap(({ dir, name }) => {
    const { exports } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
    return entries.map((entry) => ({
      file: join(dir, 'src', entry === '.' ? 'index.ts' : `${entry.slice(2)}.ts`),
      name: name + entry.slice(1),
    }));
  });
}
