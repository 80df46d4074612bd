/** What the compiler says of tests. */
import { type SupervisorTree, dynamicSupervisor, service, supervisor, task } from '@coppice/core';
import {
  type Happening,
  crashes,
  misbehaving,
  onRun,
  replace,
  scripted,
  stub,
  testTree,
} from '@coppice/testing';
import { expectTypeOf } from 'expect-type';

interface Db {
  query(sql: string): Promise<string[]>;
  close(): void;
}
declare const real: Db;
const db = service({ id: 'db', start: () => real });
const poller = task({ id: 'poller', run: () => {} });
const shop = supervisor({ id: 'shop', children: [db, poller] });
const conns = dynamicSupervisor({
  id: 'conns',
  child: service({ id: 'conn', start: (_context, host: string) => host }),
});

// Words.
expectTypeOf<'db crashed'>().toExtend<Happening>();
expectTypeOf<'feeds/eu#2 child:gave-up'>().toExtend<Happening>();
expectTypeOf<'db crashd'>().not.toExtend<Happening>();
expectTypeOf<'db'>().not.toExtend<Happening>();
expectTypeOf<{ type: 'child:restarting'; id: string; delayMs: number }>().toExtend<Happening>();
// @ts-expect-error -- an event of this type has no delayMs
const wrongPart: Happening = { type: 'child:crashed', delayMs: 1 };

// Trees.
async function trees(): Promise<void> {
  expectTypeOf((await testTree(shop)).tree).toEqualTypeOf<SupervisorTree>();
  expectTypeOf((await testTree([db])).tree).toEqualTypeOf<SupervisorTree>();
  const test = await testTree(conns);
  await test.tree.startChild({ args: ['eu'] });
  // @ts-expect-error -- its argument is a string
  await test.tree.startChild({ args: [1] });
  expectTypeOf(test.use(db)).toEqualTypeOf<Db>();
  expectTypeOf(await test.until(Promise.resolve(7))).toEqualTypeOf<number>();
  // @ts-expect-error -- there is no such event
  await test.until('db crashd');
}

// Stand-ins.
expectTypeOf(stub(db, { query: async () => [] })).toEqualTypeOf<typeof db>();
// @ts-expect-error -- its query returns something else
stub(db, { query: () => 1 });
replace(shop, db, stub(db, { query: async () => ['row'] }));
replace(shop, poller, scripted('poller'));
replace(shop, 'db', scripted('db'));
// @ts-expect-error -- who uses db wants a Db, and this has a number
replace(shop, db, scripted('db'));
expectTypeOf(misbehaving(db, onRun(1, crashes()))).toEqualTypeOf<typeof db>();
expectTypeOf(misbehaving(poller)).toEqualTypeOf<typeof poller>();

export { trees, wrongPart };
