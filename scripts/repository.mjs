// What a manifest says of the repository that its package was built in.
import { relative } from 'node:path';
import { root } from './packages.mjs';

/** The manifest with its repository, as npm and its provenance want to have it; `url` without `.git`. */
export function withRepository(manifest, url, dir) {
  const directory = relative(root, dir).replaceAll('\\', '/');
  return {
    ...manifest,
    homepage: `${url}/tree/main/${directory}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, directory },
  };
}
