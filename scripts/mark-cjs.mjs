// The packages are "type": "module", so their CommonJS build needs a marker of its own to be read as CommonJS.
import { existsSync, writeFileSync } from 'node:fs';
import { published } from './packages.mjs';

for (const { dir } of published()) {
  if (existsSync(`${dir}/dist/cjs`)) {
    writeFileSync(`${dir}/dist/cjs/package.json`, '{ "type": "commonjs" }\n');
  }
}
