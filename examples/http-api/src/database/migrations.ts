/** What the tables are, step by step. What is here was run somewhere, so it is only added to. */
import type { Database } from './database.js';

/** One statement each, so that each is done as a whole or not at all. */
const MIGRATIONS: Readonly<Record<string, string>> = {
  '001 orders': `create table orders (
    id integer generated always as identity primary key,
    item text not null,
    created_at timestamptz not null default now()
  )`,
  '002 outbox': `create table outbox (
    id integer generated always as identity primary key,
    message jsonb not null
  )`,
};

/** Runs those that were not run yet. @returns their names */
export async function migrate(database: Database): Promise<readonly string[]> {
  await database.query('create table if not exists migrations (name text primary key)');
  const rows = await database.query<{ readonly name: string }>('select name from migrations');
  const done = new Set(rows.map(({ name }) => name));
  const open = Object.entries(MIGRATIONS).filter(([name]) => !done.has(name));
  for (const [name, sql] of open) {
    await database.query(sql);
    await database.query('insert into migrations values ($1)', [name]);
  }
  return open.map(([name]) => name);
}
