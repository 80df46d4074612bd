/** `use` of a dynamic supervisor: a child starts and ends children of another supervisor. */
import {
  type ChildInfo,
  type Context,
  type DynamicChildren,
  dynamicSupervisor,
  partitionSupervisor,
  service,
  supervisor,
  task,
} from '@coppice/core';
import { boot, forever, rejection } from './support/scripted.js';

const connection = task({
  id: 'connection',
  restart: 'temporary',
  run: ({ sleep }: Context, _name: string) => sleep(1e9),
});
const connections = dynamicSupervisor({ id: 'connections', child: connection });

/** A server, with what it has in hand. */
function serving() {
  const hands: Context[] = [];
  const server = service({ id: 'server', start: (context) => hands.push(context) });
  return { server, context: (): Context => hands.at(-1)! };
}

test('a server starts a child for each connection, looks at it, and ends it', async () => {
  const { server, context } = serving();
  const { tree } = await boot({ children: [connections, server] });
  const children = context().use(connections);
  expect(await children.startChild({ args: ['ada'] })).toEqual({
    id: 'connection#1',
    path: 'root/connections/connection#1',
    kind: 'task',
    status: 'running',
    incarnation: 1,
  });
  const lobby = await children.startChild({ spec: service({ id: 'lobby', start: () => 1 }) });
  expect(lobby.path).toBe('root/connections/lobby');
  expect(children.child('connection#1')).toMatchObject({ status: 'running' });
  await children.terminateChild('connection#1');
  expect(children.child('connection#1')).toBeUndefined();
  expect(tree.supervisor(connections).countChildren().active).toBe(1);
});

test('it may be kept: it finds the supervisor that is there now, and says so when there is none', async () => {
  const { server, context } = serving();
  const { tree, settle } = await boot({ strategy: 'one-for-one', children: [connections, server] });
  const children = context().use(connections);
  const first = tree.supervisor(connections);
  await children.startChild({ id: 'a', args: ['ada'] });
  await tree.terminateChild('connections');
  expect((await rejection(children.startChild({ args: ['bob'] }))).code).toBe('COPPICE_NOT_RUNNING');
  await tree.restartChild('connections');
  await settle();
  expect(first.countChildren().active).toBe(0);
  expect(await children.startChild({ id: 'a', args: ['ada'] })).toMatchObject({ incarnation: 1 });
});

test('one that is started again has lost its children, and says how many', async () => {
  const lost = async (restart: 'permanent' | 'temporary'): Promise<unknown[]> => {
    const crowd = dynamicSupervisor({
      id: 'crowd',
      child: task({ id: 'one', restart, run: ({ sleep }) => sleep(1e9) }),
    });
    const { tree, events } = await boot({ children: [crowd] });
    for (let i = 0; i < 3; i++) await tree.supervisor(crowd).startChild();
    await tree.restartNow('crowd');
    return events.flatMap((event) =>
      event.type === 'supervisor:started' && event.path === 'root/crowd' ? [event.lost] : [],
    );
  };
  expect(await lost('permanent')).toEqual([0, 3]);
  // What is for once, such as a connection, nobody would start again anyway.
  expect(await lost('temporary')).toEqual([0, 0]);
});

test('bad input is refused as by the handle, and nothing is started', async () => {
  const { server, context } = serving();
  const { tree } = await boot({ children: [connections, server] });
  const children = context().use(connections) as DynamicChildren<unknown[]>;
  expect((await rejection(children.startChild({ arg: [1] } as never))).code).toBe('COPPICE_UNKNOWN_OPTION');
  expect((await rejection(children.terminateChild('nobody'))).code).toBe('COPPICE_NOT_FOUND');
  expect(tree.supervisor(connections).countChildren().active).toBe(0);
});

test('a declaration that stands nowhere in the tree, and one that cannot be read', async () => {
  const { server, context } = serving();
  await boot({ children: [connections, server] });
  const { use } = context();
  const other = dynamicSupervisor({ id: 'other', child: connection });
  expect(() => use(other)).toThrow(expect.objectContaining({ code: 'COPPICE_UNKNOWN_REF' }));
  const { proxy, revoke } = Proxy.revocable(other, {});
  revoke();
  expect(() => use(proxy)).toThrow(expect.objectContaining({ code: 'COPPICE_UNKNOWN_REF' }));
});

test('a child of it starts a sibling', async () => {
  const started: Promise<ChildInfo>[] = [];
  const swarm = dynamicSupervisor({
    id: 'swarm',
    child: task({
      id: 'bee',
      run: ({ use }, left: number) => {
        if (left > 0) started.push(use(swarm as never as typeof bees).startChild({ args: [left - 1] }));
        return forever();
      },
    }),
  });
  const bees: ReturnType<typeof dynamicSupervisor<[number]>> = swarm;
  const { tree } = await boot({ children: [swarm] });
  await tree.supervisor(bees).startChild({ args: [2] });
  expect((await Promise.all(started)).map(({ id }) => id)).toEqual(['bee#2', 'bee#3']);
});

test('of partitions of it: the one that a key belongs to', async () => {
  const sessions = partitionSupervisor({ id: 'sessions', partitions: 4, child: connections });
  const { server, context } = serving();
  const { tree } = await boot({ children: [sessions, server] });
  const shards = context().use(sessions);
  const { path } = await shards.for('ada').startChild({ args: ['ada'] });
  expect(path).toBe(`root/sessions/connections#${shards.partitionOf('ada')}/connection#1`);
  expect(tree.supervisor(sessions).for('ada').child('connection#1')).toMatchObject({ path });
});

test('a whole supervisor in its place answers as well, further up and further down', async () => {
  const { server, context } = serving();
  const web = supervisor({ id: 'web', children: [server] });
  const state = supervisor({ id: 'state', children: [connections] });
  await boot({ children: [state, web] });
  const { path } = await context()
    .use(connections)
    .startChild({ args: ['ada'] });
  expect(path).toBe('root/state/connections/connection#1');
});
