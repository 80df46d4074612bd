import type { Socket } from 'node:net';

export { once } from 'node:events';
export { createServer, type Socket } from 'node:net';
export { application, dynamicSupervisor, service, task } from 'coppice';

export declare function serve(socket: Socket, signal: AbortSignal): Promise<void>;
