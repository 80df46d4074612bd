import { optionsOf } from './options.js';

it('by default all is measured, in full, for the terminal', () => {
  expect(optionsOf([])).toEqual({
    size: 'full',
    output: 'text',
    write: undefined,
    only: '',
    columns: ['loop', 'ours', 'nact', 'effect', 'otp'],
    cpu: false,
    rounds: undefined,
    help: false,
  });
});

it('takes what is asked for', () => {
  expect(
    optionsOf(['--quick', '--json', '--only', 'stop', '--columns', 'ours, loop', '--cpu']),
  ).toMatchObject({
    size: 'quick',
    output: 'json',
    only: 'stop',
    columns: ['loop', 'ours'],
    cpu: true,
  });
});

it.each([
  [['--colums', 'loop'], '--colums'],
  [['--columns', 'loop,akka'], "there is no 'akka'; there are loop, ours, nact, effect, otp"],
  [['--rounds', '0'], "'0' is no number of rounds"],
  [['--json', '--write', 'page.md'], '--json goes neither with'],
])('refuses %j', (args, message) => expect(() => optionsOf(args)).toThrow(message));
