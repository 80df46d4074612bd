// What async context costs: `node internal/attribution/cost.mjs [--node 20,24]`
//
// Each figure is the best of several processes, in turn without and with the scope of a fault domain, so that
// neither the other's hooks nor its garbage are in it. Needs the build; installs the versions of Node it is told.
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FaultDomain } from 'coppice';
import { nodeBinary } from './dist/nodes.js';

const owner = { path: 'root/a', incarnation: 1, fault: () => 'crash' };
const ignore = () => undefined;

/** One start of a child: the call itself, in nanoseconds. */
async function start(run) {
  const times = 2_000_000;
  let sum = 0;
  const code = () => void sum++;
  for (let i = 0; i < times; i++) run(code);
  const from = process.hrtime.bigint();
  for (let i = 0; i < times; i++) run(code);
  return Number(process.hrtime.bigint() - from) / times;
}

/** Three nested async calls, in nanoseconds. */
async function awaits(run) {
  const inner = async () => 1;
  const middle = async () => (await inner()) + 1;
  const outer = async () => (await middle()) + 1;
  const loop = async (times) => {
    for (let i = 0; i < times; i++) await outer();
  };
  return run(async () => {
    await loop(100_000);
    const from = process.hrtime.bigint();
    await loop(400_000);
    return Number(process.hrtime.bigint() - from) / 400_000;
  });
}

/** A request to a server in this process with so many async calls in its handler: CPU time, in microseconds. */
function requests(calls) {
  return async (run) => {
    const step = async () => undefined;
    const answer = async (response) => {
      for (let i = 0; i < calls; i++) await step();
      response.end('hello');
    };
    const server = http.createServer((_request, response) => void answer(response));
    await run(() => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve)));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const ask = () =>
      new Promise((resolve) => {
        const options = { port: server.address().port, host: '127.0.0.1', agent };
        http.get(options, (response) => response.resume().on('end', resolve));
      });
    const load = async (times) => {
      const client = async () => {
        while (times-- > 0) await ask();
      };
      await Promise.all(Array.from({ length: 8 }, client));
    };
    await load(2_000);
    const from = process.cpuUsage();
    await load(8_000);
    const { user, system } = process.cpuUsage(from);
    agent.destroy();
    server.close();
    return (user + system) / 8_000;
  };
}

const WORK = {
  'start of a child (ns)': start,
  'three nested awaits (ns)': awaits,
  'HTTP request (µs CPU)': requests(0),
  'HTTP request with 20 async calls (µs CPU)': requests(20),
  'HTTP request with 200 async calls (µs CPU)': requests(200),
};

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '20,24' },
    one: { type: 'string' },
    policy: { type: 'string' },
  },
});

if (values.one === undefined) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  for (const major of values.node.split(',')) compare(nodeBinary(root, major));
} else {
  const { scope } = new FaultDomain({ policy: values.policy, onFault: ignore, onFatal: ignore });
  const run = scope ? (code) => scope.run(owner, code) : (code) => code();
  console.log(await WORK[values.one](run));
}

function compare(node) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`| Node ${version.slice(1)} | off | label, contain | difference |\n| --- | --- | --- | --- |`);
  for (const name of Object.keys(WORK)) {
    const best = { off: Infinity, label: Infinity };
    for (let round = 0; round < 5; round++) {
      for (const policy of Object.keys(best)) {
        const args = [fileURLToPath(import.meta.url), '--one', name, '--policy', policy];
        best[policy] = Math.min(best[policy], Number(execFileSync(node, args, { encoding: 'utf8' })));
      }
    }
    const ratio = (best.label / best.off).toFixed(2);
    // A call that is compiled away has no ratio worth telling.
    const shown = name.startsWith('start') ? `+${Math.round(best.label - best.off)} ns` : `× ${ratio}`;
    console.log(`| ${name} | ${best.off.toFixed(1)} | ${best.label.toFixed(1)} | ${shown} |`);
  }
  console.log();
}
