/** Durations, errors and ends in words. */
import type { ErrorWire, ReasonWire } from 'coppice';

/** `4 ms`, `12.3 s`, `10 s`, `4 min 10 s`, `5 min`. */
export function duration(ms: number): string {
  if (ms < 950) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const wholeSeconds = Math.round(ms / 1000);
  const [minutes, seconds] = [Math.floor(wholeSeconds / 60), wholeSeconds % 60];
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}

/** The message of an error, with those of its causes that say something new. */
export function errorText({ name, message, cause }: ErrorWire): string {
  const text = shortened(message === '' ? name : message);
  if (cause === undefined) return text;
  const deeper = errorText(cause);
  return text.includes(deeper) ? text : `${text} (${deeper})`;
}

export function reasonText(reason: ReasonWire): string {
  switch (reason.kind) {
    case 'normal':
      return 'ended normally';
    case 'killed':
      return 'did not stop in time';
    case 'crash':
      return errorText(reason.error);
    case 'shutdown':
      if (reason.cause) return causeText(reason.cause);
      return reason.detail === undefined ? 'stopped' : `shut itself down: ${inWords(reason.detail)}`;
  }
}

/** Whoever gives up does so because of an error: that is what one wants to know of its long message. */
export function causeText(error: ErrorWire): string {
  if (!error.cause) return errorText(error);
  if (error.code === 'COPPICE_GAVE_UP') return `gave up: ${causeText(error.cause)}`;
  return error.code === 'COPPICE_CHILD_GAVE_UP' ? causeText(error.cause) : errorText(error);
}

export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const inWords = (detail: unknown): string => (typeof detail === 'string' ? detail : JSON.stringify(detail));

/** In one line, and with the ids of children where the message has their paths: `'agent/http'` is `http`. */
const shortened = (text: string): string =>
  text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/'(?:[\w-]+\/)+([\w-]+)'/g, '$1');
