/** Three servers, one of which cannot start, and a task that asks the two others every second. */
import { fileURLToPath } from 'node:url';
import { type Context, task } from 'coppice';
import { ask } from './ask.js';
import { fleet } from './fleet.js';
import { type StdioServer, stdioServer } from './stdio-server.js';

const script = (name: string): StdioServer =>
  stdioServer({
    id: name,
    file: process.execPath,
    args: [fileURLToPath(new URL(`./servers/${name}.js`, import.meta.url))],
  });

const calculator = script('calculator');
const words = script('words');
const weather = script('weather');

const asker = task({
  id: 'asker',
  shutdownMs: 1_000,
  run: async (context) => {
    for (let n = 1; ; n++) {
      const sum = await callTool(context, calculator, 'add', { a: n, b: n });
      const word = await callTool(context, words, 'reverse', { text: `${n} pots` });
      context.log.info(`${sum}, and ${word}`);
      await context.sleep(1_000);
    }
  },
});

/** Adding and reversing may be done twice, so what was under way when a process died is asked again. */
async function callTool(from: Context, server: StdioServer, name: string, args: object): Promise<string> {
  const result = await ask(from, server, 'tools/call', { name, arguments: args });
  const { content } = result as { readonly content: readonly { readonly text: string }[] };
  return content[0]?.text ?? '';
}

const app = fleet({ servers: [calculator, words, weather], clients: [asker] });
// What became of the one that has given up, in words.
app.handle().on('child:gave-up', ({ path }) => console.log(app.explain(path)));
await app.run();
