/** Scenarios by chance, for OTP and for us: trees of its own features, and what can happen to them. */
import type { ExitName, NestedSpec, Scenario, Step, SupervisorTree, WorkerSpec } from '../scenario.js';

/** What is asked; what OTP does about it is its trace. */
export type Question = Omit<Scenario, 'trace'>;

const IDS = ['a', 'b', 'c', 'd'] as const;
/** Those that are added, and one that is nobody's. */
const ADDED = ['x', 'y', 'z'] as const;
const NOBODY = 'nobody';
const MAX_DEPTH = 3;
const AN_HOUR = 3_600;

/** `random` gives numbers from 0 up to 1. */
export function randomQuestion(random: () => number, id: string): Question {
  const below = (n: number): number => Math.floor(random() * n);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const likely = (share: number): boolean => random() < share;
  /** Lets seconds pass, so that its windows are short. */
  const isTimed = likely(0.15);

  const starts = (): WorkerSpec['starts'] => {
    const first = oneOf(['ok', 'ok', 'ok', 'ok', 'ok', 'ignore', 'error'] as const);
    const later = (): 'ok' | 'ignore' | 'error' | 'throw' => oneOf(['ok', 'ok', 'error', 'throw', 'ignore']);
    return [first, ...Array.from({ length: below(4) }, later)];
  };
  const childOptions = (isSignificant: boolean) => {
    const restart = oneOf(['permanent', 'permanent', 'transient', 'temporary'] as const);
    const significant = isSignificant && restart !== 'permanent' && likely(0.5);
    return { restart, ...(significant && { significant }) };
  };
  const worker = (name: string, isSignificant: boolean): WorkerSpec => {
    const onShutdown = oneOf(['stop', 'stop', 'stop', 'normal', 'crash', 'hang'] as const);
    // Whoever hangs is waited for in real time.
    const shutdown =
      onShutdown === 'hang'
        ? oneOf([20, 'brutal_kill'] as const)
        : oneOf([5_000, 40, 'brutal_kill'] as const);
    return {
      id: name,
      ...childOptions(isSignificant),
      shutdown,
      ...(onShutdown !== 'stop' && { on_shutdown: onShutdown }),
      ...(likely(0.3) && { starts: starts()! }),
    };
  };
  const tree = (depth: number): SupervisorTree => {
    const strategy = oneOf([
      ...(['one_for_one', 'one_for_all', 'rest_for_one'] as const),
      ...(['one_for_one', 'one_for_all', 'rest_for_one'] as const),
      'simple_one_for_one',
    ] as const);
    const autoShutdown = oneOf(['never', 'never', 'any_significant', 'all_significant'] as const);
    const isSignificant = autoShutdown !== 'never';
    const limits = {
      strategy,
      intensity: oneOf([0, 1, 2, 3, 4, 6]),
      period: isTimed ? 1 + below(4) : AN_HOUR,
      ...(isSignificant && { auto_shutdown: autoShutdown }),
    };
    if (strategy === 'simple_one_for_one') {
      const { starts: script, ...template } = worker('template', isSignificant);
      // A dynamic child whose restart is ignored crashes the supervisor of OTP 25 itself.
      const mended = script?.map((start, at) => (at > 0 && start === 'ignore' ? 'ok' : start));
      return { ...limits, template: { ...template, ...(mended && { starts: mended }) } };
    }
    const children = IDS.slice(0, 1 + below(IDS.length)).map((name): WorkerSpec | NestedSpec => {
      if (depth === 0 || !likely(0.3)) return worker(name, isSignificant);
      return { id: name, ...childOptions(isSignificant), supervisor: tree(depth - 1) };
    });
    return { ...limits, children };
  };

  const root = tree(below(MAX_DEPTH + 1));
  const places = placesIn(root, 'root');
  const reason = (): ExitName => oneOf(['crash', 'crash', 'crash', 'normal', 'shutdown', 'shutdown_term']);

  const step = (): Step => {
    const { path, supervisor } = oneOf(places);
    const isDynamic = supervisor.template !== undefined;
    const own = (supervisor.children ?? []).map((child) => child.id);
    const names = [...own, ...own, ...own, ...ADDED, NOBODY];
    const workers = isDynamic ? ADDED : [...own, ...own, ...own, ...ADDED];
    const kinds = ['exit', 'exit', 'exit', 'exit_many', 'start', 'terminate', 'restart', 'delete', 'stop'];
    switch (oneOf(isTimed ? [...kinds, 'advance', 'advance', 'advance'] : kinds)) {
      case 'exit':
        return { op: 'exit', path: `${path}/${oneOf(workers)}`, reason: reason() };
      case 'exit_many': {
        const chosen = [...(isDynamic ? ADDED : [...own, ...ADDED])].filter(() => likely(0.6));
        for (let i = chosen.length - 1; i > 0; i--) {
          const other = below(i + 1);
          [chosen[i], chosen[other]] = [chosen[other]!, chosen[i]!];
        }
        return {
          op: 'exit_many',
          path,
          exits: chosen.map((name) => ({ path: `${path}/${name}`, reason: reason() })),
        };
      }
      case 'start': {
        const { template } = supervisor;
        if (template) return { op: 'start_child', path, spec: { ...template, id: oneOf(ADDED) } };
        return { op: 'start_child', path, spec: worker(likely(0.8) ? oneOf(ADDED) : oneOf(names), false) };
      }
      case 'terminate':
        return { op: 'terminate_child', path, child: oneOf(isDynamic ? ADDED : names) };
      case 'restart':
        return { op: 'restart_child', path, child: oneOf(names) };
      case 'delete':
        return { op: 'delete_child', path, child: oneOf(names) };
      case 'stop':
        // After its end little happens; so mostly something else.
        return likely(0.3)
          ? { op: 'stop_supervisor', path, reason: oneOf(['normal', 'shutdown', 'crash'] as const) }
          : { op: 'exit', path: `${path}/${oneOf(workers)}`, reason: reason() };
      default:
        return { op: 'advance', seconds: 1 + below(3) };
    }
  };
  // A dynamic child that is there already is another one with the same arguments: no id tells them apart.
  const taken = new Set<string>();
  const isNew = (each: Step): boolean => {
    if (
      each.op !== 'start_child' ||
      !places.some(({ path, supervisor }) => path === each.path && supervisor.template)
    )
      return true;
    const path = `${each.path}/${each.spec.id}`;
    return !taken.has(path) && taken.add(path) !== undefined;
  };
  const steps = Array.from({ length: 2 + below(12) }, step).filter(isNew);
  return { id, tree: root, steps };
}

/** The supervisors that are declared, and their paths. */
function placesIn(supervisor: SupervisorTree, path: string): { path: string; supervisor: SupervisorTree }[] {
  const below = (supervisor.children ?? []).flatMap((child) =>
    'supervisor' in child ? placesIn(child.supervisor, `${path}/${child.id}`) : [],
  );
  return [{ path, supervisor }, ...below];
}
