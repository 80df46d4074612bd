/** Errors as a recorder keeps them: what they say and their causes, without stacks, and bounded. */
import type { ErrorWire, ReasonWire } from '../model/wire.js';

const MAX_CAUSES = 5;
const MAX_TEXT = 300;
const MAX_NAME = 60;
const MAX_FIELDS = 8;

export function trimReason(reason: ReasonWire): ReasonWire {
  switch (reason.kind) {
    case 'crash':
      return { kind: 'crash', error: trimError(reason.error) };
    case 'shutdown': {
      const { detail, cause } = reason;
      return {
        kind: 'shutdown',
        ...(detail !== undefined && {
          detail: typeof detail === 'string' ? cut(detail) : cut(JSON.stringify(detail)),
        }),
        ...(cause !== undefined && { cause: trimError(cause) }),
      };
    }
    default:
      return reason;
  }
}

export function trimError({ name, message, code, details, cause }: ErrorWire, depth = 1): ErrorWire {
  const fields = details && plainFields(details);
  return {
    name: cut(name, MAX_NAME),
    message: cut(message),
    ...(code !== undefined && { code: typeof code === 'string' ? cut(code, MAX_NAME) : code }),
    ...(fields !== undefined && { details: fields }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: trimError(cause, depth + 1) }),
  };
}

/** The address, the port, the exit code: what stands at the top, and is short. */
function plainFields(details: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const short = Object.entries(details).filter(
    ([, value]) => typeof value !== 'object' && !(typeof value === 'string' && value.length > MAX_NAME),
  );
  return short.length === 0 ? undefined : Object.fromEntries(short.slice(0, MAX_FIELDS));
}

const cut = (text: string, length = MAX_TEXT): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
