/** A declared tree as a drawing. Declarations are data: nothing has to run for this. */
import type { ChildSpec } from 'coppice';
import { type Style, plainStyle } from './style.js';
import { duration, plural } from './words.js';

interface Row {
  /** The branches that lead to it. */
  readonly lines: string;
  readonly id: string;
  readonly what: string;
  readonly isSupervisor: boolean;
  /** Its limit, or what else there is to say of it. */
  readonly remark: string;
}

/** What there is to say of some children, by id. */
type Notes = Readonly<Record<string, string>>;

export function drawTree(root: ChildSpec, style: Style = plainStyle, notes: Notes = {}): string {
  const rows = rowsOf(root, notes, '', '');
  const left = Math.max(...rows.map(({ lines, id }) => lines.length + id.length));
  const middle = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map(({ lines, id, what, isSupervisor, remark }) => {
      const gap = ' '.repeat(left - lines.length - id.length + 3);
      const name = isSupervisor ? style.bold(id) : id;
      return `${style.dim(lines)}${name}${gap}${style.dim(`${what.padEnd(middle + 3)}${remark}`.trimEnd())}`;
    })
    .join('\n');
}

function rowsOf(spec: ChildSpec, notes: Notes, lines: string, below: string): Row[] {
  const row = {
    lines,
    id: spec.id,
    what: whatIs(spec),
    isSupervisor: 'strategy' in spec,
    remark: [limitOf(spec), notes[spec.id]].filter((remark) => remark !== undefined).join('; '),
  };
  const children = spec.kind === 'supervisor' ? spec.children : [];
  return [
    row,
    ...children.flatMap((child, i) => {
      const isLast = i === children.length - 1;
      return rowsOf(child, notes, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
    }),
  ];
}

function whatIs(spec: ChildSpec): string {
  const what = 'strategy' in spec ? spec.strategy : spec.kind;
  return spec.restart === 'permanent' ? what : `${what}, ${spec.restart}`;
}

/** How often it, or its children, may be started again, and what then, where that is not its supervisor's affair. */
function limitOf(spec: ChildSpec): string | undefined {
  const { maxRestarts, withinMs, giveUp } = spec;
  if (maxRestarts === undefined || withinMs === undefined) return undefined;
  if (maxRestarts === Infinity) return 'restarted without limit';
  const limit = `up to ${plural(maxRestarts, 'restart')} in ${duration(withinMs)}`;
  return giveUp === 'escalate' ? limit : `${limit}, then ${THEN[giveUp]}`;
}

const THEN = {
  park: 'parked',
  'keep-trying': 'tried on for ever',
  exit: 'all ends',
  remove: 'removed',
} as const;
