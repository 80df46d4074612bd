/** Whatever the kit exports has a comment with an example. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as kit from '@coppice/testing';

const SOURCES = join(__dirname, '../src');
const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'));

/** Those are the core's. */
const OTHERS = ['SimulatedClock', 'seededRandom'];

test.each(Object.keys(kit).filter((name) => !OTHERS.includes(name)))('%s', (name) => {
  const declared = new RegExp(
    `(/\\*\\*(?:(?!\\*/).)*\\*/)\\nexport (?:async )?(?:function|class|const) ${name}\\b`,
    's',
  );
  const [comment] = sources.flatMap((source) => declared.exec(source)?.[1] ?? []);
  expect(comment).toContain('@example');
});
