/** How this runtime carries async context. */
import { nodeFlag } from './node-flags.js';

/**
 * Is it a frame that V8 carries along, as from Node 24 on, and not a hook on every promise? There is no API
 * that tells; the version and the flags do. Other runtimes report a version of Node's as well.
 */
export function hasContextFrame(): boolean {
  const { node, bun, deno } = process.versions as Partial<Record<string, string>>;
  if (bun !== undefined || deno !== undefined) return false;
  const major = Number.parseInt(node ?? '0', 10);
  if (major >= 24) return nodeFlag('--no-async-context-frame') === undefined;
  return major >= 22 && nodeFlag('--experimental-async-context-frame') !== undefined;
}
