/** A program that is asked line by line. */
import { createInterface } from 'node:readline';

console.log('listening');
createInterface({ input: process.stdin }).on('line', (line) => console.log(`done ${line}`));
