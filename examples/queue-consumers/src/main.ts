/** Runs it, with messages that come by themselves, and some bad luck. */
import { setInterval, setTimeout } from 'node:timers/promises';
import { FakeBroker } from './fake-broker.js';
import { follow } from './follow.js';
import { orders } from './orders.js';

const broker = new FakeBroker([0, 1]);
const declared = orders({
  broker,
  health: { port: Number(process.env['HEALTH_PORT'] ?? 8080) },
  handle: async ({ partition, offset, value }) => {
    const { order } = JSON.parse(value) as { readonly order: string };
    console.log(`${partition}/${offset} ${order}: begun`);
    await setTimeout(300);
    console.log(`${partition}/${offset} ${order}: done`);
  },
});
follow(declared.app.handle(), declared, console.error);

const script: readonly (() => void)[] = [
  () => broker.publish(0, '{"order":"tea"}'),
  () => broker.publish(1, 'poison'),
  () => broker.rebalance([0, 1, 2]),
  () => broker.publish(2, '{"order":"bread"}'),
  () => broker.drop(),
  () => broker.publish(0, '{"order":"milk"}'),
];

/** A step each 500 ms, and from then on a message. None of it keeps the process from ending. */
async function play(): Promise<void> {
  let number = 0;
  for await (const _ of setInterval(500, undefined, { ref: false })) {
    const step = script[number++];
    if (step) step();
    else broker.publish(number % 3, `{"order":"number ${number}"}`);
  }
}

void play();
await declared.app.run();
