/** A place that a sentence names twice: errors end with where in the tree they were, and what is said of them begins so. */

/** Without ` (at shop/api)` at its end, if `shop/api` is named before. */
export function placeOnce(sentence: string): string {
  const [tail, place] = / \(at ([^()]+)\)$/.exec(sentence) ?? [];
  if (tail === undefined || place === undefined) return sentence;
  const before = sentence.slice(0, -tail.length);
  return before.includes(place) ? before : sentence;
}
