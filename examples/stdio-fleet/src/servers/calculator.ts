/** A server that counts. `slow` never answers: for whoever wants to see what becomes of a request that is under way. */
import { serve } from './serve.js';

serve('calculator', {
  add: ({ a, b }) => Number(a) + Number(b),
  divide: ({ a, b }) => {
    if (Number(b) === 0) throw new Error('division by zero');
    return Number(a) / Number(b);
  },
  slow: () => new Promise(() => {}),
});
