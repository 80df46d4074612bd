/**
 * Starts and stops as spans, a crash as a span without length.
 *
 * A child has no span for as long as it runs: that would be told only when it ends, perhaps in a month. So a crash
 * mostly has no span that it could be an event of, and gets one of its own; the start that follows links to it.
 */
import { type ErrorWire, type EventOf, type ReasonWire, type SupervisionEvent } from '@coppice/core';
import { bystander } from '@coppice/core/kit';
import {
  type Attributes,
  type Exception,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

type ChildEvent = Extract<SupervisionEvent, { incarnation: number }>;
type What = 'start' | 'stop';

export class Spans {
  readonly #tracer: Tracer;
  readonly #root: string;
  /** What is under way, by what it is and the path. */
  readonly #open = new Map<string, Span>();
  /** The crashes of children that have not been started since. */
  readonly #crashes = new Map<string, SpanContext>();

  constructor(tracer: Tracer, root: string) {
    this.#tracer = tracer;
    this.#root = root;
  }

  readonly listener = bystander((event: SupervisionEvent): void => {
    if ('incarnation' in event) this.#aboutChild(event);
    else this.#aboutSupervisor(event);
  });

  #aboutChild(event: ChildEvent): void {
    const { path, at } = event;
    switch (event.type) {
      case 'child:starting':
        return this.#begin('start', event, { 'supervision.start.because': event.because });
      case 'child:started':
        return this.#end('start', path, at, 'ok');
      case 'child:ignored':
        return this.#end('start', path, at, 'ignored');
      case 'child:start-failed':
        return this.#end('start', path, at, 'error', event.error);
      case 'child:stopping':
        return this.#begin('stop', event, { 'supervision.stop.because': event.because });
      case 'child:stopped':
        this.#end('start', path, at, 'interrupted');
        return this.#end('stop', path, at, ...outcomeOf(event.reason));
      case 'child:crashed':
        this.#crashes.set(path, this.#instant('supervision.child.crash', event));
        return;
      case 'child:removed':
      case 'child:not-restarted':
        return void this.#crashes.delete(path);
      case 'child:killing':
        return this.#note(event, { 'supervision.kill.because': event.because });
      case 'child:abandoned':
        this.#note(event, { 'supervision.child.phase': event.phase });
        return this.#end('stop', path, at, 'abandoned'); // its `child:stopped` says no more
      case 'child:timed-out':
      case 'child:cleanup-failed':
      case 'child:late-fault':
        return this.#note(event, {
          'exception.type': event.error.name,
          'exception.message': event.error.message,
        });
      default:
    }
  }

  /** That of a nested supervisor is told as that of a child. */
  #aboutSupervisor(event: Exclude<SupervisionEvent, ChildEvent>): void {
    const { path, at } = event;
    if (event.type === 'supervisor:gave-up') return void this.#instant('supervision.escalation', event);
    if (path !== this.#root) return;
    switch (event.type) {
      case 'supervisor:starting':
        return this.#begin('start', event, {});
      case 'supervisor:started':
        return this.#end('start', path, at, 'ok');
      case 'supervisor:start-failed':
        return this.#end('start', path, at, 'error', event.error);
      case 'supervisor:stopping':
        return this.#begin('stop', event, { 'supervision.stop.because': event.because });
      case 'supervisor:stopped':
        this.#end('start', path, at, 'interrupted');
        return this.#end('stop', path, at, ...outcomeOf(event.reason));
      default:
    }
  }

  /** Below the start, or the stop, of its supervisor, if that is under way. */
  #begin(what: What, event: SupervisionEvent, more: Attributes): void {
    const above = 'supervisor' in event ? this.#open.get(`${what} ${event.supervisor}`) : undefined;
    const crash = what === 'start' ? this.#crashes.get(event.path) : undefined;
    const span = this.#tracer.startSpan(
      `supervision.child.${what}`,
      {
        startTime: timeOf(event.at),
        attributes: { ...attributesOf(event), ...more },
        links: crash ? [{ context: crash }] : [],
      },
      // Whoever's request it may be that is being handled just now: it is the tree that does this.
      above ? trace.setSpan(ROOT_CONTEXT, above) : ROOT_CONTEXT,
    );
    if (what === 'start') this.#crashes.delete(event.path);
    this.#open.set(`${what} ${event.path}`, span);
  }

  #end(what: What, path: string, at: number, outcome: string, error?: ErrorWire): void {
    const span = this.#open.get(`${what} ${path}`);
    if (!span) return;
    this.#open.delete(`${what} ${path}`);
    span.setAttribute(`supervision.${what}.outcome`, outcome);
    if (error) fail(span, error, at);
    if (outcome === 'abandoned') span.setStatus({ code: SpanStatusCode.ERROR, message: 'it did not stop' });
    span.end(timeOf(at));
  }

  /** Something that happens while it starts or stops. */
  #note({ type, path, at }: ChildEvent, attributes: Attributes): void {
    const span = this.#open.get(`stop ${path}`) ?? this.#open.get(`start ${path}`);
    span?.addEvent(type, attributes, timeOf(at));
  }

  #instant(name: string, event: EventOf<'child:crashed'> | EventOf<'supervisor:gave-up'>): SpanContext {
    const { at, error } = event;
    const span = this.#tracer.startSpan(
      name,
      { startTime: timeOf(at), attributes: attributesOf(event) },
      ROOT_CONTEXT,
    );
    fail(span, error, at);
    span.end(timeOf(at));
    return span.spanContext();
  }
}

function attributesOf(event: SupervisionEvent): Attributes {
  if (!('incarnation' in event)) return { 'supervision.supervisor.path': event.path };
  return {
    'supervision.child.path': event.path,
    'supervision.child.kind': event.kind,
    'supervision.child.incarnation': event.incarnation,
    'supervision.supervisor.path': event.supervisor,
  };
}

function fail(span: Span, error: ErrorWire, at: number): void {
  const { name, message, stack, code } = error;
  const exception: Exception = { name, message, ...(stack !== undefined && { stack }) };
  span.setAttribute('error.type', typeof code === 'string' ? code : name);
  span.recordException(exception, timeOf(at));
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** How a stop went, and the error that it ended with. */
function outcomeOf(reason: ReasonWire): readonly [outcome: string, error?: ErrorWire] {
  if (reason.kind === 'crash') return ['error', reason.error];
  if (reason.kind === 'killed') return ['forced'];
  return reason.kind === 'shutdown' && reason.cause ? ['graceful', reason.cause] : ['graceful'];
}

/** Of the clock's milliseconds. (A number would be taken for one of `performance.now()` if it is small.) */
const timeOf = (ms: number): HrTime => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
