/** Random lives of children that register, held against a model: who is alive is found, and nobody else. */
import { type Context, type LinkedUniqueRegistry, dynamicSupervisor, registry, service } from '@coppice/core';
import fc from 'fast-check';
import { tableAt } from '../../src/registry/tables.js';
import { incarnationOf } from '../../src/engine/context.js';
import { FIXED_SEED } from '../simulation/seed.js';
import { boot, deferred } from '../support/scripted.js';

const KEYS = ['x', 'y', 'z'];

const names = registry<string>({ id: 'names', keys: 'unique' });
const topics = registry<string>({ id: 'topics', keys: 'duplicate' });

type Act =
  | 'start'
  | 'crash'
  | 'end'
  | 'terminate'
  | 'slow-stop'
  | 'finish-stop'
  | 'register'
  | 'unregister'
  | 'restart-registry'
  | 'time';
const ACTS: readonly Act[] = [
  'start',
  'start',
  'crash',
  'end',
  'terminate',
  'slow-stop',
  'finish-stop',
  'register',
  'register',
  'register',
  'unregister',
  'restart-registry',
  'time',
];

interface Life {
  readonly context: Context;
  readonly unique: LinkedUniqueRegistry<string, string>;
  readonly keys: Set<string>;
  readonly topics: Set<string>;
  /** Not found from then on; its keys are taken until it is over. */
  state: 'alive' | 'ending' | 'over';
  slow: ReturnType<typeof deferred<void>> | undefined;
}

async function live(script: readonly { act: Act; who: number; key: string }[]): Promise<void> {
  const lives: Life[] = [];
  const member = service({
    id: 'member',
    restart: 'transient',
    shutdownMs: 50,
    start: (context) => {
      const life: Life = {
        context,
        unique: context.use(names),
        keys: new Set(),
        topics: new Set(),
        state: 'alive',
        slow: undefined,
      };
      lives.push(life);
      return life;
    },
    stop: (life) => life.slow?.promise,
  });
  const group = dynamicSupervisor({ id: 'group', maxRestarts: Infinity, child: member });
  const { tree, clock, settle } = await boot({ children: [names, topics, group] });
  const table = tableAt(incarnationOfTree(lives, await tree.supervisor(group).startChild()), 'root/names');

  const check = (): void => {
    for (const key of KEYS) {
      const owner = lives.find(({ state, keys }) => state === 'alive' && keys.has(key));
      expect(tree.use(names).lookup(key)?.value).toBe(owner && nameOf(owner));
      const hearers = lives.filter((life) => life.state === 'alive' && life.topics.has(key));
      expect(
        tree
          .use(topics)
          .lookup(key)
          .map(({ value }) => value)
          .toSorted(),
      ).toEqual(hearers.map(nameOf).toSorted());
    }
  };

  for (const { act, who, key } of script) {
    const life = lives[who % lives.length];
    const isAlive = life?.state === 'alive';
    if (act === 'start') await tree.supervisor(group).startChild();
    else if (act === 'restart-registry') await tree.restartNow(who % 2 === 0 ? names : topics);
    else if (act === 'time') await clock.advance(60);
    else if (life && act === 'finish-stop') life.slow?.resolve();
    else if (life && isAlive) {
      if (act === 'register') {
        const isTaken = lives.some(
          (other) => other !== life && other.state !== 'over' && other.keys.has(key),
        );
        const register = (): void => life.unique.register(key, nameOf(life));
        if (isTaken) expect(register).toThrow('is taken');
        else {
          register();
          life.keys.add(key);
        }
        life.context.use(topics).register(key, nameOf(life));
        life.topics.add(key);
      } else if (act === 'unregister') {
        expect(life.unique.unregister(key)).toBe(life.keys.delete(key));
        expect(life.context.use(topics).unregister(key)).toBe(life.topics.delete(key));
      } else {
        if (act === 'slow-stop') life.slow = deferred<void>();
        life.state = 'ending';
        if (act === 'crash' || act === 'slow-stop') life.context.fail(new Error('crash'));
        else if (act === 'end') life.context.end();
        else void tree.supervisor(group).terminateChild(life.context.id);
        // Before anything else has happened it is not found any more.
        check();
      }
    }
    await settle();
    for (const each of lives) if (incarnationOf(each.context).isOver) each.state = 'over';
    check();
  }
  for (const { slow } of lives) slow?.resolve();
  await tree.terminateChild('group');
  await settle();
  expect([tree.use(names).count(), tree.use(topics).count(), ...tree.use(names).keys()]).toEqual([0, 0]);
  // Nothing is kept for anybody.
  expect(table?.isEmpty).toBe(true);
}

const nameOf = ({ context }: Life): string => `${context.id}@${context.attempt}`;

const incarnationOfTree = ([life]: Life[], _started: unknown) => incarnationOf(life!.context).process.tree;

test('who is alive is found, whoever is not is not, and nothing is left', async () => {
  const step = fc.record({
    act: fc.constantFrom(...ACTS),
    who: fc.nat({ max: 5 }),
    key: fc.constantFrom(...KEYS),
  });
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), live), {
    seed: FIXED_SEED,
    numRuns: 150,
  });
});
