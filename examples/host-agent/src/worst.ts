/** What the flight recorder of an application makes of its failures, in words. */
import type { Application } from 'coppice';

/** Of the child that fails most: what it is at, why, and what comes next. */
export function theWorst(app: Application): string {
  const [worst] = app.handle().recorder?.worst() ?? [];
  if (!worst) return 'nothing has failed so far';
  return `the worst is ${worst.path}, which failed ${times(worst.failures)}: ${app.explain(worst.path)}`;
}

/** Who has failed how often. */
export function whatFailed(app: Application): string {
  const worst = app.handle().recorder?.worst(10) ?? [];
  if (worst.length === 0) return 'nothing has failed';
  return `failed: ${worst.map(({ path, failures }) => `${path} ${times(failures)}`).join(', ')}`;
}

const times = (count: number): string => ['never', 'once', 'twice'][count] ?? `${count} times`;
