import type { RequestListener } from 'node:http';
import { service } from 'coppice';

export { STATUS_CODES, Server, ServerResponse, createServer } from 'node:http';
export { WebSocketServer } from 'ws';

export const db = service({
  id: 'db',
  start: () => ({
    all: (): unknown[] => [],
    report: async (): Promise<void> => {},
    save: async (_message: string): Promise<void> => {},
  }),
});
export declare const app: RequestListener;

export declare const url: string;
export declare function store(response: Response): Promise<void>;

export const queue = service({
  id: 'queue',
  start: () => ({
    async *messages(_options: { signal: AbortSignal }): AsyncGenerator<string> {
      yield 'message';
    },
  }),
});
