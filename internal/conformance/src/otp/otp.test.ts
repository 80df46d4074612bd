/** What is asked of OTP: scenarios by chance, as Erlang terms. */
import { seededRandom } from 'coppice';
import { replay } from '../replay.js';
import { randomQuestion } from './random-scenario.js';
import { toTerm } from './terms.js';

const questions = (seed: number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => randomQuestion(random, `q${i}`));
};

test('a seed gives the same scenarios again, another seed others', () => {
  expect(questions(1, 20)).toEqual(questions(1, 20));
  expect(questions(1, 20)).not.toEqual(questions(2, 20));
});

test('all that can happen happens', () => {
  const many = questions(3, 300);
  const ops = new Set(many.flatMap(({ steps }) => steps.map(({ op }) => op)));
  expect([...ops].sort()).toEqual([
    'advance',
    'delete_child',
    'exit',
    'exit_many',
    'restart_child',
    'start_child',
    'stop_supervisor',
    'terminate_child',
  ]);
  const strategies = new Set(many.map(({ tree }) => tree.strategy));
  expect(strategies.size).toBe(4);
});

test('all of them can be played by us', async () => {
  for (const question of questions(4, 50)) {
    const rows = await replay({ ...question, trace: [] }, 'at-once');
    expect(rows).toHaveLength(question.steps.length + 2);
  }
});

test('as a term: names are binaries, words of OTP atoms', () => {
  const tree = {
    strategy: 'one_for_one',
    intensity: 1,
    period: 5,
    children: [{ id: 'a', shutdown: 20 }],
  } as const;
  const steps = [{ op: 'exit', path: 'root/a', reason: 'crash' }] as const;
  expect(toTerm({ id: 'q', tree, steps })).toBe(
    `#{id => <<"q">>,tree => #{strategy => 'one_for_one',intensity => 1,period => 5,children => [#{id => <<"a">>,shutdown => 20}]},` +
      `steps => [#{op => 'exit',path => <<"root/a">>,reason => 'crash'}]}.`,
  );
});
