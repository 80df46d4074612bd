/** What an application says of its health: the port of the probes, and what single children mean for the whole. */
import type { ChildHealth, ChildSpec, ChildrenHealth, SupervisorSpec } from '@coppice/core';
import { show } from '@coppice/core/kit';
import type { HealthServerOptions } from '../health/health-server.js';
import { OptionError, type WrongOption } from '../shared/option-error.js';
import { ApplicationError, hint } from './errors.js';

/** The options of the health server of an application, and overrides for its children. */
export interface ApplicationHealth extends Omit<HealthServerOptions, 'health' | 'changes'> {
  /**
   * What single children mean for the health of the whole, by their paths below the application:
   * `{ cache: { required: false }, 'feeds/eu': { graceMs: 5_000 }, ads: { ignore: true } }`. They have to be declared,
   * and not below a dynamic supervisor, whose children never make it unready. Default: what the children say themselves.
   */
  readonly children?: ChildrenHealth | undefined;
}

const CHECKS: Readonly<
  Record<keyof ChildHealth, readonly [expected: string, holds: (value: unknown) => boolean]>
> = {
  required: ['true or false', isBoolean],
  ignore: ['true or false', isBoolean],
  graceMs: [
    'a number of milliseconds, 0 or more',
    (value) => typeof value === 'number' && value >= 0 && value < Infinity,
  ],
};
const KEYS = Object.keys(CHECKS);

/** The rest of it is checked by the health server. @throws ApplicationError */
export function checkHealth(given: unknown): ApplicationHealth | undefined {
  if (given === undefined || isObject(given)) return given as ApplicationHealth | undefined;
  throw invalid('health', 'an object, like { port: 8080 }', given);
}

/** What the health server says of an option, with the name under which it was written. */
export function underHealth(error: unknown): unknown {
  if (!(error instanceof OptionError)) return error;
  const { key, expected, got, hint } = error.details as unknown as WrongOption;
  const mend = hint === undefined ? '' : `. ${hint}`;
  return new ApplicationError('COPPICE_APP_INVALID_OPTION', {
    key: `health.${key}`,
    expected,
    got: `${got}${mend}`,
  });
}

/** A path that is misspelt would have no effect, and nobody would know. @throws ApplicationError */
export function checkOverrides(given: unknown, spec: SupervisorSpec): ChildrenHealth {
  if (given === undefined) return {};
  if (!isObject(given))
    throw invalid('health.children', 'an object, like { cache: { required: false } }', given);
  const known = pathsIn(spec.children, '');
  for (const [path, override] of Object.entries(given)) {
    const key = `health.children['${path}']`;
    if (!known.includes(path))
      throw invalid(key, `the path of a child that is declared${hint(path, known)}`, path);
    if (!isObject(override)) throw invalid(key, `an object of ${KEYS.join(', ')}`, override);
    for (const [name, value] of Object.entries(override)) {
      if (!Object.hasOwn(CHECKS, name))
        throw invalid(key, `an object of ${KEYS.join(', ')}${hint(name, KEYS)}`, name);
      const [expected, holds] = CHECKS[name as keyof ChildHealth];
      if (value !== undefined && !holds(value)) throw invalid(`${key}.${name}`, expected, value);
    }
  }
  return given as ChildrenHealth;
}

function pathsIn(children: readonly ChildSpec[], above: string): string[] {
  return children.flatMap((child) => [
    above + child.id,
    ...(child.kind === 'supervisor' ? pathsIn(child.children, `${above}${child.id}/`) : []),
  ]);
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (key: string, expected: string, got: unknown): ApplicationError =>
  new ApplicationError('COPPICE_APP_INVALID_OPTION', { key, expected, got: show(got) });
