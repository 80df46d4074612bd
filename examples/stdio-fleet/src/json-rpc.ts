/** JSON-RPC 2.0 as MCP has it over stdin and stdout: a message on each line, and what can go wrong with a request. */

/** As much of a message as both sides look at: a request has an `id` and a `method`, an answer has no `method`. */
export interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export const METHOD_NOT_FOUND = -32_601;
export const INTERNAL_ERROR = -32_603;

/** What stands on a line; undefined if that is no message. */
export function parse(line: string): Message | undefined {
  try {
    const message = JSON.parse(line) as Message | null;
    return message?.jsonrpc === '2.0' ? message : undefined;
  } catch {
    return undefined;
  }
}

export const format = (message: Omit<Message, 'jsonrpc'>): string =>
  `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

/** Its answer was an error: it will be the same one if it is asked again. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  /** @param code - that of JSON-RPC, like -32601 */
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/** Its process has ended before it has answered. Nobody knows how far it got. */
export class ServerGoneError extends Error {
  override readonly name = 'ServerGoneError';
  readonly code = 'SERVER_GONE';
}

/** It lives, and has not answered in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code = 'NO_ANSWER';
}
