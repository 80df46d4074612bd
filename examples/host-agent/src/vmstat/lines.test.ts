import { VmstatLines, vmstatMetrics } from './lines.js';

const LINES = `procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----
 r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st
 1  0      0 22980500  29072 1423368    0    0   420   334  350 1045 35  4 61  0  0
 3  1      0 22980500  29072 1423368    0    0   980  2764  634 1241 19  6 76  1  0`.split('\n');

test('the latest line of numbers, by its headings, once', () => {
  const lines = new VmstatLines();
  LINES.forEach((line) => lines.add(line));
  const row = lines.take();
  expect(row?.get('cs')).toBe(1241);
  expect(vmstatMetrics(row ?? new Map()).map(({ name, samples }) => [name, samples[0]?.value])).toEqual([
    ['host_processes_runnable', 3],
    ['host_processes_blocked', 1],
    ['host_interrupts_per_second', 634],
    ['host_context_switches_per_second', 1241],
  ]);
  expect(lines.take()).toBeUndefined();
});

test('the first line after headings is none of the present, also when vmstat was started again', () => {
  const lines = new VmstatLines();
  LINES.forEach((line) => lines.add(line));
  lines.take();
  LINES.slice(0, 3).forEach((line) => lines.add(line));
  expect(lines.take()).toBeUndefined();
});

test('other columns, and lines that are cut off', () => {
  const lines = new VmstatLines();
  ['r', '1', '2', '3 4', 'x', ''].forEach((line) => lines.add(line));
  expect(vmstatMetrics(lines.take() ?? new Map())).toMatchObject([{ samples: [{ value: 2 }] }]);
});
