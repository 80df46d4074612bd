/** A million children: started, one in ten crashed and restarted, all stopped; each column in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { countsProcessorTime } from '../clock.js';
import type { Group, Work } from '../row.js';
import type { Sizes } from '../sizes.js';
import { count } from '../words.js';

const MAIN = fileURLToPath(new URL('lifetime-process.js', import.meta.url));

/** The peak of memory is that of a process, so each has its own. */
const inProcess =
  (column: string, size: number): Work =>
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--max-old-space-size=16384',
      MAIN,
      column,
      String(size),
      countsProcessorTime() ? 'cpu' : 'time',
    ]);
    return JSON.parse(stdout) as number[];
  };

export function lifetime({ million, heavyRounds, burst, bursts, pauseMs }: Sizes): Group[] {
  const name = (what: string): string => `${count(million)} children: ${what}`;
  return [
    {
      section: 'A million children',
      rounds: heavyRounds,
      isHeavy: true,
      rows: [
        { name: name('all started'), unit: 's' },
        { name: name('one in ten crashed and restarted'), unit: 's' },
        { name: name('all stopped'), unit: 's' },
        { name: name('peak of memory'), unit: 'MiB', target: { value: 24_576 } },
      ],
      works: {
        loop: inProcess('loop', million),
        ours: inProcess('ours', million),
        nact: inProcess('nact', million),
        effect: inProcess('effect', million),
      },
      otp: { work: 'lifetime', args: [million, burst, bursts, pauseMs] },
    },
  ];
}
