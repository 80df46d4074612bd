/** The books find what is wrong: a true story balances, and none does from which something was taken or put in. */
import {
  SimulatedClock,
  type SupervisionEvent,
  type SupervisorSnapshot,
  service,
  supervisor,
  task,
} from 'coppice';
import { instrument } from '@coppice/prometheus';
import { logEvents } from '@coppice/pino';
import { Declarations } from '../declarations.js';
import { Findings } from '../findings.js';
import { Balance } from './balance.js';
import { Ledger, sumOf } from './ledger.js';
import { OwnMetrics } from './metrics.js';
import { Records } from './records.js';

const SPEC = supervisor({
  id: 'app',
  strategy: 'rest-for-one',
  maxRestarts: 10,
  children: [
    service({ id: 'db', start: () => 'up' }),
    task({
      id: 'worker',
      backoff: { minMs: 10, maxMs: 10, jitter: 0 },
      maxRestarts: 20,
      run: async ({ sleep, attempt }) => {
        await sleep(100);
        if (attempt % 2 === 1) throw new Error('fails');
      },
    }),
    service({ id: 'last', restart: 'temporary', start: ({ sleep }) => sleep(5) }),
  ],
});

/** What happens in half a second, and what is there then. */
async function story(): Promise<{ events: SupervisionEvent[]; tree: SupervisorSnapshot }> {
  const clock = new SimulatedClock();
  const handle = SPEC.handle({ clock });
  const events: SupervisionEvent[] = [];
  handle.on('event', (event) => events.push(event));
  const started = handle.start();
  await clock.advance(500);
  await started;
  const tree = handle.snapshot();
  const told = [...events];
  const stopped = handle.stop();
  await clock.advance(1_000);
  await stopped;
  return { events: told, tree };
}

/** What the books say of a story. */
function judged(events: readonly SupervisionEvent[], tree: SupervisorSnapshot, spec = SPEC): string[] {
  const findings = new Findings();
  const ledger = new Ledger(findings);
  for (const event of events) ledger.hear(event);
  new Balance(ledger, new Declarations(spec), findings).check(tree);
  return findings.all.flatMap(({ check, examples }) => examples.map((example) => `${check}: ${example}`));
}

const renumbered = (events: readonly SupervisionEvent[]): SupervisionEvent[] =>
  events.map((event, at) => ({ ...event, seq: at + 1 }));

/** The story without the nth event of a kind. */
function without(
  events: readonly SupervisionEvent[],
  type: string,
  path: string,
  nth = 0,
): SupervisionEvent[] {
  const gone = events.filter((event) => event.type === type && event.path === path)[nth];
  expect(gone).toBeDefined();
  return renumbered(events.filter((event) => event !== gone));
}

test('a true story balances', async () => {
  const { events, tree } = await story();
  expect(judged(events, tree)).toEqual([]);
  const ledger = new Ledger(new Findings());
  for (const event of events) ledger.hear(event);
  const { starts, ends, restartsDecided, restartsDone } = ledger.sums;
  expect(starts).toBe(7);
  expect(sumOf(ends)).toBe(5);
  expect([restartsDecided, restartsDone]).toEqual([4, 4]);
});

test('an event that is missing is seen by its number', async () => {
  const { events, tree } = await story();
  expect(
    judged(
      events.filter(({ seq }) => seq !== 5),
      tree,
    ),
  ).toContain('order: event 6 comes after 4');
});

test.each([
  ['child:starting', 'app/worker', 1, /order: child:started app\/worker 2, but it is 1/],
  ['child:started', 'app/db', 0, /told and shown: app\/db is running \(1\), and was told to be starting/],
  ['child:crashed', 'app/worker', 0, /order: child:restarting app\/worker 1 comes after 'started'/],
  ['child:completed', 'app/worker', 0, /order: child:restarting app\/worker 2 comes after 'started'/],
  [
    'child:restarting',
    'app/worker',
    1,
    /restarts: app\/worker 3 is started again, and nobody has decided that|backs off after child:completed/,
  ],
  ['child:stopped', 'app/last', 0, /order: child:removed app\/last 1 comes after 'stopping'/],
] as const)('%s of %s is missing', async (type, path, nth, expected) => {
  const { events, tree } = await story();
  expect(judged(without(events, type, path, nth), tree).join('\n')).toMatch(expected);
});

test('a start that was told twice does not balance', async () => {
  const { events, tree } = await story();
  const at = events.findIndex(({ type }) => type === 'child:starting');
  const twice = renumbered([...events.slice(0, at + 1), ...events.slice(at)]);
  expect(judged(twice, tree).join('\n')).toMatch(/starts: 8 starts, but 7 lives/);
});

