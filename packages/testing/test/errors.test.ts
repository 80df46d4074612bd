/** The errors of the kit, and that docs/errors.md has each of their codes. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, toWire } from '@coppice/core';
import { ChaosError, TestingError } from '@coppice/testing';

const SOURCES = join(__dirname, '../src');

const [part] = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8')
  .split(/^# /m)
  .filter((each) => each.startsWith('Errors of the test kit'));
const documented = part!.split(/^## /m).flatMap((section) => {
  const owner = section.slice(0, section.indexOf('\n')).trim();
  return [...section.matchAll(/^\| `(\w+)` \| (.{20,}) \| (.{10,}) \|$/gm)].map(
    ([, code]) => `${owner} ${code}`,
  );
});

test('docs/errors.md has each code of the sources, and no other', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const codes = files.flatMap((file) =>
    Array.from(
      readFileSync(join(SOURCES, file), 'utf8').matchAll(/\bCOPPICE_(?:TEST|CHAOS)\w*\b/g),
      ([code]) => code,
    ),
  );
  const owned = [...new Set(codes)].map((code) =>
    code === 'COPPICE_CHAOS' ? `ChaosError ${code}` : `TestingError ${code}`,
  );
  expect(documented.toSorted()).toEqual(owned.toSorted());
});

test('they are errors as those of all packages', () => {
  const error = new TestingError('COPPICE_TEST_NOT_WATCHED', { path: 'shop/db' });
  expect(error).toBeInstanceOf(CodedError);
  expect([error.name, error.code, error.path]).toEqual([
    'TestingError',
    'COPPICE_TEST_NOT_WATCHED',
    'shop/db',
  ]);
  expect(toWire(error)).toMatchObject({ code: 'COPPICE_TEST_NOT_WATCHED' });
  expect(ChaosError.prototype).toBeInstanceOf(CodedError);
});
