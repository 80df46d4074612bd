/** Writes a scenario as the Erlang term that otp_runner.erl reads. */
import type { Question } from './random-scenario.js';

/** These are names, and not words of OTP's. */
const NAMES = new Set(['id', 'path', 'child']);

export const toTerm = (question: Question): string => `${term(question)}.`;

function term(value: unknown, key = ''): string {
  if (Array.isArray(value)) return `[${value.map((each: unknown) => term(each)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, each]) => `${name} => ${term(each, name)}`);
    return `#{${entries.join(',')}}`;
  }
  if (typeof value === 'string') return NAMES.has(key) ? `<<"${value}">>` : `'${value}'`;
  return String(value);
}
