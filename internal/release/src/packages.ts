/** The published packages, as their manifests in the workspace say. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../../..');

/** The parts of a package.json that a release is about. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description: string;
  readonly keywords?: readonly string[];
  readonly engines: Readonly<Record<string, string>>;
  readonly sideEffects: boolean | readonly string[];
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, Target>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, object>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What one condition of an export leads to. */
export interface Target {
  readonly types: string;
  readonly default: string;
}

export interface Published {
  readonly dir: string;
  readonly manifest: Manifest;
}

export const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

export const published: readonly Published[] = readdirSync(join(ROOT, 'packages'))
  .map((name) => join('packages', name))
  .map((dir) => ({ dir, manifest: JSON.parse(read(dir, 'package.json')) as Manifest }))
  .filter(({ manifest }) => manifest.private !== true);

/** As a table for `test.each`: name, and the rest. */
export const rows = published.map(({ dir, manifest }) => [manifest.name, dir, manifest] as const);
