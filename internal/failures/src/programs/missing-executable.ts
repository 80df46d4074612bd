/** A program that is not installed. */
import { subprocess } from 'coppice';
import { runShop } from '../run-shop.js';

await runShop({ children: [subprocess({ id: 'convert', file: 'ffmpeg-of-the-shop', args: ['-version'] })] });
