/**
 * What the servers of this example have in common: they answer requests on stdin with lines on stdout, and end with their
 * stdin. In real life this is the SDK of whoever wrote the server, in any language.
 */
import { createInterface } from 'node:readline';
import { INTERNAL_ERROR, METHOD_NOT_FOUND, type Message, format, parse } from '../json-rpc.js';

/** What can be called: its arguments are what the request has as `params.arguments`. */
export type Tools = Readonly<Record<string, (args: Record<string, unknown>) => unknown>>;

export function serve(name: string, tools: Tools): void {
  const methods: Readonly<Record<string, (params: unknown) => unknown>> = {
    initialize: () => ({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name } }),
    ping: () => ({}),
    'tools/list': () => ({ tools: Object.keys(tools).map((name) => ({ name })) }),
    'tools/call': (params) => call(tools, params as { name: string; arguments?: Record<string, unknown> }),
  };
  const answer = async ({ id, method = '', params }: Message): Promise<void> => {
    if (id === undefined) return; // told, and not asked
    const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
    try {
      if (known) process.stdout.write(format({ id, result: await known(params) }));
      else
        process.stdout.write(format({ id, error: { code: METHOD_NOT_FOUND, message: `no ${method} here` } }));
    } catch (error) {
      process.stdout.write(
        format({ id, error: { code: INTERNAL_ERROR, message: (error as Error).message } }),
      );
    }
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    const message = parse(line);
    if (message) void answer(message);
  });
  process.stdout.on('error', () => process.exit()); // nobody reads any more
  console.error(`${name} is here`); // stderr is for people
}

async function call(
  tools: Tools,
  params: { name: string; arguments?: Record<string, unknown> },
): Promise<object> {
  const tool = Object.hasOwn(tools, params.name) ? tools[params.name] : undefined;
  if (!tool) throw new Error(`no tool '${params.name}'`);
  return { content: [{ type: 'text', text: String(await tool(params.arguments ?? {})) }] };
}
