/** `mirror`: a tree that runs elsewhere, shown as part of this one. */
import {
  type Context,
  type Mirror,
  type SupervisionEvent,
  type SupervisorSnapshot,
  dynamicSupervisor,
  mirror,
  supervisor,
} from '@coppice/core';
import { type Booted, boot, forever, scripted } from './support/scripted.js';

/** Another tree with all its events, and this one with a child that holds it. */
async function withRemote(): Promise<{
  far: Booted;
  near: Booted;
  mirrored: Mirror;
  crash: () => void;
  contexts: readonly Context[];
  leaf: ReturnType<typeof scripted>;
}> {
  const leaf = scripted('leaf', { restart: 'transient', significant: true });
  const sub = supervisor({ id: 'sub', autoShutdown: 'any-significant', children: [leaf.spec] });
  const far = await boot({
    id: 'far',
    children: [sub, dynamicSupervisor({ id: 'pool', child: scripted('one').spec })],
  });
  const holder = scripted('remote');
  const inner = supervisor({ id: 'inner', children: [holder.spec] });
  const near = await boot({ children: [inner] });
  const mirrored = mirror(holder.contexts[0]!);
  return { far, near, mirrored, crash: () => holder.crash(), contexts: holder.contexts, leaf };
}

const shown = ({ tree }: Booted): SupervisorSnapshot | null =>
  tree.snapshot().children[0]!.supervisor!.children[0]!.supervisor;

const pathsIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === 'path' || key === 'supervisor') && typeof inner === 'string' ? [inner] : pathsIn(inner),
  );
};

describe('snapshots', () => {
  test('the root of the other tree takes the place of the child, in all paths', async () => {
    const { far, near, mirrored } = await withRemote();
    expect(shown(near)).toBeNull();
    mirrored.show(far.tree.snapshot());
    const snapshot = shown(near)!;
    expect(snapshot).toMatchObject({
      path: 'root/inner/remote',
      phase: 'running',
      children: [
        {
          id: 'sub',
          path: 'root/inner/remote/sub',
          supervisor: { path: 'root/inner/remote/sub', children: [{ path: 'root/inner/remote/sub/leaf' }] },
        },
        { id: 'pool', kind: 'dynamic-supervisor' },
      ],
    });
    for (const path of pathsIn(snapshot)) expect(path).toMatch(/^root\/inner\/remote(\/|$)/);
    expect(JSON.parse(JSON.stringify(near.tree.snapshot()))).toEqual(near.tree.snapshot());
    // Only the paths are others.
    const text = JSON.stringify(far.tree.snapshot());
    expect(JSON.stringify(snapshot)).toBe(
      text.replaceAll('"far', '"root/inner/remote').replace('"id":"root/inner/remote"', '"id":"far"'),
    );
  });

  test('what was shown last counts, and later changes of it do not', async () => {
    const { far, near, mirrored } = await withRemote();
    const first = structuredClone(far.tree.snapshot()) as {
      -readonly [K in keyof SupervisorSnapshot]: SupervisorSnapshot[K];
    };
    mirrored.show(first);
    first.phase = 'idle';
    expect(shown(near)!.phase).toBe('running');
    await far.tree.stop();
    mirrored.show(far.tree.snapshot());
    expect(shown(near)!.phase).toBe('stopped');
  });

  test('an incarnation that has ended shows nothing, and the next one begins with nothing', async () => {
    const { far, near, mirrored, crash, contexts } = await withRemote();
    mirrored.show(far.tree.snapshot());
    crash();
    await near.settle();
    expect(contexts).toHaveLength(2);
    expect(shown(near)).toBeNull();
    mirrored.show(far.tree.snapshot());
    expect(shown(near)).toBeNull();
    mirror(contexts[1]!).show(far.tree.snapshot());
    expect(shown(near)?.path).toBe('root/inner/remote');
    await near.tree.supervisor('inner').terminateChild('remote');
    expect(shown(near)).toBeNull();
  });

  test('one that was given up shows nothing either', async () => {
    const { far } = await withRemote();
    const holder = scripted('remote', { shutdownMs: 5, onStop: forever });
    const near = await boot({ children: [holder.spec] });
    const mirrored = mirror(holder.contexts[0]!);
    holder.crash();
    await near.settle();
    mirrored.show(far.tree.snapshot()); // it still cleans up
    expect(near.tree.snapshot().children[0]!.supervisor).not.toBeNull();
    await near.clock.advance(5);
    mirrored.show(far.tree.snapshot());
    expect(near.tree.snapshot().children[0]!).toMatchObject({ incarnation: 2, supervisor: null });
  });

  test('paths of who was abandoned there are here, too', async () => {
    const { near, mirrored } = await withRemote();
    const stuck = scripted('stuck', { shutdownMs: 5, onStop: forever });
    const far = await boot({ id: 'far', children: [stuck.spec] });
    stuck.crash();
    await far.clock.advance(5);
    mirrored.show(far.tree.snapshot());
    expect(shown(near)!.children[0]!.abandoned).toMatchObject([{ path: 'root/inner/remote/stuck' }]);
  });

  test('a name that only begins like that of the root is another one', async () => {
    const { near, mirrored } = await withRemote();
    const far = await boot({ id: 'far', children: [scripted('far-off').spec] });
    const snapshot = far.tree.snapshot();
    const odd = { ...snapshot, children: [{ ...snapshot.children[0]!, path: 'far-off/x' }] };
    mirrored.show(odd);
    expect(shown(near)!.children[0]!.path).toBe('far-off/x');
  });
});

