/**
 * A Nest app as a service of the tree. The tree has the process: it starts Nest when what Nest needs is up, and stops it
 * before that; signals and exit codes are the application's. So no `enableShutdownHooks()`: the hooks of Nest
 * (`onModuleDestroy` and the others) are called by `close()`, in its turn.
 */
import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { type RunningHttpServer, type Service, httpServer } from 'coppice';
import { nestLogger } from './nest-logger.js';
import { NotRunningFilter } from './not-running.filter.js';
import { TreeModule } from './tree.module.js';

export interface NestServerOptions {
  readonly id: string;
  readonly port: number;
  readonly host: string;
  /** The root module. */
  readonly module: Type;
  /** What it may have injected by `@FromTree(...)`. */
  readonly services: readonly Service[];
}

export const nestServer = ({
  module,
  services,
  ...options
}: NestServerOptions): Service<RunningHttpServer<Server>> =>
  httpServer({
    ...options,
    server: async ({ use, log, defer }) => {
      const root = { module: RootModule, imports: [TreeModule.of(use, services), module] };
      const app = await NestFactory.create(root, {
        logger: nestLogger(log),
        // Nest ends the process when it does not start, unless it is told to throw.
        abortOnError: false,
      });
      defer(() => app.close());
      app.useGlobalFilters(new NotRunningFilter());
      await app.init();
      return app.getHttpServer() as Server;
    },
  });

class RootModule {}
