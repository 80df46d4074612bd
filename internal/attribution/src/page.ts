/** The page of results, `docs/guides/attribution.md`: written from runs, and read again to compare. */
import type { Case } from './case.js';
import { cases, groups } from './cases/index.js';
import type { Result, Run } from './run.js';
import { type Verdict, cell, verdict } from './verdict.js';

const COMMAND = 'node scripts/run.mjs internal/attribution/dist/main.js';

export function renderPage(runs: readonly Run[]): string {
  return `<!-- Written by internal/attribution. -->

# Whose fault is it?

What \`faults: 'label'\` and \`'contain'\` can trace back to a child, and what they cannot. Each line is a piece of code
that is run on each version of Node; what stands here is what came out. What to do with it is in
[Fault domains](faults.md). A test holds this page against the code; to write it anew:

\`\`\`
${COMMAND}
\`\`\`

A and B are two children of one supervisor. *Whose* says whose code fails; then, for each version of Node, who was held
to be the owner: **A** or **B** in bold is somebody else's fault put on that child, – is nobody, *tag* means that
\`ctx.bind\` made it known (else it was the async context), *late* that its owner was over by then.

${summary(runs)}

## Put on the wrong child

These lead to the restart of a child that has done nothing. They are the price of \`contain\`; know them.

${list(runs, 'wrong')}

## Not traced

Under \`contain\` each of these ends the process: an ordered stop, and exit code 1.

${list(runs, 'none')}

## All cases
${groups.map(({ title, cases: some }) => table(title, some, runs)).join('\n')}`;
}

function summary(runs: readonly Run[]): string {
  const counts = (how: Verdict): string =>
    row(
      { right: 'right', none: 'nobody', wrong: 'the wrong child', silent: 'no fault' }[how],
      runs.map((run) => String(cases.filter((each) => verdict(each, resultOf(each, run)) === how).length)),
    );
  return [
    row(
      `${cases.length} cases`,
      runs.map(({ node }) => `Node ${node.slice(1)}`),
    ),
    rule(runs.length + 1),
    counts('right'),
    counts('none'),
    counts('wrong'),
  ].join('\n');
}

/** The cases with such a verdict on any version, under the note that says what to do. */
function list(runs: readonly Run[], how: Verdict): string {
  const notes = new Map<string, string[]>();
  for (const each of cases) {
    const on = runs
      .filter((run) => verdict(each, resultOf(each, run)) === how)
      .map(({ node }) => majorOf(node));
    if (on.length === 0) continue;
    const where = on.length === runs.length ? '' : ` (Node ${on.join(', ')})`;
    const note = each.note ?? '';
    notes.set(note, [...(notes.get(note) ?? []), `  - ${each.name}${where}`]);
  }
  return Array.from(notes, ([note, names]) => `- ${note}\n${names.join('\n')}`).join('\n');
}

function table(title: string, some: readonly Case[], runs: readonly Run[]): string {
  const rows = some.map((each) =>
    row(each.name, [
      each.right === 'none' ? 'nobody' : each.right,
      ...runs.map((run) => cell(each, resultOf(each, run))),
    ]),
  );
  return `
### ${title}

${row('Case', ['Whose', ...runs.map(({ node }) => `Node ${majorOf(node)}`)])}
${rule(runs.length + 2)}
${rows.join('\n')}
`;
}

/** What the page says of each case on a version of Node, by its name; nothing if it has no such column. */
export function columnOf(page: string, node: string): Map<string, string> {
  const column = new Map<string, string>();
  let at = -1;
  for (const line of page.split('\n')) {
    if (!line.startsWith('| ')) continue;
    const cells = line.slice(2, -2).split(' | ');
    if (cells[0] === 'Case') at = cells.indexOf(`Node ${majorOf(node)}`);
    else if (at !== -1 && cells[0] !== '---') column.set(cells[0]!, cells[at]!);
  }
  return column;
}

/** What is wrong with a run: broken cases, unexplained ones, and differences from the page. */
export function problemsOf(run: Run, page: string): string[] {
  const column = columnOf(page, run.node);
  const problems: string[] = [];
  for (const each of cases) {
    const result = resultOf(each, run);
    const how = verdict(each, result);
    const got = cell(each, result);
    const said = column.get(each.name);
    if (how === 'silent') problems.push(`${each.name}: no fault came up`);
    else if (how !== 'right' && each.note === undefined)
      problems.push(`${each.name}: ${got}, and no note says why`);
    else if (column.size > 0 && said !== got)
      problems.push(`${each.name}: ${got}, but the page says ${said}`);
  }
  return problems.map((problem) => `${run.node}: ${problem}`);
}

function resultOf({ name }: Case, run: Run): Result {
  const result = run.results.find((each) => each.name === name);
  if (!result) throw new Error(`${run.node} has no result for: ${name}`);
  return result;
}

const majorOf = (node: string): string => node.slice(1).split('.')[0]!;

const row = (first: string, rest: readonly string[]): string => `| ${[first, ...rest].join(' | ')} |`;

const rule = (columns: number): string => row('---', new Array<string>(columns - 1).fill('---'));
