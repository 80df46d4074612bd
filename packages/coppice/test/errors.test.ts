/** The errors of this package: what they have in common, and that docs/errors.md has each of their codes. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as coppice from 'coppice';
import {
  CodedError,
  CoppiceError,
  ListenError,
  OptionError,
  ProcessError,
  isCoppiceError,
  toWire,
} from 'coppice';

const SOURCES = join(__dirname, '../src');

/** Where codes live that nobody throws. */
const WARNINGS = 'Warnings';

/** `class code`, for each code of its own that the package has: a file that has a class has the codes of that one. */
function codesInSources(): string[] {
  const found = new Map<string, string>();
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  for (const file of files) {
    const text = readFileSync(join(SOURCES, file), 'utf8');
    const owner = /^export class (\w+) extends CodedError/m.exec(text)?.[1];
    for (const [code] of text.matchAll(/\bCOPPICE_[A-Z_]+\b/g)) {
      if (isCoppiceError({ code })) continue;
      if (owner !== undefined || !found.has(code)) found.set(code, owner ?? WARNINGS);
    }
  }
  return [...found].map(([code, owner]) => `${owner} ${code}`).toSorted();
}

const [, , ours] = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8').split(/^# /m);
const rows = ours!.split(/^## /m).flatMap((section) => {
  const owner = section.slice(0, section.indexOf('\n')).trim();
  return [...section.matchAll(/^\| `(\w+)` \|(.*)\|(.*)\|$/gm)].map(([, code, when, cure]) => ({
    owner,
    code: code!,
    when: when!.trim(),
    cure: cure!.trim(),
  }));
});

describe('docs/errors.md', () => {
  test('has each code of the sources, and no other, under its class', () => {
    const documented = rows.filter(({ code }) => code.startsWith('COPPICE_'));
    expect(documented.map(({ owner, code }) => `${owner} ${code}`).toSorted()).toEqual(codesInSources());
  });

  test('says for each when it comes, and how to mend it', () => {
    for (const { when, cure } of rows) {
      expect(when.length).toBeGreaterThan(10);
      expect(cure.length).toBeGreaterThan(3);
    }
  });

  test('has each class of an error that is exported', () => {
    const classes = ownClasses().map(({ name }) => name);
    expect([...new Set(rows.map(({ owner }) => owner))].toSorted()).toEqual(
      [...classes, WARNINGS].toSorted(),
    );
  });
});

type ErrorClass = new (...args: never[]) => Error;

/** Those of the core have tests of their own. */
function ownClasses(): ErrorClass[] {
  const isA = (value: unknown, base: unknown): boolean =>
    typeof value === 'function' && value.prototype instanceof (base as ErrorClass);
  const ofCore: unknown[] = [CodedError, CoppiceError];
  return Object.values<unknown>(coppice).filter(
    (value): value is ErrorClass => isA(value, Error) && !isA(value, CoppiceError) && !ofCore.includes(value),
  );
}

test('each class of an error is a CodedError', () => {
  for (const each of ownClasses()) expect(each.prototype).toBeInstanceOf(CodedError);
});

test.each([
  [
    new OptionError({ key: 'port', of: 'web()', expected: 'a number', got: "'x'", path: 'web' }),
    { key: 'port', got: "'x'" },
    "port of web() has to be a number; got 'x' (at web)",
  ],
  [
    new ProcessError('COPPICE_PROCESS_EXITED', 'exited with code 3', { path: 'web', exitCode: 3 }),
    { exitCode: 3 },
    "'web' exited with code 3",
  ],
  [
    new ListenError(Object.assign(new Error('in use'), { code: 'EADDRINUSE' }), 80, undefined, 'web'),
    { port: 80 },
    'cannot listen on port 80 (EADDRINUSE)',
  ],
])('path, details, and the way to JSON: %s', (error, details, message) => {
  expect(error.path).toBe('web');
  expect(error.details).toMatchObject({ ...details, path: 'web' });
  expect(error.message).toContain(message);
  expect(error.toWire()).toEqual(toWire(error));
  expect(error.toWire()).toMatchObject({ name: error.name, code: error.code });
});
