/** The application on simulated time, with a broker that does what the test says. */
import { type TestTree, testTree } from '@coppice/testing';
import { FakeBroker, type Message } from '../src/fake-broker.js';
import { follow } from '../src/follow.js';
import { type Orders, orders } from '../src/orders.js';

export interface Running {
  readonly app: TestTree;
  readonly declared: Orders;
  readonly broker: FakeBroker;
  /** What was handled, as `partition/offset value`. */
  readonly handled: string[];
  /** What the consumers are at: `{ 'partition-0': 'running' }`. */
  readonly consumers: () => Record<string, string>;
}

export async function start(
  assigned: readonly number[],
  handle: (message: Message) => Promise<void> = async () => {},
): Promise<Running> {
  const broker = new FakeBroker(assigned);
  const handled: string[] = [];
  const declared = orders({
    broker,
    handle: async (message) => {
      const { partition, offset, value } = message;
      if (value === 'poison') throw new Error('poison');
      await handle(message);
      handled.push(`${partition}/${offset} ${value}`);
    },
  });
  const app = await testTree(declared.app, { start: false });
  follow(app.tree, declared, (error) => {
    throw error;
  });
  await app.start();
  await app.settle();
  const consumers = (): Record<string, string> => {
    const there = app.tree.supervisor(declared.group).whichChildren();
    return Object.fromEntries(there.slice(1).map(({ id, status }) => [id, status]));
  };
  return { app, declared, broker, handled, consumers };
}
