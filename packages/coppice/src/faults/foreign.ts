/** What else in the process lays hands on faults, so that fewer of them get here than one would think. */
import { nodeFlag } from './node-flags.js';
import type { FaultSource } from './source.js';

interface Warning {
  readonly code: string;
  readonly message: string;
}

const STEALS_REJECTIONS: Warning = {
  code: 'COPPICE_FOREIGN_UNHANDLED_REJECTION',
  message:
    "There is a listener for 'unhandledRejection': unhandled rejections go to it, and neither Coppice nor Node's own " +
    'crash sees them. Take it away (in an error reporter: switch that integration off); Coppice hears of rejections ' +
    'without a listener of its own.',
};

const SECOND_OWNER: Warning = {
  code: 'COPPICE_FOREIGN_UNCAUGHT_EXCEPTION',
  message:
    "There is another listener for 'uncaughtException'. It is called for every fault: if it ends the process, nothing is " +
    "contained; if it does not, Node's own crash fails to appear where `faults` is 'label'. Take it away, or have it " +
    "only report (on 'uncaughtExceptionMonitor').",
};

const CAPTURED: Warning = {
  code: 'COPPICE_CAPTURED_EXCEPTIONS',
  message:
    'Uncaught exceptions are captured with process.setUncaughtExceptionCaptureCallback (the module domain does that): ' +
    'Coppice sees none of them.',
};

/** Warns of what is there already and, until the returned function is called, of what is added. */
export function watchForeigners(source: FaultSource, isOwn: (listener: unknown) => boolean): () => void {
  const told = new Set<string>();
  const tell = ({ code, message }: Warning): void => {
    if (told.has(code)) return;
    told.add(code);
    source.emitWarning?.(message, { type: 'CoppiceWarning', code });
  };

  if (source.listenerCount('unhandledRejection') > 0) tell(STEALS_REJECTIONS);
  if (source.listenerCount('uncaughtException') > 0) tell(SECOND_OWNER);
  if (process.hasUncaughtExceptionCaptureCallback()) tell(CAPTURED);
  const mode = nodeFlag('--unhandled-rejections');
  if (mode !== undefined && mode !== 'throw' && mode !== 'strict') {
    tell({
      code: 'COPPICE_UNHANDLED_REJECTIONS_FLAG',
      message:
        `Node runs with --unhandled-rejections=${mode}: unhandled rejections are not raised as exceptions, so Coppice ` +
        'sees none of them. Leave the flag out.',
    });
  }

  const added = (name: string | symbol, listener: unknown): void => {
    if (isOwn(listener)) return;
    if (name === 'unhandledRejection') tell(STEALS_REJECTIONS);
    if (name === 'uncaughtException') tell(SECOND_OWNER);
  };
  source.on('newListener', added);
  return () => void source.off('newListener', added);
}
