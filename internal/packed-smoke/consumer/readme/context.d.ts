// What the examples of the READMEs use without saying where it comes from.
import type { EventEmitter } from 'node:events';
import type { ChildSpec } from '@coppice/core';

declare global {
  const db: ChildSpec;
  const outbox: ChildSpec;
  const api: ChildSpec;
  function connect(): Promise<EventEmitter & { query(sql: string): Promise<unknown>; end(): Promise<void> }>;
  function test(name: string, run: () => Promise<void>): void;
}
