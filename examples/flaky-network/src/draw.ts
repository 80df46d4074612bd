/** Bars, ranges and tables out of characters. */
import type { Range } from './delays.js';
import { type Histogram, largest, total } from './histogram.js';
import type { Style } from './style.js';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` characters for `max`; whatever is more than nothing can be seen. */
export function bar(value: number, max: number, width: number): string {
  if (value <= 0) return '';
  const eighths = Math.max(1, Math.round((value / max) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** A value within the range that is allowed, on an axis from 0 to `axisMs`: `├──●─┤`. */
export function rangePlot({ minMs, maxMs }: Range, valueMs: number, axisMs: number, width: number): string {
  const column = (ms: number): number =>
    Math.max(0, Math.min(width - 1, Math.round((ms / axisMs) * (width - 1))));
  const cells: string[] = Array.from({ length: width }, () => ' ');
  for (let at = column(minMs); at <= column(maxMs); at++) cells[at] = '─';
  cells[column(minMs)] = '├';
  cells[column(maxMs)] = '┤';
  cells[column(valueMs)] = '●';
  return cells.join('').trimEnd();
}

/** Histograms beside each other, with the same scale, so that their bars can be compared. */
export function sideBySide(
  columns: readonly { readonly title: string; readonly histogram: Histogram }[],
  width: number,
  { bold, dim, note, bad }: Style,
): string[] {
  const bucketMs = columns[0]?.histogram.bucketMs ?? 0;
  const most = Math.max(...columns.map((each) => largest(each.histogram)));
  const rows = Math.max(...columns.map((each) => each.histogram.counts.length));
  const digits = String(Math.max(...columns.map((each) => total(each.histogram)))).length;
  const timeOf = (row: number): string =>
    `${String(row * bucketMs).padStart(6)} ..${String((row + 1) * bucketMs).padStart(5)}`;
  const cell = (count: number, isMost: boolean): string => {
    const drawn = bar(count, most, width - digits - 1);
    const text = `${String(count === 0 ? '·' : count).padStart(digits)} ${drawn}`;
    const paint = isMost ? bad : count === 0 ? dim : note;
    return paint(text) + ' '.repeat(Math.max(0, width - text.length));
  };
  const line = (first: string, cells: readonly string[]): string =>
    [first.padEnd(15), ...cells].join('   ').trimEnd();
  const padded = (text: string): string => text.padEnd(width);
  return [
    bold(
      line(
        '    ms',
        columns.map(({ title }) => padded(title)),
      ),
    ),
    ...Array.from({ length: rows }, (_, row) =>
      line(
        timeOf(row),
        columns.map(({ histogram: each }) => {
          const count = each.counts[row] ?? 0;
          return cell(count, count > 0 && count === most);
        }),
      ),
    ),
    bold(
      line(
        '    largest',
        columns.map(({ histogram: each }) => padded(String(largest(each)).padStart(digits))),
      ),
    ),
  ];
}
