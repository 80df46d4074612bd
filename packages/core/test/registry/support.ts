/** Children that register themselves, in a tree on a simulated clock. */
import {
  type ChildSpec,
  type Context,
  type LinkedUniqueRegistry,
  type ServiceOptions,
  type SupervisorOptions,
  type UniqueRegistrySpec,
  dynamicSupervisor,
  registry,
  service,
} from '@coppice/core';
import { boot } from '../support/scripted.js';

export const names = registry<string>({ id: 'names', keys: 'unique' });

export interface Member {
  readonly context: Context;
  readonly names: LinkedUniqueRegistry<string, string>;
}

/**
 * The registry `names`, and a dynamic supervisor of services that register under their id, with `id@attempt` as their
 * value. `members` has all incarnations there were, by `id@attempt`.
 */
export async function bootMembers(
  more: Partial<ServiceOptions<string, []>> = {},
  options: Partial<SupervisorOptions> = {},
  spec: UniqueRegistrySpec<string, string> = names,
  others: readonly ChildSpec[] = [],
) {
  const members = new Map<string, Member>();
  const member = service({
    id: 'member',
    ...more,
    start: (context) => {
      const { id, attempt, use } = context;
      use(spec).register(id, `${id}@${attempt}`);
      members.set(`${id}@${attempt}`, { context, names: use(spec) });
      return more.start ? more.start(context) : 'value';
    },
  });
  const group = dynamicSupervisor({ id: 'group', maxRestarts: 1_000, child: member });
  const world = await boot({ ...options, children: [spec, group, ...others] });
  return {
    ...world,
    members,
    group: world.tree.supervisor(group),
    registry: world.tree.use(spec),
    crash: (key: string) => members.get(key)!.context.fail(new Error('crash')),
  };
}
