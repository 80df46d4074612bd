/** Traces, as the real SDK exports them. */
import { SimulatedClock, dynamicSupervisor, service, supervisor } from '@coppice/core';
import { instrument } from '@coppice/otel';
import { SpanStatusCode, context, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { type Sdk, sdk, shop } from './support.js';

let its: Sdk;
beforeEach(() => {
  its = sdk();
});
afterEach(() => its.shutdown());

const tracer = () => its.tracers.getTracer('test');

const inMs = ([seconds, nanos]: readonly [number, number]): number => Math.round(seconds * 1e3 + nanos / 1e6);
const pathOf = ({ attributes }: ReadableSpan): unknown =>
  attributes['supervision.child.path'] ?? attributes['supervision.supervisor.path'];
const nameOf = (span: ReadableSpan): string =>
  `${span.name.replace('supervision.', '')} ${String(pathOf(span))}`;

/** `name path start+duration outcome`, and whose it is a part of. */
function lines(spans: readonly ReadableSpan[]): string[] {
  return spans.map((span) => {
    const above = spans.find((one) => one.spanContext().spanId === span.parentSpanContext?.spanId);
    const outcome =
      span.attributes['supervision.start.outcome'] ?? span.attributes['supervision.stop.outcome'] ?? 'error';
    const times = `${inMs(span.startTime)}+${inMs(span.duration)}`;
    return `${nameOf(span)} ${times} ${String(outcome)}${above ? ` < ${nameOf(above)}` : ''}`;
  });
}

test('a start is a span, below that of its supervisor; so is a stop', async () => {
  const { tree, clock, start, stop } = shop();
  const off = instrument(tree, { tracer: tracer() });
  await start();
  await clock.advance(100);
  await stop();
  off();
  expect(lines(its.spans())).toEqual([
    'child.start shop/db 0+12 ok < child.start shop',
    'child.start shop/stuck 12+0 ok < child.start shop',
    'child.start shop/feeds/poller 12+0 ok < child.start shop/feeds',
    'child.start shop/feeds 12+0 ok < child.start shop',
    'child.start shop/sessions 12+0 ok < child.start shop',
    'child.start shop 0+12 ok',
    'child.stop shop/sessions 112+0 graceful < child.stop shop',
    'child.stop shop/feeds/poller 112+0 graceful < child.stop shop/feeds',
    'child.stop shop/feeds 112+0 graceful < child.stop shop',
    'child.stop shop/stuck 112+500 abandoned < child.stop shop',
    'child.stop shop/db 612+40 graceful < child.stop shop',
    'child.stop shop 112+540 graceful',
  ]);
  const stuck = its.spans().find((span) => nameOf(span) === 'child.stop shop/stuck')!;
  expect(stuck.status.code).toBe(SpanStatusCode.ERROR);
  expect(stuck.events.map(({ name, time }) => [name, inMs(time)])).toEqual([['child:abandoned', 612]]);
  expect(stuck.attributes).toMatchObject({
    'supervision.child.kind': 'task',
    'supervision.child.incarnation': 1,
    'supervision.stop.because': 'shutdown',
  });
});

test('a crash is a span of its own, without length, with its exception; the start after it links to it', async () => {
  const { tree, clock, start } = shop();
  instrument(tree, { tracer: tracer() });
  await start();
  await clock.advance(312);
  const [crash, restart] = its.spans().slice(-2) as [ReadableSpan, ReadableSpan];
  expect(lines([crash, restart])).toEqual([
    'child.crash shop/feeds/poller 324+0 error',
    'child.start shop/feeds/poller 324+0 ok',
  ]);
  expect(crash.status).toEqual({ code: SpanStatusCode.ERROR, message: 'connect ECONNREFUSED' });
  expect(crash.attributes['error.type']).toBe('TypeError');
  expect(crash.events).toMatchObject([
    {
      name: 'exception',
      attributes: { 'exception.type': 'TypeError', 'exception.message': 'connect ECONNREFUSED' },
    },
  ]);
  expect(restart.links.map(({ context: { spanId } }) => spanId)).toEqual([crash.spanContext().spanId]);
  expect(restart.attributes['supervision.start.because']).toBe('restart');
});

test('who gives up', async () => {
  const { tree, clock, start } = shop();
  instrument(tree, { tracer: tracer() });
  await start();
  await clock.advance(624);
  const escalation = its.spans().find(({ name }) => name === 'supervision.escalation')!;
  expect([pathOf(escalation), escalation.attributes['error.type']]).toEqual([
    'shop/feeds',
    'COPPICE_GAVE_UP',
  ]);
});

test('a start that fails, one that is ignored or interrupted, and what goes wrong meanwhile', async () => {
  const clock = new SimulatedClock();
  const tree = supervisor({
    id: 'root',
    children: [
      service({
        id: 'bad',
        start: ({ defer }) => {
          defer(() => {
            throw new Error('clean-up');
          });
          throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        },
      }),
    ],
  }).handle({ clock });
  instrument(tree, { tracer: tracer() });
  await tree.start().catch(() => {});
  const [bad, root] = its.spans() as [ReadableSpan, ReadableSpan];
  expect(lines([bad, root])).toEqual([
    'child.start root/bad 0+0 error < child.start root',
    'child.start root 0+0 error',
  ]);
  expect(bad.events.map(({ name }) => name)).toEqual(['child:cleanup-failed', 'exception']);
  expect(bad.attributes['error.type']).toBe('ECONNREFUSED');
});

test('whose request it was does not matter: the tree does this', async () => {
  const { tree, start } = shop();
  await start();
  its.tracers.register();
  try {
    instrument(tree); // the global tracer
    await trace.getTracer('test').startActiveSpan('GET /', async (request) => {
      expect(trace.getSpan(context.active())).toBe(request);
      await tree.supervisor('sessions').startChild({ id: 'ada' } as never);
      request.end();
    });
  } finally {
    trace.disable();
    context.disable();
  }
  expect(its.spans().map(({ name, parentSpanContext }) => [name, parentSpanContext])).toEqual([
    ['supervision.child.start', undefined],
    ['GET /', undefined],
  ]);
});

test('nothing is kept of children that have come and gone', async () => {
  const clock = new SimulatedClock();
  const each = service({ id: 'each', restart: 'temporary', start: ({ fail }) => fail });
  const many = dynamicSupervisor({ id: 'many', child: each });
  const tree = supervisor({ id: 'root', children: [many] }).handle({ clock });
  const off = instrument(tree, { tracer: tracer() });
  await tree.start();
  for (let round = 0; round < 2; round++) {
    await tree.supervisor(many).startChild({ id: 'ada' });
    if (round === 0) await tree.supervisor(many).terminateChild('ada');
  }
  off();
  await tree.stop();
  expect(its.spans().filter((span) => nameOf(span) === 'child.start root/many/ada')).toHaveLength(2);
  // After off nothing ends any more.
  expect(its.spans().filter(({ name }) => name === 'supervision.child.stop')).toHaveLength(1);
});

test('without an SDK there is no span, and nothing fails', async () => {
  const { tree, start, stop } = shop();
  const off = instrument(tree);
  await start();
  await stop();
  off();
  expect(its.spans()).toEqual([]);
});
