/** Lines for a terminal. */

const WIDTHS = [74, 13, 13, 7, 34];
const PEER = 26;

export function toLine(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = WIDTHS[i] ?? PEER;
    return i === 0 || i === 4 ? cell.padEnd(width) : cell.padStart(width);
  });
  return padded.join('  ').trimEnd();
}
