import { supervisor } from '@coppice/core';
import { chaos, replace, stub, testTree } from '@coppice/testing';
import { db, outbox, shop } from './shop.js';

const monkey = chaos({
  id: 'chaos',
  enabled: true, // in an application: process.env['CHAOS'] === 'on'
  perMinute: 0.1,
  scope: [outbox],
  faults: { crash: 3, hang: 1 },
  seed: 7,
});

const offline = replace(shop, db, stub(db, { query: async () => [] }));
const hostile = supervisor({ ...offline, children: [...offline.children, monkey] });

test('two hours of chaos', async () => {
  await using app = await testTree(hostile);
  await app.advance(2 * 3_600_000);
  const { faults } = app.use(monkey);
  expect(faults.length).toBeGreaterThan(5);
  app.events.expectOrder('outbox crashed', 'outbox#2 started');
  app.events.expectNever('shop gave-up');
});
