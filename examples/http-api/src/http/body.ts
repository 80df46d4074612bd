/** The body of a request, as JSON. */
import type { IncomingMessage } from 'node:http';
import { BadRequestError } from './router.js';

const MAX_BYTES = 100_000;

/** @throws BadRequestError */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new BadRequestError(`the body is longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new BadRequestError('the body is no JSON');
  }
}
