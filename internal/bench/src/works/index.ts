/** All that is measured, in the order of the tables. */
import type { Group } from '../row.js';
import type { Sizes } from '../sizes.js';
import { eventLoop } from './event-loop.js';
import { groups } from './groups.js';
import { lifetime } from './lifetime.js';
import { limits } from './limits.js';
import { memory } from './memory.js';
import { restart } from './restart.js';
import { startStop } from './start-stop.js';
import { watching } from './watching.js';

export const works = (sizes: Sizes): Group[] => [
  ...startStop(sizes),
  ...restart(sizes),
  ...memory(sizes),
  ...groups(sizes),
  ...watching(sizes),
  ...eventLoop(sizes),
  ...lifetime(sizes),
  ...limits(sizes),
];
