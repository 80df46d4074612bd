/** The health checks of deploy/haproxy.cfg and deploy/aws-target-group.json, as these ask them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Check, ask, balancers } from './checks.js';
import { stage } from './stage.js';

const guide = readFileSync(join(__dirname, '../../../docs/guides/load-balancer.md'), 'utf8');

test.each(['haproxy.cfg', 'aws-target-group.json'])('%s stands in the guide', (file) => {
  expect(guide).toContain(readFileSync(join(__dirname, '../deploy', file), 'utf8').trimEnd());
});

describe.each(Object.entries(balancers()))('%s', (name, options) => {
  /** As long as it may take until it knows: all its answers may just have been missed. */
  const noticedMs = options.everyMs * options.fall;

  test('sends requests while it is ready, and no others', async () => {
    const { app, clock, database, ports, start, pass } = stage(0);
    await start();
    const check = new Check(options, clock.now());
    const states: boolean[] = [];
    const go = async (now: number): Promise<void> => {
      await check.at(now, ports.health);
      if (states.at(-1) !== check.isUp) states.push(check.isUp);
    };
    await pass(30_000, go);
    database.goAway();
    await pass(60_000, go);
    database.comeBack();
    await pass(60_000, go);
    expect(states).toEqual([false, true, false, true]);
    await Promise.all([app.stop(), clock.advance(10_000)]);
  });

  /** It is stopped at each moment between two checks; how many requests are lost? */
  async function lost(drainMs: number): Promise<number> {
    let count = 0;
    for (let delayMs = 0; delayMs < options.everyMs; delayMs += 500) {
      const { app, clock, ports, start, pass } = stage(drainMs);
      await start();
      const check = new Check(options, clock.now(), true);
      let stopping: Promise<unknown> | undefined;
      await pass(delayMs + noticedMs + 2_000, async (now) => {
        if (now >= delayMs) stopping ??= app.stop();
        await check.at(now, ports.health);
        if (check.isUp && (await ask(ports.api, '/')) !== 200) count++;
      });
      await Promise.all([stopping, clock.advance(30_000)]);
    }
    return count;
  }

  test('no request is lost when it drains for as long as the balancer may take to notice', async () => {
    expect(await lost(noticedMs)).toBe(0);
    const seconds = `${noticedMs / 1_000} s`;
    expect([name, guide.includes(`**${seconds}**`)]).toEqual([name, true]);
  });

  test('without that some are', async () => {
    expect(await lost(0)).toBeGreaterThan(0);
  });
});
