/** A server that has to do with words. */
import { serve } from './serve.js';

serve('words', {
  reverse: ({ text }) => Array.from(String(text)).toReversed().join(''),
  count: ({ text }) => String(text).split(/\s+/).filter(Boolean).length,
});
