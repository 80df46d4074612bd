/** What the compiler takes for an application's logger. Nothing runs here. */
import { type ApplicationLogger, type Logger, application } from 'coppice';

declare const withChildren: Logger;

export const apps = [
  application({ id: 'shop', children: [], logger: console }),
  application({ id: 'shop', children: [], logger: withChildren }),
  // @ts-expect-error -- it has to tell of errors
  application({ id: 'shop', children: [], logger: { debug() {}, info() {}, warn() {} } }),
];

// @ts-expect-error -- a child that is no logger
export const childless: ApplicationLogger = { ...console, child: () => 1 };
