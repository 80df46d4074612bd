/** What is mixed at random is what can be declared: validation accepts every tree of the simulation. */
import {
  type ChildSpec,
  type SupervisorOptions,
  dynamicSupervisor,
  seededRandom,
  service,
  supervisor,
  task,
} from '@coppice/core';
import type { ChildPolicy } from '../../../src/model/policy.js';
import type { PlannedPolicy } from './policies.js';
import { supervisorOf } from './policies.js';
import { type ChildPlan, randomScript } from './script.js';

/** Of a random number of trees nearly all have policies of every kind. */
const TREES = 2_000;

function declared(policy: ChildPolicy): ChildSpec {
  const { plan, classifies, children, child, kind, kill, ...options } = policy as PlannedPolicy;
  if (kind === 'supervisor' || kind === 'dynamic-supervisor') {
    const { strategy, maxRestarts, withinMs, autoShutdown } = plan;
    const { onStuck: _, ...rest } = options;
    return below(plan, { ...rest, strategy, maxRestarts, withinMs, autoShutdown }, children, child);
  }
  const worker = { ...options, ...(classifies && { classify: () => 'transient' as const }) };
  if (kind === 'task') return task({ ...worker, run: () => undefined });
  return service({ ...worker, ...(kill !== undefined && { kill: () => undefined }), start: () => undefined });
}

function below(
  plan: ChildPlan,
  options: Omit<SupervisorOptions, 'children'>,
  children: readonly ChildPolicy[] | undefined,
  child: ChildPolicy | undefined,
): ChildSpec {
  const { policy } = supervisorOf(plan, options.id);
  const { childBackoff, startOrder, maxChildren, stopOrder } = policy;
  const more = childBackoff === undefined ? {} : { childBackoff };
  if (plan.kind === 'dynamic-supervisor') {
    const { strategy: _, ...rest } = options;
    const limit = maxChildren === undefined ? {} : { maxChildren };
    const order = stopOrder === undefined ? {} : { stopOrder };
    return dynamicSupervisor({ ...rest, ...more, ...limit, ...order, child: declared(child!) }) as ChildSpec;
  }
  const order = startOrder === undefined ? {} : { startOrder };
  return supervisor({ ...options, ...more, ...order, children: (children ?? []).map(declared) });
}

test('every random tree can be declared', () => {
  const random = seededRandom(1);
  const seen = new Set<string>();
  for (let i = 0; i < TREES; i++) {
    const { root } = randomScript(random);
    const { children } = supervisorOf(root, 'root');
    const policies = Array.from(children, ({ spec }) => spec);
    const { strategy, maxRestarts, withinMs, autoShutdown } = root;
    const options = { id: 'root', strategy, maxRestarts, withinMs, autoShutdown };
    const tree = root.kind === 'supervisor' ? below(root, options, policies, undefined) : undefined;
    if (tree?.kind !== 'supervisor') continue;
    for (const child of tree.children) for (const key of Object.keys(child)) seen.add(key);
  }
  const beyond = [
    'backoff',
    'bindsTo',
    'classify',
    'maxRunMs',
    'reviveAfterMs',
    'staleAfterMs',
    'startTimeoutMs',
  ];
  expect([...seen]).toEqual(expect.arrayContaining(beyond));
});
