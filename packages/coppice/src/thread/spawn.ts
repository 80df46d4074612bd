/** Makes the worker of one incarnation; if that fails, nothing is left. */
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { show } from '@coppice/core/kit';
import { OptionError } from '../shared/option-error.js';
import { BOOT } from './boot.js';
import { ThreadError } from './errors.js';
import type { ThreadOptions } from './options.js';
import type { AboutThread, Link } from './protocol.js';
import { uncloneablePart } from './uncloneable.js';

/** A thread as it was declared, its file as an absolute path. */
export interface Declared {
  readonly options: ThreadOptions;
  readonly file: string;
}

/** The worker, and our end of the port between it and us. @throws ThreadError, OptionError */
export function spawn(
  declared: Declared,
  about: AboutThread,
  beatMs: number | undefined,
): { worker: Worker; port: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  try {
    return { worker: workerOf(declared, { about, beatMs, port: port2 }), port: port1 };
  } catch (error) {
    port1.close();
    port2.close();
    throw explained(error, declared.options, about.path);
  }
}

function workerOf({ options, file }: Declared, link: Omit<Link, 'data'>): Worker {
  const { about, port } = link;
  const { argv, execArgv, env, resourceLimits, name = about.id, data } = options;
  return new Worker(BOOT, {
    eval: true,
    workerData: { href: pathToFileURL(file).href, file, data, ...link },
    transferList: [port],
    name,
    ...(argv && { argv: [...argv] }),
    ...(execArgv && { execArgv: [...execArgv] }),
    ...(env && { env: env as NodeJS.ProcessEnv }),
    ...(resourceLimits && { resourceLimits }),
  });
}

/** What was checked when it was declared may have changed since; some of it only Node can check. */
function explained(error: unknown, { data, execArgv }: ThreadOptions, path: string): unknown {
  const part = uncloneablePart(data, 'data');
  if (part) return new ThreadError('COPPICE_THREAD_DATA_NOT_CLONEABLE', { ...part, path }, error);
  if ((error as { code?: unknown }).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') return error;
  const got = show(execArgv?.join(' '));
  const expected = 'options that Node takes in a thread';
  return new OptionError({ key: 'execArgv', of: 'thread()', expected, got, path }, error);
}
