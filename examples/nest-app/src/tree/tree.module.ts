/**
 * Services of the tree as providers of Nest: a token for each reference. What is injected is a function that gives the
 * service that runs *now*, as `use` does: Nest makes its providers once, and a service is made anew after each crash.
 */
import { type DynamicModule, Inject, Module } from '@nestjs/common';
import type { Service, Use } from 'coppice';

/** Gives the value of the service that runs now. @throws NotRunningError `COPPICE_NOT_RUNNING` while it is down */
export type Current<V> = () => V;

const tokens = new WeakMap<object, symbol>();

function tokenOf(ref: Service): symbol {
  const token = tokens.get(ref) ?? Symbol(`service '${ref.id}' of the tree`);
  tokens.set(ref, token);
  return token;
}

/** `constructor(@FromTree(db) private readonly db: Current<Pool>)`, and then `this.db().query(...)`. */
export const FromTree = (ref: Service): ParameterDecorator & PropertyDecorator => Inject(tokenOf(ref));

@Module({})
export class TreeModule {
  /** For the imports of the root module: what it gives can be injected everywhere. */
  static of(use: Use, refs: readonly Service[]): DynamicModule {
    const providers = refs.map((ref) => ({ provide: tokenOf(ref), useValue: () => use(ref) }));
    return { module: TreeModule, global: true, providers, exports: refs.map(tokenOf) };
  }
}