test('a child that is gone without a word is lost', async () => {
  const { events, tree } = await story();
  const [, ...others] = tree.children;
  expect(judged(events, { ...tree, children: others })).toEqual(
    expect.arrayContaining([
      'lost children: app/db is declared, and not there',
      'lost children: app/db was started (1, child:started), and is not there',
    ]),
  );
});

test('one that is down for good has to be told why, and its declaration has to say so', async () => {
  const { events, tree } = await story();
  const at = events.findIndex(({ type, path }) => type === 'child:restarting' && path === 'app/worker');
  const ended = { ...tree.children[1]!, status: 'stopped' as const, incarnation: 1 };
  const [db] = tree.children;
  const last = { ...db!, id: 'last', path: 'app/last', restart: 'temporary' as const };
  const shown = { ...tree, children: [db!, ended, last] };
  const known = renumbered(events.slice(0, at));
  const findings = new Findings();
  const ledger = new Ledger(findings);
  for (const event of known) ledger.hear(event);
  const balance = new Balance(ledger, new Declarations(SPEC), findings);
  // In the middle of the restart of a group that is shown for a moment.
  balance.check({ ...shown, at: 0 });
  expect(findings.all).toEqual([]);
  balance.check({ ...shown, at: 21_000 });
  expect(findings.all.map(({ examples }) => examples)).toEqual([['app/worker 1 is stopped for 21000 ms']]);

  const said = { ...known.at(-1)!, type: 'child:not-restarted', because: 'completed' } as SupervisionEvent;
  expect(judged(renumbered([...known, said]), shown)).toEqual([
    'restarts: app/worker 1 stays down (completed), but is permanent, after child:crashed',
  ]);
});

test('children of a supervisor that is ending go with it, and of no other', async () => {
  const { events, tree } = await story();
  const { seq, at } = events.at(-1)!;
  const told = { seq: seq + 1, at, path: 'app/db', supervisor: 'app', id: 'db', incarnation: 1 };
  const over = ['child:stopping', 'child:stopped'].map((type, n) => ({ ...told, type, seq: seq + 2 + n }));
  const ending = { type: 'supervisor:stopping', seq: seq + 1, at, path: 'app' };
  const shown = { ...tree, phase: 'stopping' as const, children: tree.children.slice(1) };
  const extended = [...events, ending, ...over] as unknown as SupervisionEvent[];
  expect(judged(extended, shown)).toEqual([]);
  const other = [...events, { ...ending, path: 'other' }, ...over] as unknown as SupervisionEvent[];
  expect(judged(other, shown)).toEqual([
    'lost children: app/db was over (1, child:stopped), and is not there',
  ]);
});

test('one that nobody was told of, or that is there twice, is seen', async () => {
  const { events, tree } = await story();
  const stranger = { ...tree.children[0]!, id: 'x', path: 'app/x' };
  const found = judged(events, { ...tree, children: [...tree.children, stranger, tree.children[0]!] });
  expect(found).toContain('told and shown: app/x is running (1), and was told to be nothing');
  expect(found).toContain('told and shown: app/db is there twice');
});

test('one that neither comes nor goes is stuck', async () => {
  const { events, tree } = await story();
  const findings = new Findings();
  const ledger = new Ledger(findings);
  for (const event of events) ledger.hear(event);
  const balance = new Balance(ledger, new Declarations(SPEC), findings);
  const [db, ...others] = tree.children;
  const at = (ms: number) => ({
    ...tree,
    at: ms,
    children: [{ ...db!, status: 'stopping' as const }, ...others],
  });
  balance.check(at(0));
  balance.check(at(19_000));
  expect(findings.all).toEqual([]);
  balance.check(at(21_000));
  expect(findings.all.map(({ check }) => check)).toEqual(['stuck children']);
});

test('metrics and records are held against the events', async () => {
  const clock = new SimulatedClock();
  const handle = SPEC.handle({ clock });
  const { registry, stop: off } = instrument(handle);
  const [own, records, ledger] = [new OwnMetrics(), new Records(), new Ledger(new Findings())];
  const stopLogging = logEvents(handle, records.logger);
  handle.on('event', (event) => {
    own.hear(event);
    ledger.hear(event);
  });
  const started = handle.start();
  await clock.advance(500);
  await started;

  const right = new Findings();
  expect(await own.compare(registry, right)).toBeGreaterThan(5);
  records.compare(ledger.told, right);
  expect(right.all).toEqual([]);

  const wrong = new Findings();
  const event = { type: 'supervisor:gave-up', path: 'app' } as SupervisionEvent;
  own.hear(event);
  await own.compare(registry, wrong);
  ledger.told.set('child:started', 1);
  records.compare(ledger.told, wrong);
  expect(wrong.all.map(({ check, times }) => [check, times])).toEqual([
    ['metrics', 1],
    ['records', 1],
  ]);
  const stopped = handle.stop();
  await clock.advance(1_000);
  await stopped;
  stopLogging();
  off();
});
