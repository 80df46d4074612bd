/** Processes as children: the public names. */
export { subprocess } from './subprocess.js';
export type {
  Heartbeat,
  Messaging,
  Ready,
  ReadyPort,
  Subprocess,
  SubprocessOptions,
  SubprocessValue,
  WithStdin,
} from './options.js';
export type { OutputStream } from './output.js';
export { ProcessError, type ProcessErrorCode } from './errors.js';
