/** The job by itself: it does not fail while the database is away, and goes on when it is back. */
import { testTree } from '@coppice/testing';
import { cleanup } from './cleanup.js';
import { database, db } from './db.js';

test('what is older than a day is removed, also after an outage, which costs no restart of the job', async () => {
  const [yesterday, today] = [Date.now() - 90_000_000, Date.now()];
  await using tree = await testTree([db, cleanup]);
  database.toggle();
  await tree.until('cleanup stopped');
  await tree.advance(60_000);
  database.rows = [
    { id: 1, text: 'old', at: yesterday },
    { id: 2, text: 'new', at: today },
  ];
  database.toggle();
  await tree.until('cleanup#2 started');
  await tree.advance(60_000);
  expect(database.rows.map(({ text }) => text)).toEqual(['new']);
  tree.events.expectNever('cleanup crashed');
});
