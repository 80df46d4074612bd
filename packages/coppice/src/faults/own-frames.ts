/**
 * Which frames of a stack are the supervisors' own.
 *
 * Own are the core and, of this package, what runs around children. Adapters are not: they are the code of
 * the child that they make.
 */
import { task } from '@coppice/core';

const FILE = /\(?((?:file:\/\/)?[^\s()]+?):\d+:\d+\)?$/;

/** Directories, each with a `/` at its end. None if this code is bundled with the user's: then nobody can tell. */
let own: readonly string[] | undefined;

export interface OwnFrames {
  readonly own: number;
  readonly foreign: number;
}

/** Counts the frames of an error. Node's own are neither. */
export function countFrames(stack: unknown): OwnFrames {
  let ours = 0;
  let foreign = 0;
  for (const file of filesOf(stack)) {
    if (file.startsWith('node:')) continue;
    if (isOwn(file)) ours++;
    else foreign++;
  }
  return { own: ours, foreign };
}

const isOwn = (file: string): boolean => ownDirectories().some((directory) => file.startsWith(directory));

/** Is this line of a stack one of ours? */
export const isOwnFrame = (line: string): boolean => filesOf(line).some(isOwn);

/** The file of each frame, the innermost first. */
export function filesOf(stack: unknown): string[] {
  if (typeof stack !== 'string') return [];
  const files: string[] = [];
  for (const line of stack.split('\n')) {
    const frame = /^\s+at /.test(line) ? FILE.exec(line) : null;
    if (frame) files.push(frame[1]!);
  }
  return files;
}

/** Found by looking where errors of ours come from; that also holds with source maps and under any loader. */
export function ownDirectories(): readonly string[] {
  own ??= [
    ...directoriesIn(new Error().stack, 'faults', ['faults', 'application']),
    ...directoriesIn(stackOfCore(), 'model|spec|engine', ['model', 'spec', 'engine']),
  ];
  return own;
}

function directoriesIn(stack: unknown, known: string, names: readonly string[]): string[] {
  const layout = new RegExp(
    `^(.*[/\\\\](?:src|dist[/\\\\](?:esm|cjs))[/\\\\])(?:${known})([/\\\\])[^/\\\\]+$`,
  );
  const match = layout.exec(filesOf(stack)[0] ?? '');
  return match ? names.map((name) => `${match[1]}${name}${match[2]}`) : [];
}

function stackOfCore(): unknown {
  try {
    return task(undefined as never);
  } catch (error) {
    return (error as Error).stack;
  }
}
