/** What an error says in one sentence: as it stands in messages, in `describe` and in logs. */
import { StartError, toWire } from '@coppice/core';
import { wordsOf } from '@coppice/core/kit';
import { coppiceError } from '../src/model/errors.js';

const refused = new Error('connect ECONNREFUSED 127.0.0.1:80');
const carried = (error: unknown) =>
  coppiceError(
    'COPPICE_GAVE_UP',
    { path: 'shop', why: 'it had to', reason: 'x' },
    coppiceError('COPPICE_START_FAILED', { path: 'shop/db', reason: 'y', undone: '' }, error),
  );

test.each([
  ['an error', refused, 'connect ECONNREFUSED 127.0.0.1:80'],
  ['without a message', new RangeError(), 'RangeError'],
  [
    'with a cause',
    new TypeError('fetch failed', { cause: refused }),
    'fetch failed: connect ECONNREFUSED 127.0.0.1:80',
  ],
  [
    'with causes',
    new Error('no prices', { cause: new TypeError('fetch failed', { cause: refused }) }),
    'no prices: connect ECONNREFUSED 127.0.0.1:80',
  ],
  [
    'that has its cause in its message',
    new Error(`no prices (${refused.message})`, { cause: refused }),
    `no prices (${refused.message})`,
  ],
  [
    'that was carried up the tree',
    carried(new Error('no prices', { cause: refused })),
    'no prices: connect ECONNREFUSED 127.0.0.1:80',
  ],
  [
    'of Coppice, which is complete',
    carried(coppiceError('COPPICE_STALE', { path: 'a', staleAfterMs: 5, silentMs: 7 }, refused)),
    expect.not.stringContaining('ECONNREFUSED'),
  ],
  [
    'that has come from nowhere',
    new StartError('COPPICE_START_FAILED', { path: 'a', reason: 'why', undone: '' }),
    "'a' failed to start: why",
  ],
  ['no error', 'thrown text', 'thrown text'],
])('%s', (_, error, words) => {
  expect(wordsOf(toWire(error))).toEqual(words);
});
