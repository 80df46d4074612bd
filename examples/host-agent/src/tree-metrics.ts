/** What the agent reports about itself: its own children, as metrics. */
import type { ChildSnapshot, SupervisorSnapshot } from 'coppice';
import type { Metric } from './metrics.js';

export function treeMetrics(snapshot: SupervisorSnapshot): Metric[] {
  const children = allBelow(snapshot);
  const metric = (name: string, help: string, value: (child: ChildSnapshot) => number): Metric => ({
    name,
    help,
    type: 'gauge',
    samples: children.map((child) => ({ labels: { child: child.path }, value: value(child) })),
  });
  return [
    metric('agent_child_running', 'Whether a supervised child is running now.', ({ status }) =>
      status === 'running' ? 1 : 0,
    ),
    metric(
      'agent_child_incarnation',
      'How often a child was started by its present supervisor.',
      (child) => child.incarnation,
    ),
  ];
}

const allBelow = ({ children }: SupervisorSnapshot): ChildSnapshot[] =>
  children.flatMap((child) => [child, ...(child.supervisor ? allBelow(child.supervisor) : [])]);
