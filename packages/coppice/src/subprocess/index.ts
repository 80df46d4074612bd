/** Processes as children: the public names. */
export { subprocess } from './subprocess.js';
export type {
  SubprocessHeartbeat,
  SubprocessMessaging,
  SubprocessReady,
  SubprocessPort,
  Subprocess,
  SubprocessOptions,
  SubprocessValue,
  SubprocessStdin,
} from './options.js';
export { ProcessError, type ProcessErrorCode } from './errors.js';
