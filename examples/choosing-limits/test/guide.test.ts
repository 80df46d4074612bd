/** docs/guides/choosing-limits.md is held against the declarations: their text, what they explain, and what happens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ChildSpec,
  SimulatedClock,
  type SupervisionEvent,
  explainPolicy,
  seededRandom,
  service,
  supervisor,
} from 'coppice';
import { db, orders, prices, report, shop, thumbnails } from '../src/declarations.js';
import { BadMessage } from '../src/stand-ins.js';

const page = readFileSync(join(__dirname, '../../../docs/guides/choosing-limits.md'), 'utf8');
const source = readFileSync(join(__dirname, '../src/declarations.ts'), 'utf8');

describe('the guide', () => {
  test.each([db, orders, report, prices, thumbnails])('declares and explains $id', (child) => {
    const [, section] = page.split(`### ${child.id}: `);
    const block = (language: string): string =>
      new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(section!.split('\n### ')[0]!)?.[1] ??
      `no ${language}`;
    expect(source).toContain(`\nexport ${block('ts')}`);
    expect(block('text')).toBe(`${explainPolicy(child, shop)}\n`);
  });

  test('has no other declarations than these', () => {
    const sections = Array.from(page.matchAll(/^### (\w+): /gm), ([, id]) => id);
    expect(sections).toEqual(shop.children.map(({ id }) => id));
  });
});

/** What a child does, and with whom. */
const OTHERWISE = ['kind', 'start', 'run', 'stop', 'kill', 'bindsTo'];

/** A child with all that this one says of limits, whose start does something else. */
function like(child: ChildSpec, start: (attempt: number) => unknown): ChildSpec {
  const limits = Object.fromEntries(Object.entries(child).filter(([key]) => !OTHERWISE.includes(key)));
  return service({ ...limits, id: child.id, start: ({ attempt }) => start(attempt) });
}

const refused = (): never => {
  throw new Error('connection refused');
};

/** A tree with one such child, on a simulated clock, and what happens to it. */
function treeOf(child: ChildSpec) {
  const clock = new SimulatedClock();
  const events: SupervisionEvent[] = [];
  const tree = supervisor({ id: 'root', children: [child] }).handle({ clock, random: seededRandom(1) });
  tree.on('event', (event) => void events.push(event));
  const times = (type: SupervisionEvent['type']): number[] =>
    events.filter((event) => event.type === type).map(({ at }) => at);
  return { clock, tree, times };
}

test('they are declared without a warning', async () => {
  const tree = supervisor({ ...shop, children: shop.children.map((child) => like(child, () => 1)) }).handle();
  const warnings: unknown[] = [];
  tree.on('supervisor:warning', (warning) => void warnings.push(warning));
  await tree.start();
  expect(warnings).toEqual([]);
  await tree.stop();
});

describe('an outage', () => {
  test('db: the boot waits for a database that comes two minutes late', async () => {
    let isUp = false;
    const { clock, tree } = treeOf(like(db, () => (isUp ? 1 : refused())));
    const started = tree.start();
    await clock.advance(120_000);
    expect(tree.snapshot().phase).toBe('starting');
    isUp = true;
    await clock.advance(10_000);
    await started;
    expect(tree.snapshot().phase).toBe('running');
    await tree.stop();
  });

  test('db: gives up after two to four minutes, and all with it', async () => {
    const { clock, tree, times } = treeOf(like(db, (attempt) => (attempt > 1 ? refused() : 1)));
    await tree.start();
    const ended = tree.whenStopped();
    await tree.restartNow('db').catch(() => {});
    await clock.advance(600_000);
    const [gaveUp] = times('supervisor:gave-up');
    expect(gaveUp).toBeGreaterThan(121_000);
    expect(gaveUp).toBeLessThan(243_000);
    expect(times('child:start-failed')).toHaveLength(31);
    await ended;
  });

  test('orders: a message that nobody understands is no reason to try again', () => {
    expect([new BadMessage('{'), new Error('timeout')].map((error) => orders.classify!(error))).toEqual([
      'permanent',
      'transient',
    ]);
  });

  test('report: is tried again all day, every half hour in the end', async () => {
    const { clock, tree, times } = treeOf(like(report, (attempt) => (attempt > 1 ? refused() : 1)));
    await tree.start();
    await tree.restartNow('report').catch(() => {});
    await clock.advance(86_400_000);
    expect(times('child:starting').length).toBeGreaterThan(48);
    expect(times('child:starting').length).toBeLessThan(100);
    await tree.stop();
  });

  test('prices: the boot does not wait for it, and it asks all day, twice a minute', async () => {
    const { clock, tree, times } = treeOf(like(prices, refused));
    await tree.start();
    await clock.advance(86_400_000);
    expect(times('child:gave-up')).toHaveLength(1);
    expect(times('child:starting').length).toBeGreaterThan(2_600);
    expect(times('child:starting').length).toBeLessThan(3_200);
    expect(times('supervisor:gave-up')).toEqual([]);
    await tree.stop();
  });

  test('thumbnails: gives up within seconds', async () => {
    const { clock, tree, times } = treeOf(like(thumbnails, (attempt) => (attempt > 1 ? refused() : 1)));
    await tree.start();
    const ended = tree.whenStopped();
    await tree.restartNow('thumbnails').catch(() => {});
    await clock.advance(60_000);
    const [gaveUp] = times('supervisor:gave-up');
    expect(gaveUp).toBeGreaterThan(3_500);
    expect(gaveUp).toBeLessThan(7_000);
    await ended;
  });
});
