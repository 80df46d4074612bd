/** Something to be connected to, which can be away. */

export interface Connection {
  close(): void;
}

export class Database {
  #isUp = true;
  readonly #lost = new Set<(error: Error) => void>();

  /** Connects; `lost` is called if the connection breaks later. @throws if it is away */
  connect(lost: (error: Error) => void): Connection {
    if (!this.#isUp) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    this.#lost.add(lost);
    return { close: () => void this.#lost.delete(lost) };
  }

  goAway(): void {
    this.#isUp = false;
    for (const lost of this.#lost) lost(new Error('the connection was closed'));
  }

  comeBack(): void {
    this.#isUp = true;
  }
}
