/** Reads stacks: where something was made, and whether the test runner made it for itself. */
/** So many lines of a stack say where something was made. */
const SHOWN = 4;

const RUNNERS = /[\\/]node_modules[\\/](@?jest|jest-[\w-]+|@vitest|vitest|mocha|tinypool|ava|tap)[\\/]/;

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

/** Has nobody but the test runner, and the platform, to do with it? */
export const isOfRunner = (stack: string): boolean =>
  linesOf(stack).every((line) => isNodes(line) || RUNNERS.test(line));