describe('events', () => {
  test('are told here with their new paths, numbered and timed as those of this tree', async () => {
    const { far, near, mirrored, leaf } = await withRemote();
    const before = near.events.length;
    far.tree.on('event', (event) => mirrored.relay(event));
    await near.clock.advance(500);
    far.events.splice(0);
    leaf.finish();
    await far.settle();
    await far.tree.stop();
    const told = near.events.slice(before);
    const there = far.events;
    expect(told.map(({ type }) => type)).toEqual(there.map(({ type }) => type));
    expect(told.map(({ path }) => path)).toEqual(
      there.map(({ path }) => path.replace(/^far/, 'root/inner/remote')),
    );
    for (const event of told) {
      expect(event.at).toBe(500);
      if ('supervisor' in event) expect(event.path).toBe(`${event.supervisor}/${event.id}`);
      expect(JSON.parse(JSON.stringify(event))).toEqual(event);
    }
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, i) => before + i + 1));
    expect(told.find(({ type }) => type === 'supervisor:auto-shutdown')).toMatchObject({
      path: 'root/inner/remote/sub',
      child: 'root/inner/remote/sub/leaf',
    });
  });

  test('who gave up there is named by its path here', async () => {
    const { near, mirrored } = await withRemote();
    const bad = scripted('bad');
    const far = await boot({ id: 'far', maxRestarts: 0, children: [bad.spec] });
    far.tree.on('event', (event) => mirrored.relay(event));
    bad.crash();
    await far.settle();
    expect(near.events.find(({ type }) => type === 'supervisor:gave-up')).toMatchObject({
      path: 'root/inner/remote',
      offender: { path: 'root/inner/remote/bad', supervisor: 'root/inner/remote' },
    });
  });

  test('are heard by those who listen above, and by no others', async () => {
    const { far, near, mirrored, leaf } = await withRemote();
    const heard: string[] = [];
    near.tree.on('child:completed', ({ path }) => heard.push(`root ${path}`));
    near.tree.supervisor('inner').on('child:completed', ({ path }) => heard.push(`inner ${path}`));
    near.tree.supervisor('inner').own.on('child:completed', ({ path }) => heard.push(`own ${path}`));
    far.tree.on('child:completed', (event) => mirrored.relay(event));
    leaf.finish();
    await far.settle();
    const path = 'root/inner/remote/sub/leaf';
    expect(heard.slice(0, 2)).toEqual([`inner ${path}`, `root ${path}`]);
    expect(heard.filter((each) => each.startsWith('own'))).toEqual([]);
  });

  test('of an incarnation that has ended are not told', async () => {
    const { far, near, mirrored, crash } = await withRemote();
    crash();
    await near.settle();
    const before = near.events.length;
    mirrored.relay(far.events[0]!);
    expect(near.events).toHaveLength(before);
  });
});

describe('what is not as it should be', () => {
  test.each([undefined, null, 7, 'context', {}, [], () => {}, Object.create({ path: 'root/a' })])(
    'mirror(%s) is refused',
    (context) => {
      expect(() => mirror(context as never)).toThrow(
        expect.objectContaining({
          code: 'COPPICE_INVALID_ARGUMENT',
          message: expect.stringMatching(/^mirror expects the context that a start was called with/),
        }),
      );
    },
  );

  test('nor a copy of a context: it has lost what it stands for', async () => {
    const a = scripted('a');
    await boot({ children: [a.spec] });
    expect(() => mirror({ ...a.contexts[0]! })).toThrow(/mirror expects the context/);
  });

  test('what cannot be shown or told throws where it is called, and harms nobody', async () => {
    const { near, mirrored, far } = await withRemote();
    const ring: { path: string; self?: unknown } = { path: 'far' };
    ring.self = ring;
    const bad: unknown[] = [undefined, null, 7, {}, { path: 7 }, ring];
    for (const value of bad) {
      expect(() => mirrored.show(value as SupervisorSnapshot)).toThrow(/./);
      expect(() => mirrored.relay(value as SupervisionEvent)).toThrow(/./);
    }
    expect(shown(near)).toBeNull();
    mirrored.show(far.tree.snapshot());
    expect(shown(near)?.phase).toBe('running');
    await near.tree.stop();
    expect(near.events.at(-1)).toMatchObject({ type: 'supervisor:stopped', path: 'root' });
  });

  test('keys that mean something to JavaScript are data like any others', async () => {
    const { near, mirrored, far } = await withRemote();
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"path":"far/x"}}') as object;
    mirrored.show({ ...far.tree.snapshot(), ...Object.fromEntries(Object.entries(hostile)) });
    expect(shown(near)).toHaveProperty('constructor', { path: 'root/inner/remote/x' });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((shown(near) as unknown as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
