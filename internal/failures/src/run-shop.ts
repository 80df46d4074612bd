/** How each of the programs is run: an application that logs through pino, as a developer sees it. */
import { logEvents } from '@coppice/pino';
import { prettySupervision } from '@coppice/pino/pretty';
import { type ApplicationOptions, application } from 'coppice';
import pino from 'pino';

/** With LOG=plain in the environment: without a logger, as who has just begun sees it. */
export async function runShop(options: Omit<ApplicationOptions, 'id' | 'logger'>): Promise<void> {
  if (process.env['LOG'] === 'plain') return application({ id: 'shop', ...options }).run();
  const logger = pino({}, prettySupervision({ colorize: false, sync: true, destination: 1 }));
  const shop = application({ id: 'shop', logger, ...options });
  logEvents(shop.handle(), logger);
  return shop.run();
}
