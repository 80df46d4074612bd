/** Living children seen from outside, as those see them who put faults into them on purpose. */
import { type Context, partitionSupervisor, registry, service, supervisor } from '@coppice/core';
import {
  clockOf,
  isSameDeclaration,
  isViewed,
  livingChild,
  livingChildren,
  standIn,
  standInAsCopy,
} from '@coppice/core/kit';
import { boot, rejection, scripted, statuses } from './support/scripted.js';

const code = (act: () => unknown): Promise<string | undefined> =>
  rejection(Promise.resolve().then(act)).then((error) => error.code);

test('it is found by its declaration, and by its path', async () => {
  const a = scripted('a');
  const { tree } = await boot({ children: [supervisor({ id: 'below', children: [a.spec] })] });
  const { path, incarnation, isOver, spec } = livingChild(tree, a.spec);
  expect({ path, incarnation, isOver }).toEqual({ path: 'root/below/a', incarnation: 1, isOver: false });
  expect(spec).toBe(a.spec);
  expect(livingChild(tree, 'below/a').path).toBe('root/below/a');
  expect(livingChild(tree.supervisor('below'), 'a').path).toBe('root/below/a');
});

test('a child of the tree sees all that live in it', async () => {
  let context: Context | undefined;
  const eye = service({
    id: 'eye',
    start: (own) => {
      context = own;
    },
  });
  const down = scripted('down', { restart: 'temporary' });
  const below = supervisor({ id: 'below', children: [scripted('a').spec, down.spec, scripted('b').spec] });
  const { settle } = await boot({ children: [eye, below] });
  down.finish();
  await settle();
  expect(livingChildren(context!).map(({ path }) => path)).toEqual([
    'root/eye',
    'root/below/a',
    'root/below/b',
  ]);
});

test('what does not live is told so', async () => {
  const [a, b] = [scripted('a', { restart: 'transient' }), scripted('b')];
  const below = supervisor({ id: 'below', children: [a.spec] });
  const { tree, settle } = await boot({ children: [below] });
  a.finish();
  await settle();
  expect(await code(() => livingChild(tree, a.spec))).toBe('COPPICE_NOT_RUNNING');
  expect(await code(() => livingChild(tree, b.spec))).toBe('COPPICE_UNKNOWN_REF');
  expect(await code(() => livingChild(tree, 'below/c'))).toBe('COPPICE_UNKNOWN_REF');
  expect(await code(() => livingChild(tree, below))).toBe('COPPICE_INVALID_ARGUMENT');
  expect(await code(() => livingChild({} as Context, a.spec))).toBe('COPPICE_INVALID_ARGUMENT');
});

test('what does not live is told so in words', async () => {
  const a = scripted('a', { restart: 'transient' });
  const { tree, settle } = await boot({ children: [a.spec] });
  a.finish();
  await settle();
  expect(() => livingChild(tree, 'a')).toThrow("'root/a' is not running: it has no incarnation that lives");
  expect(() => livingChild(tree, 'below/c')).toThrow("'root' asks for 'below/c',");
  expect(() => livingChild(tree, scripted('b').spec)).toThrow("'root' asks for 'b',");
});

test('a fault is its crash; of one that is over it is late', async () => {
  const a = scripted('a');
  const { tree, settle } = await boot({ children: [a.spec] });
  const first = livingChild(tree, a.spec);
  expect(first.fault(new Error('boom'))).toBe('crash');
  await settle();
  expect(first.isOver).toBe(true);
  expect(first.fault(new Error('again'))).toBe('late');
  expect(livingChild(tree, a.spec).incarnation).toBe(2);
});

test('one that is held up does not end before it is let go', async () => {
  const a = scripted('a', { shutdownMs: Infinity });
  const { tree, clock, settle } = await boot({ children: [a.spec] });
  const letGo = livingChild(tree, a.spec).holdUp();
  const stopped = tree.stop();
  await clock.advance(60_000);
  expect(statuses(tree)).toEqual(['a: stopping']);
  letGo();
  await settle();
  expect((await stopped).unstopped).toEqual([]);
});

test('the heartbeats of one that is mute are lost, those of the next are heard', async () => {
  const a = scripted('a', {
    staleAfterMs: 100,
    onStart: (_attempt, { heartbeat, sleep }) => {
      void (async () => {
        for (;;) {
          await sleep(60);
          heartbeat();
        }
      })().catch(() => {});
    },
  });
  const { tree, clock } = await boot({ children: [a.spec] });
  await clock.advance(1_000);
  livingChild(tree, a.spec).mute();
  await clock.advance(99);
  expect(a.starts).toBe(1);
  await clock.advance(1);
  expect(a.starts).toBe(2);
  await clock.advance(1_000);
  expect(a.starts).toBe(2);
  const speakAgain = livingChild(tree, a.spec).mute();
  await clock.advance(50);
  speakAgain();
  await clock.advance(1_000);
  expect(a.starts).toBe(2);
});

test('what is done to it is told to those who listen', async () => {
  const a = scripted('a');
  const { tree, events } = await boot({ children: [a.spec] });
  livingChild(tree, a.spec).warn('COPPICE_TEST', 'it is hit');
  expect(events.at(-1)).toMatchObject({
    type: 'supervisor:warning',
    path: 'root/a',
    code: 'COPPICE_TEST',
    message: 'it is hit',
  });
});

test('a declaration in the place of another is found by a reference to either', async () => {
  const [real, fake] = [scripted('db'), scripted('db', { onStart: () => 'fake' })];
  standIn(fake.spec, real.spec);
  expect(isSameDeclaration(fake.spec, real.spec)).toBe(true);
  const { tree } = await boot({ children: [fake.spec] });
  expect([tree.use(real.spec), tree.use(fake.spec)]).toEqual(['fake', 'fake']);
});

test('a copy that only has something added shows what its original shows', async () => {
  const rooms = registry({ id: 'rooms', keys: 'unique' });
  const slow = service({ ...rooms, start: (context) => rooms.start(context) });
  standInAsCopy(slow, rooms);
  const { tree } = await boot({ children: [slow] });
  expect([...tree.use(rooms).keys()]).toEqual([]);
});

test('those are known whose children are not to be exchanged', () => {
  const { spec } = scripted('part');
  const parts = partitionSupervisor({ id: 'parts', partitions: 2, child: spec });
  expect([isViewed(parts), isViewed(spec)]).toEqual([true, false]);
});

test('the clock of a tree', async () => {
  const { tree, clock } = await boot({});
  await clock.advance(7);
  expect(clockOf(tree).now()).toBe(clock.now());
});
