/** A user's own tree with one child replaced: `replace` and `stub`. */
import {
  type ChildSpec,
  type DeclaredSupervisor,
  type Service,
  type SupervisorSpec,
  type Task,
  dynamicSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { isSameDeclaration, isViewed, show, standIn } from '@coppice/core/kit';
import { reading } from './checked.js';
import { TestingError, wrongOption } from './errors.js';

/** What can stand in for a declaration: one that gives those who `use` it the same kind of value. */
export type StandIn<C> =
  C extends Service<infer V, infer A>
    ? Service<V, A>
    : C extends Task<infer A>
      ? Task<A> | ChildSpec
      : ChildSpec;

/**
 * A service in the place of another, with a value made by the test. It has the id and all options of the original, but for
 * those that are given.
 *
 * @param ref - what it stands in for
 * @param value - what `use(ref)` gives; as much of it as the test needs
 *
 * @example
 * ```ts
 * const test = await testTree(replace(shop, db, stub(db, { query: async () => [{ id: 1 }] })));
 * ```
 */
export function stub<V>(ref: Service<V>, value: NoInfer<Partial<V> & object>): Service<V>;
/** The whole value. */
export function stub<V>(ref: Service<V>, value: NoInfer<V>): Service<V>;
export function stub(ref: Service, value: unknown): unknown {
  return reading('stub()', 'the first argument', 'the declaration of a service', ref, () => {
    const options = Object.entries(ref).filter(([key]) => !['start', 'stop', 'kill'].includes(key));
    const own = Object.fromEntries(options) as Omit<Service, 'start' | 'stop' | 'kill'>;
    const stubbed = service({ ...own, awaitReady: false, start: () => value });
    standIn(stubbed, ref);
    return stubbed;
  });
}

/**
 * The same tree with one of its children replaced. The stand-in takes the id of the child; references to the original
 * (`use(db)`, `bindsTo`, `tree.supervisor(feeds)`) mean it from then on.
 *
 * @param tree - the declaration of a supervisor, or of an application; it stays as it is
 * @param ref - the child: its declaration, or its path below the root (`'health'`, `'feeds/eu'`); the template of a dynamic
 * supervisor can be replaced as well
 * @param other - what is to stand there: see `stub`, `scripted`, `misbehaving`
 * @returns a declaration of its own, that can be started
 * @throws TestingError `COPPICE_TEST_REF` if the child does not stand there
 *
 * @example
 * ```ts
 * const offline = replace(replace(shop, db, stub(db, fakeDb)), 'health', scripted('health'));
 * await using test = await testTree(offline);
 * ```
 */
export function replace<C extends { readonly id: string } = ChildSpec>(
  tree: SupervisorSpec,
  ref: C | string,
  other: StandIn<C>,
): DeclaredSupervisor {
  const { copy, places, closed } = reading('replace()', 'an argument', 'a declaration', tree, () => {
    if ((tree as { kind?: unknown } | undefined)?.kind === 'supervisor')
      return new Replacement(tree, ref, other);
    throw wrongOption('replace()', 'the first argument', 'the declaration of a supervisor', show(tree));
  });
  if (copy !== tree) return copy as DeclaredSupervisor;
  const inside = closed.map((path) => `'${path}'`).join(' and ');
  throw new TestingError(
    'COPPICE_TEST_REF',
    {
      id:
        typeof ref === 'string'
          ? ref
          : reading('replace()', 'ref', 'a declaration', ref, () => ref?.id ?? show(ref)),
      path: tree.id,
      why:
        inside === '' ? '' : `, as far as it can be exchanged (what is inside of ${inside} belongs to that)`,
      expected: places.join(', '),
    },
    replace,
  );
}

/** One replacement: a walk through the declarations. */
class Replacement {
  /** The paths below the root that it has come by. */
  readonly places: string[] = [];
  /** Pools and partitions: they know their children, so that these cannot be exchanged one by one. */
  readonly closed: string[] = [];
  /** The tree itself, if it was not found. */
  readonly copy: SupervisorSpec;
  readonly #ref: object | string;
  readonly #other: ChildSpec;

  constructor(tree: SupervisorSpec, ref: object | string, other: ChildSpec) {
    this.#ref = ref;
    this.#other = other;
    this.copy = this.#inSupervisor(tree, '');
  }

  #inSupervisor(spec: SupervisorSpec, at: string): SupervisorSpec {
    const children = spec.children.map((child) => this.#instead(child, `${at}${child.id}`));
    if (children.every((child, index) => child === spec.children[index])) return spec;
    const copy = supervisor({ ...spec, children });
    standIn(copy, spec);
    return copy;
  }

  #instead(child: ChildSpec, path: string): ChildSpec {
    this.places.push(path);
    const isIt = typeof this.#ref === 'string' ? this.#ref === path : isSameDeclaration(child, this.#ref);
    if (isIt) return this.#standInFor(child);
    if (child.kind === 'service' || child.kind === 'task') return child;
    if (isViewed(child)) {
      this.closed.push(path);
      return child;
    }
    if (child.kind === 'supervisor') return this.#inSupervisor(child, `${path}/`);
    const template: ChildSpec = child.child;
    const instead = this.#instead(template, `${path}/${template.id}`);
    if (instead === template) return child;
    const copy = dynamicSupervisor<never>({ ...child, child: instead });
    standIn(copy, child);
    return copy;
  }

  #standInFor(child: ChildSpec): ChildSpec {
    const other = this.#other;
    const instead = other.id === child.id ? other : copyOf(other, child.id);
    standIn(instead, child);
    // Under another id it is a copy; what the test has in its hands means that one.
    if (instead !== other) standIn(other, instead);
    return instead;
  }
}

function copyOf(spec: ChildSpec, id: string): ChildSpec {
  switch (spec.kind) {
    case 'service':
      return service({ ...spec, id });
    case 'task':
      return task({ ...spec, id });
    case 'supervisor':
      return supervisor({ ...spec, id });
    case 'dynamic-supervisor':
      return dynamicSupervisor<never>({ ...spec, id });
  }
}
