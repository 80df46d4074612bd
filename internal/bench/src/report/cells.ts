/** A result as the cells of a table, for the terminal and for Markdown. */
import type { Column, Result } from '../row.js';
import { verdictOn } from '../verdict.js';
import { figure } from '../words.js';

const TITLES: Readonly<Record<Column, string>> = {
  loop: 'by hand',
  ours: 'ours',
  nact: 'nact',
  effect: 'Effect',
  otp: 'OTP',
};

/** A dash where somebody cannot do the same work, or was not asked. */
const NONE = '–';

export function headOf(columns: readonly Column[]): string[] {
  const peers = columns.filter((column) => column !== 'loop' && column !== 'ours');
  return ['work', 'by hand', 'ours', 'ratio', 'target', ...peers.map((peer) => TITLES[peer])];
}

export function cellsOf(result: Result, all: readonly Result[], columns: readonly Column[]): string[] {
  const { name, unit, values, ratio } = result;
  const { target, holds, behind } = verdictOn(result, all);
  const measured = (column: Column): string => {
    const value = values[column];
    return value === undefined ? NONE : `${figure(value)} ${unit}`;
  };
  const peers = columns.filter((column) => column !== 'loop' && column !== 'ours');
  return [
    name,
    measured('loop'),
    measured('ours'),
    ratio === undefined ? NONE : ratio.toFixed(2),
    target === undefined ? '' : `${target}: ${holds === undefined ? '?' : holds ? 'yes' : 'NO'}`,
    ...peers.map((peer) => measured(peer) + (behind.includes(peer) ? ' (ahead of us)' : '')),
  ];
}
