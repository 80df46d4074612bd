/** Why a connection is ended, as the client is told: the close codes of RFC 6455 that are used here. */
export const CLOSE = {
  /** The server goes: come back, to another one. */
  goingAway: 1001,
  /** The client has broken the rules, and would do so again. */
  policyViolation: 1008,
  /** A mistake of ours. */
  internalError: 1011,
  /** Not now: the server has as many as it takes. */
  tryAgainLater: 1013,
} as const;

/** Thrown in a connection: it is ended with this code, and the client is told why. */
export class ClosingError extends Error {
  override readonly name = 'ClosingError';

  /** @param message - at most 123 bytes, as RFC 6455 has it */
  constructor(
    readonly closeCode: number,
    message: string,
  ) {
    super(message);
  }
}
