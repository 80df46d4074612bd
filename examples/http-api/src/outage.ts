/** Takes the database away and gives it back, to see what happens then. A program of yours does not need this. */
import type { Context } from 'coppice';
import type { Database } from './database/database.js';

export type Open = (context: Context) => Promise<Database>;

export class Outage {
  #isOn = false;
  #fail: Context['fail'] = () => {};

  /** What opens the database, as long as it is there. */
  around(open: Open): Open {
    return async (context) => {
      if (this.#isOn) throw new Error('the database refuses connections');
      this.#fail = context.fail;
      return open(context);
    };
  }

  /** @returns whether it is away now */
  toggle(): boolean {
    this.#isOn = !this.#isOn;
    if (this.#isOn) this.#fail(new Error('the connection to the database was lost'));
    return this.#isOn;
  }
}
