/** Flags that this Node was started with. */

/**
 * The value of a flag, `''` if it has none, `undefined` if it was not given. The command line beats
 * `NODE_OPTIONS`, and of several the last one counts, as in Node.
 */
export function nodeFlag(name: string): string | undefined {
  const words = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
  const at = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at === -1) return undefined;
  const word = words[at]!;
  if (word !== name) return word.slice(name.length + 1);
  const next = words[at + 1];
  return next === undefined || next.startsWith('-') ? '' : next;
}
