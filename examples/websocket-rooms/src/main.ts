/** Runs it. With PORT=0 it takes a port that is free. */
import { chat } from './chat.js';

const { app, server } = chat({ port: Number(process.env['PORT'] ?? 3000) });
const tree = app.handle();
void tree.whenReady(server).then(
  ({ url }) => console.log(`join: ${url.replace('http', 'ws')}/rooms/kitchen?name=ada`),
  () => {}, // it did not start, and has said why
);
await app.run();
