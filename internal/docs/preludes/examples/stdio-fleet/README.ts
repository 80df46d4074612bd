import type { Context } from 'coppice';
import { stdioServer } from '../../../../../examples/stdio-fleet/src/stdio-server.js';

export { ask } from '../../../../../examples/stdio-fleet/src/ask.js';

export const calculator = stdioServer({ id: 'calculator', file: 'calculator' });
/** What a run function has at hand. */
export declare const context: Context;
export declare const use: Context['use'];
