/** What `interval` and `poller` have in common: a task that goes on for ever, made of runs that end. */
import { leftOut } from './options.js';

/** It would be taken for the time that one of the runs may take. */
export const noMaxRunMs = leftOut(
  'the task goes on until it is stopped',
  'For the time that one run may take say staleAfterMs',
);
