/** Each case of OTP's own suite has its counterpart here under its name, or a reason in docs/otp-differences.md. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const cases = JSON.parse(readFileSync(join(__dirname, '../data/otp-suite-cases.json'), 'utf8')) as Record<
  string,
  string[]
>;
const names = Object.values(cases).flat();
const sources = readdirSync(__dirname)
  .filter((file) => file.endsWith('.test.ts') && file !== 'suite.test.ts')
  .map((file) => readFileSync(join(__dirname, file), 'utf8'))
  .join('\n');
const differences = readFileSync(join(__dirname, '../../../../docs/otp-differences.md'), 'utf8');

/** A name in quotes: `test('name', ...)`, `test('name: and more', ...)`, or in the table of a `test.each`. */
const isTested = (name: string): boolean => new RegExp(`['"]${name}(?:: [^'"]*)?['"]`).test(sources);
const isExplained = (name: string): boolean => differences.includes(`\`${name}\``);

test.each(names)('%s has a test, or a reason why not', (name) => {
  expect(isTested(name) || isExplained(name)).toBe(true);
});

test('what the document gives a reason for is a case', () => {
  const [, section = ''] = differences.split('## Cases of OTP');
  const explained = [...section.matchAll(/`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`/g)].map(([, name]) => name!);
  expect(explained.length).toBeGreaterThan(5);
  for (const name of explained) expect(names).toContain(name);
});

test('no name is listed twice', () => {
  expect(new Set(names).size).toBe(names.length);
});
