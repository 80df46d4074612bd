/** The examples of docs/guides/testing.md are those of test/guide, which are run as tests; programs are run by internal/docs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { service } from '@coppice/core';
import { crashes, onRun, scripted, testTree, watchLeaks } from '@coppice/testing';

const guide = readFileSync(join(__dirname, '../../../docs/guides/testing.md'), 'utf8');
const blocks = (language: string): string[] =>
  Array.from(guide.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs')), ([, code]) => code!);

const DIRECTORY = join(__dirname, 'guide');
const files = readdirSync(DIRECTORY).map((name) => readFileSync(join(DIRECTORY, name), 'utf8'));

/** Paragraphs: what a block has may stand in a file in pieces, with other tests between. Imports are the file's own. */
const paragraphsOf = (code: string): string[] =>
  code
    .replaceAll("from 'coppice'", "from '@coppice/core'")
    .split(/\n\n(?! )/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => !paragraph.startsWith('import') && paragraph !== '');

test.each(blocks('ts').map((code, at) => [at + 1, code] as const))('example %i is run', (_at, code) => {
  for (const paragraph of paragraphsOf(code)) {
    // The one example that fails: the test of it expects that.
    if (paragraph.startsWith("test('a deviation tells the story'")) continue;
    expect(files.filter((file) => file.includes(`\n${paragraph}\n`))).not.toEqual([]);
  }
});

test('they are all there', () => {
  expect(blocks('ts')).toHaveLength(10);
});

test('the deviation that the guide shows is what comes out of it', async () => {
  const [example] = blocks('ts').filter((code) => code.startsWith("test('a deviation tells the story'"));
  expect(example).toContain(`scripted('db', onRun(1, crashes('connection lost', { afterMs: 250 })))`);
  expect(example).toContain(`expectOrder('db crashed', 'db#2 started', 'db stopped')`);
  await using app = await testTree([scripted('db', onRun(1, crashes('connection lost', { afterMs: 250 })))]);
  await app.runUntilIdle();
  const [shown] = blocks('text').filter((text) => text.startsWith('After '));
  expect(() => app.events.expectOrder('db crashed', 'db#2 started', 'db stopped')).toThrow(
    expect.objectContaining({ message: shown!.trimEnd() }),
  );
});

test('a ticker that is not stopped is told as the guide says', async () => {
  const timers: NodeJS.Timeout[] = [];
  const leaks = watchLeaks();
  const ticker = service({ id: 'ticker', start: () => void timers.push(setInterval(() => {}, 1_000)) });
  {
    await using app = await testTree([ticker]);
    app.crash(ticker);
    await app.until('ticker#2 started');
  }
  const error: unknown = await leaks.check({ graceMs: 0 }).catch((thrown: unknown) => thrown);
  leaks.stop();
  for (const timer of timers) clearInterval(timer);
  const [, said] = /`(2 things were left behind[^`]*) \.\.\.`/.exec(guide)!;
  expect((error as Error).message.replaceAll(/\s+/g, ' ')).toContain(said);
});

test('each behaviour is in the table', async () => {
  const kit = (await import('@coppice/testing')) as Record<string, unknown>;
  const source = readFileSync(join(__dirname, '../src/behaviour.ts'), 'utf8');
  const names = Array.from(source.matchAll(/^export (?:const|function) (\w+)/gm), ([, name]) => name!);
  const [table] = guide.split('| Behaviour | It |').slice(1);
  for (const name of names.filter((each) => each in kit)) expect(table).toContain(`\`${name}`);
});
