import { SimulatedClock, dynamicSupervisor, formatTree, service, supervisor, task, toMermaid } from 'coppice';

const forever = (): Promise<never> => new Promise(() => {});

const db = service({
  id: 'db',
  start: ({ attempt, fail, sleep }) => {
    if (attempt === 1) void sleep(1_200).then(() => fail(new Error('Connection terminated')), String);
  },
});
const prices = task({
  id: 'prices',
  backoff: { minMs: 4_000, maxMs: 30_000, jitter: 0 },
  maxRestarts: 10,
  withinMs: 600_000,
  run: async ({ sleep }) => {
    await sleep(1_500);
    throw new Error('connect ECONNREFUSED 10.0.0.7:443');
  },
});
const feeds = supervisor({ id: 'feeds', children: [prices] });
const sockets = dynamicSupervisor({
  id: 'sockets',
  child: task({ id: 'socket', restart: 'temporary', run: forever }),
});
const clock = new SimulatedClock();
const tree = await supervisor({ id: 'shop', children: [db, feeds, sockets] }).start({ clock });
for (let n = 0; n < 5_000; n++) await tree.supervisor(sockets).startChild();
await clock.advance(2_500);

if (process.env['LOG'] === 'pretty') console.log(formatTree(tree.snapshot(), { maxChildren: 3 }));
else console.log(toMermaid(tree.snapshot(), { maxChildren: 1 }));
process.exit();
