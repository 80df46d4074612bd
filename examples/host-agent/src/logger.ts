/** Where the records go: drawn as a tree for the eyes of somebody, and for machines each a line of JSON. */
import { prettySupervision } from '@coppice/pino/pretty';
import { type Logger, pino } from 'pino';

export type LogForm = 'pretty' | 'json';

/** @param isVerbose - each step as well: who is started and stopped, and on whose account */
export const loggerFor = (form: LogForm, isVerbose: boolean): Logger =>
  pino(
    { level: isVerbose ? 'debug' : 'info' },
    form === 'pretty' ? prettySupervision({ destination: process.stdout }) : process.stdout,
  );
