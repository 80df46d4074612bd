/** Some jobs of each kind: most are done, some are not. */
import type { Job } from './job.js';

export const sampleJobs = (): readonly Job[] => [
  { id: 'primes-1', kind: 'primes', input: 1_000_000, priority: 0 },
  { id: 'endless-1', kind: 'endless', input: 0, priority: 0 },
  { id: 'primes-2', kind: 'primes', input: 5_000_000, priority: 0 },
  { id: 'flaky-1', kind: 'flaky', input: 1, priority: 0 },
  { id: 'flaky-2', kind: 'flaky', input: 99, priority: 0 },
  { id: 'greedy-1', kind: 'greedy', input: 0, priority: 0 },
  { id: 'picture-1', kind: 'mandelbrot', input: 600, priority: 0 },
  { id: 'urgent-1', kind: 'mandelbrot', input: 300, priority: 9 },
];
