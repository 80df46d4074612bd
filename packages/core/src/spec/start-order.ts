/** The order in which children are started: as they are declared, but each behind those that it is bound to. */
import { boundToTemporary } from '../model/bonds.js';
import { coppiceError } from '../model/errors.js';
import { closest } from '../model/suggest.js';
import type { ChildSpec } from './types.js';

/**
 * The children in start order.
 *
 * @throws SpecError if one is bound to a child that is not a sibling, to itself, to a temporary one, or in a ring
 */
export function inStartOrder(children: readonly ChildSpec[], supervisor: string): readonly ChildSpec[] {
  if (children.every((child) => child.bindsTo === undefined)) return children;
  const byId = new Map(children.map((child) => [child.id, child]));
  const ordered = new Set<ChildSpec>();
  /** Those on the way from a child to what it is bound to, to see a ring. */
  const onTheWay: string[] = [];
  const place = (child: ChildSpec): void => {
    if (ordered.has(child)) return;
    const path = `${supervisor}/${child.id}`;
    const at = onTheWay.indexOf(child.id);
    if (at >= 0)
      throw coppiceError('COPPICE_BOUND_IN_A_RING', {
        path,
        ring: [...onTheWay.slice(at), child.id].join(' -> '),
      });
    onTheWay.push(child.id);
    for (const id of child.bindsTo ?? []) place(checkBond(byId, path, id, supervisor));
    onTheWay.pop();
    ordered.add(child);
  };
  for (const child of children) place(child);
  return [...ordered];
}

function checkBond(
  byId: ReadonlyMap<string, ChildSpec>,
  path: string,
  id: string,
  supervisor: string,
): ChildSpec {
  const other = byId.get(id);
  if (!other) {
    const near = closest(id, [...byId.keys()]);
    const hint = near === undefined ? '' : `, did you mean '${near}'?`;
    throw coppiceError('COPPICE_BOUND_TO_NO_SIBLING', {
      path,
      id,
      supervisor,
      hint,
      siblings: [...byId.keys()].join(', '),
    });
  }
  if (other.restart === 'temporary') throw boundToTemporary(path, id);
  return other;
}
