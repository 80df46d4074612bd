/** An event in one line, for those who read how a test went. */
import type { SupervisionEvent } from '@coppice/core';

/** `shop/db#2 crashed: connection lost` */
export function lineOf(event: SupervisionEvent): string {
  const what = event.type.slice(event.type.indexOf(':') + 1);
  const who = 'incarnation' in event ? `${event.path}#${event.incarnation}` : event.path;
  const more = detailsOf(event);
  return `${who} ${what}${more === '' ? '' : `: ${more}`}`;
}

/** What a reader wants to know besides, as far as the event has it. */
function detailsOf(event: SupervisionEvent): string {
  const { error, because, delayMs, budget, phase, waitsFor, message, reason } = event as SupervisionEvent & {
    readonly error?: { readonly message: string };
    readonly because?: string;
    readonly delayMs?: number;
    readonly budget?: { readonly used: number; readonly max: number | null };
    readonly phase?: string;
    readonly waitsFor?: string;
    readonly message?: string;
    readonly reason?: { readonly kind: string } | string | null;
  };
  const kind = typeof reason === 'object' && reason !== null ? reason.kind : reason;
  return [
    error?.message,
    message,
    because && `because of ${because}`,
    error === undefined && kind !== 'crash' && kind !== 'normal' && kind,
    delayMs !== undefined && delayMs > 0 && `in ${ms(delayMs)}`,
    budget && budget.max !== null && `${budget.used} of ${budget.max} restarts used`,
    phase && `while ${phase}`,
    waitsFor && `for ${waitsFor}`,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ');
}

/** `1,500 ms` */
export const ms = (value: number): string =>
  `${Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')} ms`;
