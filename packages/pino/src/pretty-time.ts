/** Times as a developer wants them: since when, not of what day. */
import { show } from '@coppice/core/kit';

const WIDTH = '+99.9 min'.length;

/** Says of each record how long after the first one it was: `+12 ms`, `+3.25 s`, `+2.1 min`. */
export function elapsed(): (time: unknown) => string {
  let first: number | undefined;
  return (time) => {
    // Anybody can write a line that is shaped like a record.
    const at = typeof time === 'number' ? time : Date.parse(typeof time === 'string' ? time : '');
    if (Number.isNaN(at)) return typeof time === 'string' ? time : show(time);
    first ??= at;
    return `+${span(Math.max(0, at - first))}`.padStart(WIDTH);
  };
}

function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`;
  return ms < 5_940_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
