/** The file that the hasher's thread runs. */
import { once } from 'node:events';
import { runThread } from 'coppice';
import { type HasherProtocol, hashFor } from './measure.js';

runThread<HasherProtocol>(async ({ onMessage, post, signal }) => {
  onMessage(({ hashForMs }) => post(hashFor(hashForMs)));
  if (!signal.aborted) await once(signal, 'abort');
});
