/**
 * The sink of one tree. It is asked whether anybody subscribes whenever something happens, so while nobody does the
 * tree makes no event for it.
 */
import type { TracingChannel } from 'node:diagnostics_channel';
import { type EventOf, type EventSink, type SupervisionEvent, fromWire } from '@coppice/core';
import { type ChildTrace, events, starts, stops } from './channels.js';

/** Since Node 22 a tracing channel knows that itself. */
const isTraced = ({ start, end, asyncStart, asyncEnd, error }: typeof starts): boolean =>
  start.hasSubscribers ||
  asyncEnd.hasSubscribers ||
  error.hasSubscribers ||
  end.hasSubscribers ||
  asyncStart.hasSubscribers;

/**
 * Publishes the events of a tree on `coppice:event`, and the starts and stops of its children on the tracing channels
 * `coppice:child.start` and `coppice:child.stop`. An application does so by itself.
 *
 * @returns for the `eventSink` of one tree; another tree needs another one
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('coppice:event', (event) => console.log((event as SupervisionEvent).type));
 * const tree = await shop.start({ eventSink: diagnosticsSink() });
 * ```
 */
export function diagnosticsSink(): EventSink {
  const traces = new Traces();
  return {
    get isHeard() {
      return events.hasSubscribers || isTraced(starts) || isTraced(stops);
    },
    publish: (event) => {
      if (events.hasSubscribers) events.publish(event);
      traces.follow(event);
    },
  };
}

type Begin = EventOf<'child:starting'> | EventOf<'child:stopping'>;

/** The starts and stops that are under way, by the path and incarnation of the child. */
class Traces {
  readonly #starts = new Map<string, ChildTrace>();
  readonly #stops = new Map<string, ChildTrace>();

  follow(event: SupervisionEvent): void {
    switch (event.type) {
      case 'child:starting':
        return this.#begin(starts, this.#starts, event);
      case 'child:started':
        return this.#end(starts, this.#starts, event, { result: 'started' });
      case 'child:ignored':
        return this.#end(starts, this.#starts, event, { result: 'ignored' });
      case 'child:start-failed':
        return this.#end(starts, this.#starts, event, { result: 'failed', error: fromWire(event.error) });
      case 'child:stopping':
        return this.#begin(stops, this.#stops, event);
      case 'child:stopped': {
        const { reason } = event;
        // It may have been stopped in the middle of its start.
        this.#end(starts, this.#starts, event, { result: 'stopped' });
        return this.#end(stops, this.#stops, event, {
          result: reason.kind === 'crash' ? 'failed' : 'stopped',
          reason,
          ...(reason.kind === 'crash' && { error: fromWire(reason.error) }),
        });
      }
      case 'supervisor:stopped':
        // Of the root: what has begun and not ended was not followed to its end.
        if (event.path.includes('/')) return;
        this.#starts.clear();
        return this.#stops.clear();
      default:
    }
  }

  #begin(channel: TracingChannel<unknown, ChildTrace>, open: Map<string, ChildTrace>, event: Begin): void {
    if (!isTraced(channel)) return;
    const { path, supervisor, id, kind, incarnation, restart, because, with: other, by } = event;
    const trace: ChildTrace = { path, supervisor, id, kind, incarnation, restart, because, with: other, by };
    open.set(keyOf(event), trace);
    channel.start.publish(trace);
    channel.end.publish(trace);
  }

  #end(
    channel: TracingChannel<unknown, ChildTrace>,
    open: Map<string, ChildTrace>,
    event: { readonly path: string; readonly incarnation: number },
    outcome: Pick<ChildTrace, 'result' | 'reason' | 'error'>,
  ): void {
    const trace = open.get(keyOf(event));
    if (!trace) return;
    open.delete(keyOf(event));
    Object.assign(trace, outcome);
    if ('error' in outcome) channel.error.publish(trace);
    channel.asyncStart.publish(trace);
    channel.asyncEnd.publish(trace);
  }
}

const keyOf = ({ path, incarnation }: { readonly path: string; readonly incarnation: number }): string =>
  `${path} ${incarnation}`;
