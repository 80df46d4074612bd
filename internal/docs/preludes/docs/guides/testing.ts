import type { EventEmitter } from 'node:events';

export {
  chaos,
  crashes,
  failsToStart,
  hangsAtStop,
  misbehaving,
  onRun,
  scripted,
  startsSlowly,
} from '@coppice/testing';

interface Pool extends EventEmitter {
  query(sql: string): Promise<readonly { readonly id: number }[]>;
  end(): Promise<void>;
}

export declare function connect(): Promise<Pool>;
