/** Shows a difference so that a person sees at once what OTP did and what we did. */
import type { Difference } from './compare.js';
import type { NestedSpec, Row, SupervisorTree, WorkerSpec } from './scenario.js';
import type { Verdict } from './verdicts.js';

export function show({ scenario, pace, row, otp, ours, parts }: Difference): string {
  const { steps } = scenario;
  const name = (at: number): string =>
    at === 0 ? 'start' : at > steps.length ? 'stop of the root' : JSON.stringify(steps[at - 1]);
  return [
    `--- ${scenario.id} (starts and stops answer ${pace}), row ${row}: ${name(row)}`,
    ...treeLines('root', scenario.tree, ''),
    'what came before:',
    ...Array.from({ length: row }, (_, at) => `  ${at}  ${name(at)}`),
    `what differs: ${parts.join(', ')}`,
    ...parts.flatMap((part) => [...side('OTP ', otp, part), ...side('ours', ours, part)]),
  ].join('\n');
}

function side(whose: string, row: Row | undefined, part: keyof Row): string[] {
  const value = row?.[part];
  if (!Array.isArray(value)) return [`  ${whose} ${part}: ${JSON.stringify(value)}`];
  return [`  ${whose} ${part}:`, ...value.map((each) => `         ${JSON.stringify(each)}`)];
}

function treeLines(id: string, tree: SupervisorTree, indent: string): string[] {
  const { strategy, intensity, period, auto_shutdown: auto } = tree;
  const head = `${indent}${id}: ${strategy}, ${intensity} in ${period} s${auto ? `, ${auto}` : ''}`;
  const children: readonly (WorkerSpec | NestedSpec)[] =
    tree.children ?? (tree.template ? [tree.template] : []);
  return [
    head,
    ...children.flatMap((child) => {
      const deeper = `${indent}  `;
      if (!('supervisor' in child)) return [`${deeper}${JSON.stringify(child)}`];
      const { supervisor, ...rest } = child;
      return treeLines(JSON.stringify(rest), supervisor, deeper);
    }),
  ];
}

export function showVerdict({ name, otp, expected, ours, message }: Verdict): string {
  return `--- declaration: ${name}\n  OTP: ${otp} (ours should be ${expected})\n  ours: ${ours} ${message}`;
}
