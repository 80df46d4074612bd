/** Tables for `docs/performance.md`: one for each section, between two marks. */
import { COLUMNS } from '../options.js';
import type { Column, Result } from '../row.js';
import { figure } from '../words.js';
import { cellsOf, headOf } from './cells.js';
import type { Machine } from './machine.js';

const BEGIN = '<!-- made by `npm run -s bench -- --write docs/performance.md` -->';
const END = '<!-- end of what is made -->';

export function toMarkdown(results: readonly Result[], machine: Machine): string {
  const facts = Object.values(machine).filter((fact) => fact !== undefined);
  const sections = [...new Set(results.map(({ section }) => section))];
  return [
    `${facts.join('; ')}.`,
    ...sections.map((section) => `### ${section}\n\n${tableOf(section, results)}`),
  ].join('\n\n');
}

function tableOf(section: string, all: readonly Result[]): string {
  const rows = all.filter((result) => result.section === section);
  // What has one column only is what everything costs, whoever does it.
  if (rows.every(({ values }) => Object.keys(values).join() === 'loop')) {
    return table(
      ['what', 'cost'],
      rows.map(({ name, unit, values }) => [name, `${figure(values.loop!)} ${unit}`]),
    );
  }
  const columns = COLUMNS.filter((column: Column) => rows.some(({ values }) => values[column] !== undefined));
  return table(
    headOf(columns),
    rows.map((row) => cellsOf(row, all, columns)),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** The page with what lies between the marks replaced. @throws Error if the marks are not there */
export function replaceBetweenMarks(page: string, made: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`the page needs a line ${BEGIN} and below it a line ${END}`);
  return `${page.slice(0, from)}${BEGIN}\n\n${made}\n\n${page.slice(to)}`;
}
