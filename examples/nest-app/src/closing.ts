/**
 * Three ways to have Nest closed while a request is under way, on a connection that the client keeps alive: whether the
 * request is answered, and how long it takes. `npm run closing`
 */
import { Agent, type Server, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { supervisor } from 'coppice';
import { nestServer } from './tree/nest-server.js';

const HOST = '127.0.0.1';
const ANSWERED_AFTER_MS = 300;
const CLOSED_AFTER_MS = 100;

@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<string> {
    await wait(ANSWERED_AFTER_MS);
    return 'done';
  }

  @Get()
  quick(): string {
    return 'done';
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

interface Running {
  readonly port: number;
  readonly close: () => Promise<unknown>;
}

async function measure(name: string, start: () => Promise<Running>): Promise<void> {
  const { port, close } = await start();
  const agent = new Agent({ keepAlive: true });
  const ask = (path: string): Promise<string> =>
    new Promise((resolve) => {
      get({ host: HOST, port, path, agent }, (response) => {
        response.resume();
        response.once('end', () => resolve(`answered with ${response.statusCode}`));
      }).once('error', (error: NodeJS.ErrnoException) => resolve(`cut off, ${error.code}`));
    });
  await ask('/');
  const slow = ask('/slow');
  await wait(CLOSED_AFTER_MS);
  const startedAt = performance.now();
  await close();
  const tookMs = Math.round(performance.now() - startedAt);
  console.log(`${name.padEnd(48)} ${await slow}; closed after ${tookMs.toLocaleString('en')} ms`);
  agent.destroy();
}

async function listen(forceCloseConnections: boolean): Promise<Running> {
  const app: INestApplication<Server> = await NestFactory.create(SlowModule, {
    logger: false,
    forceCloseConnections,
  });
  await app.listen(0, HOST);
  return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
}

await measure('app.listen(), app.close()', () => listen(false));
await measure('the same, with forceCloseConnections: true', () => listen(true));
await measure('nestServer() in a tree', async () => {
  const api = nestServer({ id: 'api', port: 0, host: HOST, module: SlowModule, services: [] });
  const tree = await supervisor({ id: 'tree', children: [api] }).start();
  return { port: tree.use(api).port, close: () => tree.stop() };
});
