/** The types of what crosses the border are the same on both sides. */
import {
  type Context,
  type ExactThreadProtocol,
  type Service,
  type ThreadHandle,
  type ThreadOptions,
  runThread,
  thread,
} from 'coppice';
import { expectTypeOf } from 'expect-type';

interface Resizer {
  data: { quality: number };
  toThread: { file: string };
  fromThread: { bytes: number };
}

const file = '/resizer.js';
const resizer = thread<Resizer>({
  id: 'resizer',
  file,
  data: { quality: 80 },
  onMessage: ({ bytes }) => expectTypeOf(bytes).toEqualTypeOf<number>(),
});
expectTypeOf(resizer).toEqualTypeOf<Service<ThreadHandle<Resizer>>>();

declare const context: Context;
const handle = context.use(resizer);
handle.post({ file: 'a.png' });
// @ts-expect-error -- it takes files
handle.post({ bytes: 1 });
handle.on('message', (message) => expectTypeOf(message).toEqualTypeOf<{ bytes: number }>());

// @ts-expect-error -- its data is missing
thread<Resizer>({ id: 'resizer', file });
// @ts-expect-error -- its data is of another type
thread<Resizer>({ id: 'resizer', file, data: { quality: 'high' } });

thread({ id: 'untyped', file });
const untyped = thread({ id: 'untyped', file, data: 7 });
context.use(untyped).on('message', (message) => expectTypeOf(message).toBeUnknown());

runThread<Resizer>(({ data, post, onMessage }) => {
  expectTypeOf(data).toEqualTypeOf<{ quality: number }>();
  onMessage((message) => expectTypeOf(message).toEqualTypeOf<{ file: string }>());
  post({ bytes: 1 });
  // @ts-expect-error -- it says how many bytes
  post({ file: 'a.png' });
});

interface Misspelt {
  data: { quality: number };
  in: { file: string };
}
// @ts-expect-error -- it is toThread
thread<Misspelt>({ id: 'resizer', file, data: { quality: 80 } });
// @ts-expect-error -- it is toThread
runThread<Misspelt>(() => {});

export const watched = <P extends ExactThreadProtocol<P>>(
  options: ThreadOptions<P>,
): Service<ThreadHandle<P>> => thread<P>({ staleAfterMs: 5_000, ...options });
expectTypeOf(watched<Resizer>({ id: 'resizer', file, data: { quality: 80 } })).toEqualTypeOf<
  Service<ThreadHandle<Resizer>>
>();
