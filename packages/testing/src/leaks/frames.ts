/** Reads stacks: where something was made, and whether the test runner made it for itself. */
/** So many lines of a stack say where something was made. */
const SHOWN = 4;

const RUNNERS =
  /[\\/]node_modules[\\/](@?jest|jest-[\w-]+|@vitest|vitest|mocha|tinypool|ava|tap)[\\/]|node:internal\/test_runner\//;

/** Of the kit itself: what it does to find leaks, or to make a test tree, is not where a test made something. */
const OWN = /[\\/](leaks[\\/](resources|listeners|watch)|test-tree)\.[cm]?[jt]s\b/;

const isOwn = (line: string): boolean => OWN.test(line);
const isNodes = (line: string): boolean => /\bnode:|\(<anonymous>\)$|\(native\)$/.test(line);

const linesOf = (stack: string): string[] =>
  stack.split('\n').filter((line) => /^\s+at /.test(line) && !isOwn(line));

/** Where something was made, the nearest first, without the platform's own frames; as far as it is known. */
export function framesOf(stack: string): readonly string[] {
  return linesOf(stack)
    .filter((line) => !isNodes(line) && !RUNNERS.test(line))
    .slice(0, SHOWN)
    .map((line) => line.trim());
}

/** Was it the test runner who made it, or nobody but Node? The nearest frame that is not just Node's says so. */
export function isOfRunner(stack: string): boolean {
  const nearest = linesOf(stack).find((line) => RUNNERS.test(line) || !isNodes(line));
  return nearest === undefined || RUNNERS.test(nearest);
}
