/** Something that a test has left behind. */
export interface Leak {
  /** What kind of thing. */
  readonly kind:
    | 'timer'
    | 'server'
    | 'socket'
    | 'file'
    | 'file-watcher'
    | 'message-port'
    | 'process'
    | 'thread'
    | 'listener'
    | 'tree'
    | 'abandoned-child';
  /** What it is, in words. */
  readonly what: string;
  /** The stack where it was made, the nearest frame first; empty if that is not known. */
  readonly madeAt: readonly string[];
}

/** All of them, for a message. */
export function tellOf(leaks: readonly Leak[]): string {
  const lines = leaks.flatMap(({ what, madeAt }, at) => [
    `  ${at + 1}. ${what}${madeAt.length === 0 ? '' : ', made'}`,
    ...madeAt.map((frame) => `       ${frame}`),
  ]);
  const count = leaks.length === 1 ? '1 thing was' : `${leaks.length} things were`;
  return [`${count} left behind:`, ...lines].join('\n');
}
