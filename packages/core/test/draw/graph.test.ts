/** The drawings of a tree as a graph: Mermaid and Graphviz. */
import { supervisor, toDot, toMermaid } from '@coppice/core';
import parseDot from 'dotparser';
import fc from 'fast-check';
import { boot, crew } from '../support/scripted.js';
import { bondsOf, sizeOf, snapshot } from './arbitrary.js';

async function shop() {
  const { specs, db } = crew(['db', 'a "quoted" <api>'], (id) => (id === 'db' ? {} : { bindsTo: ['db'] }));
  const booted = await boot({ id: 'shop', children: [supervisor({ id: 'core', children: specs })] });
  await booted.clock.advance(1_000);
  db.crash(new Error('gone & lost'));
  await booted.settle();
  return booted.tree.snapshot();
}

test('mermaid', async () => {
  expect(toMermaid(await shop())).toBe(
    [
      'flowchart TD',
      '  n0["shop<br/>one-for-one<br/>running"]:::up',
      '  n1["core<br/>one-for-one<br/>up 1 s<br/>1 of 3 restarts within 5 s used"]:::up',
      '  n2("db<br/>service<br/>up 0 ms<br/>1 restart<br/>last#58; gone #38; lost"):::up',
      '  n3("a #34;quoted#34; #60;api#62;<br/>service<br/>up 0 ms<br/>1 restart"):::up',
      '  n1 --> n2',
      '  n1 --> n3',
      '  n0 --> n1',
      '  n3 -.-> n2',
      '  classDef up fill:#e3f4e1,stroke:#3a7d34,color:#1b1b1b',
      '  classDef between fill:#fff4d6,stroke:#a87900,color:#1b1b1b',
      '  classDef trouble fill:#fde2e1,stroke:#b3261e,color:#1b1b1b',
      '  classDef down fill:#eeeeee,stroke:#757575,color:#1b1b1b',
    ].join('\n'),
  );
});

test('dot', async () => {
  const dot = toDot(await shop());
  expect(dot.split('\n')).toContain(
    '  n3 [label="a \\"quoted\\" <api>\\nservice\\nup 0 ms\\n1 restart", shape=ellipse, fillcolor="#e3f4e1", color="#3a7d34"]',
  );
  expect(dot).toContain('gone &amp; lost');
  expect(dot).toContain('  n3 -> n2 [style=dotted, constraint=false]');
});

test('what Mermaid makes formulas and icons of is parted, by what has no width', async () => {
  const { specs } = crew(['$$x$$', 'fa:fa-car', 'fab:fa-node']);
  const { tree } = await boot({ children: specs });
  const text = toMermaid(tree.snapshot()).replaceAll('#8203;', '|');
  expect(text).toContain('("#36;|#36;x#36;|#36;<br/>');
  expect(text).toContain('("fa#58;|fa-car<br/>');
  expect(text).toContain('("fab#58;|fa-node<br/>');
});

test('the rest of very many is one node', async () => {
  const { specs } = crew(['a', 'b', 'c']);
  const { tree } = await boot({ children: specs });
  expect(toMermaid(tree.snapshot(), { maxChildren: 1 })).toContain('  n2("2 more running"):::up');
  expect(toDot(tree.snapshot(), { maxChildren: 0 })).toContain('label="3 running"');
  expect(() => toDot(tree.snapshot(), { maxChildren: 0.5 })).toThrow('toDot expects maxChildren');
  expect(() => toMermaid(tree.snapshot(), { maxChildren: -1 })).toThrow('toMermaid expects maxChildren');
});

test('the rest is up only if all of it is', async () => {
  const { specs, b } = crew(['a', 'b', 'c'], () => ({ backoff: { minMs: 1_000, maxMs: 1_000 } }));
  const { tree, settle } = await boot({ children: specs });
  b.crash();
  await settle();
  const rest = toMermaid(tree.snapshot(), { maxChildren: 0 }).split('\n')[2];
  expect(rest).toBe('  n1("3#58; 2 running, 1 backing-off"):::trouble');
});

describe('whatever the ids are', () => {
  /** All that may stand in a Mermaid drawing of ours, a line each; a label has nothing in it that means something. */
  const NODE = /^ {2}n\d+(\["(?<box>[^"]*)"\]|\("(?<round>[^"]*)"\)):::(up|between|trouble|down)$/;
  const EDGE = /^ {2}n\d+ (-->|-\.->) n\d+$/;
  const CLASS = /^ {2}classDef \w+ fill:#[\da-f]{6},stroke:#[\da-f]{6},color:#[\da-f]{6}$/;

  test('mermaid has a node for each child, and its labels say no word to Mermaid', () => {
    fc.assert(
      fc.property(snapshot(), (tree) => {
        const [head, ...lines] = toMermaid(tree).split('\n');
        expect(head).toBe('flowchart TD');
        const labels = lines.flatMap((line) => {
          const { box, round } = NODE.exec(line)?.groups ?? {};
          return box ?? round ?? [];
        });
        expect(labels).toHaveLength(sizeOf(tree));
        expect(lines.filter((line) => EDGE.test(line))).toHaveLength(sizeOf(tree) - 1 + bondsOf(tree));
        expect(lines.every((line) => NODE.test(line) || EDGE.test(line) || CLASS.test(line))).toBe(true);
        for (const label of labels) {
          const text = label.replaceAll('<br/>', ' ').replaceAll(/#\d+;/g, '');
          expect(text).toMatch(/^[\p{L}\p{M}\p{N} ,./-]*$/u);
          expect(label).not.toMatch(/^\s*(\d+\.|-)/);
        }
      }),
    );
  });

  test('mermaid shows what the id is, with what cannot be seen escaped', () => {
    fc.assert(
      fc.property(snapshot(0), (tree) => {
        const label = /n0\["(.*?)<br\/>/.exec(toMermaid(tree))?.[1] ?? '';
        const shown = label.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
        const read = shown.replaceAll(/\\u\{([\da-f]+)\}/g, (_, code: string) =>
          String.fromCodePoint(Number.parseInt(code, 16)),
        );
        expect(read.replaceAll('\u200b', '')).toBe(tree.id.replaceAll('\u200b', ''));
      }),
    );
  });

  test('dot is read by a parser, with a node for each child and the id in its label', () => {
    fc.assert(
      fc.property(snapshot(), (tree) => {
        const [graph, ...others] = parseDot(toDot(tree));
        expect(others).toEqual([]);
        const nodes = graph?.children.filter(({ type }) => type === 'node_stmt') ?? [];
        const edges = graph?.children.filter(({ type }) => type === 'edge_stmt') ?? [];
        expect([nodes.length, edges.length]).toEqual([sizeOf(tree), sizeOf(tree) - 1 + bondsOf(tree)]);
      }),
    );
  });
});
