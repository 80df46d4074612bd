/** All cases, as the page shows them. */
import type { Case } from '../case.js';
import { emitters } from './emitters.js';
import { files } from './files.js';
import { requests } from './http.js';
import { sockets } from './net.js';
import { processes } from './processes.js';
import { promises } from './promises.js';
import { shared } from './shared.js';
import { supervision } from './supervision.js';
import { timers } from './timers.js';

export interface Group {
  readonly title: string;
  readonly cases: readonly Case[];
}

export const groups: readonly Group[] = [
  { title: 'Timers, queues and messages', cases: timers },
  { title: 'Promises', cases: promises },
  { title: 'Emitters, event targets and callbacks', cases: emitters },
  { title: 'Files, streams and the thread pool', cases: files },
  { title: 'Sockets', cases: sockets },
  { title: 'HTTP', cases: requests },
  { title: 'Threads and processes', cases: processes },
  { title: 'What children share', cases: shared },
  { title: 'Supervision itself', cases: supervision },
];

export const cases: readonly Case[] = groups.flatMap((group) => group.cases);
