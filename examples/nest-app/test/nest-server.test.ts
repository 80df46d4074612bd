/** Nest as a child: its start, its stop, and who has the process. */
import { Controller, Get, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { testTree, watchLeaks } from '@coppice/testing';
import { type Logger, service } from 'coppice';
import { nestServer } from '../src/tree/nest-server.js';
import { type Current, FromTree } from '../src/tree/tree.module.js';
import { ask } from './support.js';

const leaks = watchLeaks();
afterEach(() => leaks.check());
afterAll(leaks.stop);

const where = { id: 'api', port: 0, host: '127.0.0.1' };

/** What happens, in order. */
let story: string[] = [];
beforeEach(() => (story = []));

const counter = service({
  id: 'counter',
  start: () => ({ count: 0 }),
  stop: () => story.push('counter stopped'),
});

let answerNow = (): void => {};

@Controller()
class SlowController implements OnApplicationShutdown {
  constructor(@FromTree(counter) private readonly counter: Current<{ count: number }>) {}

  @Get('count')
  count(): { count: number } {
    return { count: ++this.counter().count };
  }

  @Get('slow')
  async slow(): Promise<{ count: number }> {
    await new Promise<void>((resolve) => {
      answerNow = resolve;
      story.push('slow asked');
    });
    story.push('slow answered');
    return this.count();
  }

  onApplicationShutdown(signal?: string): void {
    story.push(`nest closed${signal ?? ''}`);
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

test('a stop answers what was asked, closes Nest, and then stops what Nest needs; signals are not touched', async () => {
  const listeners = process.listenerCount('SIGTERM');
  const api = nestServer({ ...where, module: SlowModule, services: [counter] });
  const app = await testTree([counter, api], { time: 'real' });
  const { url } = app.tree.use(api);
  expect(await ask(`${url}/count`)).toEqual({ status: 200, body: { count: 1 } });
  const slow = ask(`${url}/slow`);
  await app.until(() => story.includes('slow asked'));
  expect(process.listenerCount('SIGTERM')).toBe(listeners);

  const stopped = app.stop();
  await app.settle();
  answerNow();
  expect(await slow).toEqual({ status: 200, body: { count: 2 } });
  expect((await stopped).unstopped).toEqual([]);
  expect(story).toEqual(['slow asked', 'slow answered', 'nest closed', 'counter stopped']);
});

test('after a crash of the service the same controller has the new one', async () => {
  const api = nestServer({ ...where, module: SlowModule, services: [counter] });
  await using app = await testTree([counter, api], { time: 'real' });
  const { url } = app.tree.use(api);
  await ask(`${url}/count`);
  app.crash(counter);
  await app.until('counter#2 started');
  expect(await ask(`${url}/count`)).toEqual({ status: 200, body: { count: 1 } });
});

@Injectable()
class BrokenProvider {
  constructor() {
    throw new Error('no licence');
  }
}

@Module({ providers: [BrokenProvider] })
class BrokenModule {}

test('a Nest app that cannot start is a child that cannot start: the process lives', async () => {
  const lines: string[] = [];
  const say = (_fields: unknown, text?: string): void => void lines.push(text ?? '');
  const logger: Logger = { debug: () => {}, info: say, warn: say, error: say, child: () => logger };
  const api = nestServer({ ...where, module: BrokenModule, services: [] });
  await expect(testTree([api], { time: 'real', logger })).rejects.toMatchObject({
    code: 'COPPICE_START_FAILED',
    cause: { message: 'no licence' },
  });
  expect(lines).toContain('no licence');
});
