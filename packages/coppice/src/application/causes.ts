/** The chain of causes behind an error, in words. */
import { type ErrorWire, toWire } from '@coppice/core';

/** Each error from the outermost to the first cause, as `Name: message`; several at once stand side by side. */
export function causesOf(error: unknown): string[] {
  const chain: string[] = [];
  for (let at: ErrorWire | undefined = toWire(error); at; at = at.cause) {
    const among = at.errors?.map(worded).join(' and ');
    chain.push(among === undefined ? worded(at) : `${worded(at)} (${among})`);
  }
  return chain;
}

const worded = ({ name, message, code }: ErrorWire): string => {
  const label = typeof code === 'string' && !message.includes(code) ? `${name} ${code}` : name;
  return message === '' ? label : `${label}: ${message}`;
};
