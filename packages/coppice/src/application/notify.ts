/** Tells whoever started the process how it is: PM2 over IPC, systemd through its own tool. */
import { execFile } from 'node:child_process';

/** A tool that does not answer is not waited for longer. */
const TOOL_MS = 2_000;

/** PM2 (`wait_ready`), and others that start a process with an IPC channel, wait for this word. */
export function tellParentReady(): void {
  // A parent that has just gone is no reason to fail.
  if (process.send && process.connected) process.send('ready', undefined, undefined, () => {});
}

/**
 * `READY=1` or `STOPPING=1` for systemd, if it asks (`NOTIFY_SOCKET`). Node has no datagram sockets, so
 * systemd's own `systemd-notify` says it; the unit has to allow that with `NotifyAccess=all`.
 */
export function tellSystemd(state: 'READY=1' | 'STOPPING=1', failed: (why: string) => void): void {
  if (!process.env['NOTIFY_SOCKET']) return;
  execFile('systemd-notify', [state], { timeout: TOOL_MS }, (error) => {
    if (error) failed(error.message);
  });
}
