/** The link of a thread to its parent, on the side of the thread. */
import { LINK } from './boot.js';
import { ThreadError } from './errors.js';
import type { Link } from './protocol.js';

type Global = { [LINK]?: Link | 'taken' };

/** The link that the start code has left. There is one in each thread, and one `runThread` that takes it. */
export function takeLink(): Link {
  const place = globalThis as Global;
  const link = place[LINK];
  if (link === undefined) throw new ThreadError('COPPICE_NOT_A_THREAD', {});
  if (link === 'taken') throw new ThreadError('COPPICE_THREAD_TWICE', {});
  place[LINK] = 'taken';
  return link;
}
