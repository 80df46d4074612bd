export { prettySupervisionFormat } from '@coppice/pino/pretty';
