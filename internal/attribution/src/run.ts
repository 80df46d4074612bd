/** Runs all cases in this process, one after the other, under `contain`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, type Fault, FaultDomain, type SupervisorTree, service, supervisor } from 'coppice';
import { type Case, type Party, type Parts, type Scene } from './case.js';
import { cases } from './cases/index.js';

export interface Result {
  readonly name: string;
  /**
   * Whose it was held to be; `stranger`: a child that has nothing to do with the case; `silent`: no fault came
   * up at all, and so the case is broken.
   */
  readonly owner: Party | 'stranger' | 'silent';
  readonly attribution: Fault['attribution'];
  readonly outcome: Fault['outcome'];
}

export interface Run {
  readonly node: string;
  readonly results: readonly Result[];
}

/** The errors of the cases so far. */
const earlier = new Set<unknown>();

const PATIENCE_MS = 3_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export async function runCases(filter = ''): Promise<Run> {
  let hear: (fault: Fault) => void = () => undefined;
  const domain = new FaultDomain({
    policy: 'contain',
    maxContained: Infinity,
    onFault: (fault) => hear(fault),
    // Fatal for an application; here it is one result among others.
    onFatal: () => undefined,
  });
  domain.install();
  // Some cases wait for what does not hold the event loop itself.
  const hold = setInterval(() => undefined, 1_000);
  const results: Result[] = [];
  for (const each of cases.filter(({ name }) => name.includes(filter))) {
    results.push(await runCase(each, domain, (listener) => (hear = listener)));
  }
  clearInterval(hold);
  domain.uninstall();
  return { node: process.version, results };
}

async function runCase(
  { name, parts }: Case,
  { scope }: FaultDomain,
  listen: (hear: (fault: Fault) => void) => void,
): Promise<Result> {
  const treeId = name.replaceAll('/', '-');
  const cleanUps: (() => unknown)[] = [];
  const scene: Mutable<Scene> = {
    error: new Error(name),
    boom: () => {
      throw scene.error;
    },
    defer: (cleanUp) => cleanUps.push(cleanUp),
    tree: () => tree,
  };
  const { outside, ...bodies }: Parts = parts(scene);
  const heard = new Promise<Fault>((resolve) => {
    listen((fault) => {
      // What is left of an earlier case was judged there.
      if (!earlier.has(fault.error)) resolve(fault);
    });
  });

  const tree: SupervisorTree = supervisor({
    id: treeId,
    maxRestarts: Infinity,
    // In the order in which they are written.
    children: Object.entries(bodies).map(([id, body]) => child(id, body)),
  }).handle({ faultScope: scope! });
  // A fault that comes before a child is up makes its start fail.
  const isUp = await tree.start().then(
    () => true,
    () => false,
  );
  if (isUp && outside) setImmediate(outside);

  const patience = new AbortController();
  const fault = await Promise.race([heard, sleep(PATIENCE_MS, undefined, { signal: patience.signal })]);
  patience.abort();
  if (isUp) await tree.stop();
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  // What the ends of sockets bring about is not to be taken for the next case's fault.
  await sleep(2);
  earlier.add(scene.error);
  if (!fault) return { name, owner: 'silent', attribution: 'none', outcome: 'fatal' };
  return { name, owner: party(fault, treeId), attribution: fault.attribution, outcome: fault.outcome };
}

/** Does what it does once; after its crash it is up again and idle, as a successor who must not be blamed. */
function child(id: string, body: (context: Context) => unknown) {
  return service({
    id,
    start: async (context) => {
      if (context.attempt === 1) await body(context);
    },
  });
}

function party({ owner }: Fault, treeId: string): Result['owner'] {
  if (!owner) return 'none';
  return owner.path.startsWith(`${treeId}/`) ? (owner.path.slice(-1) as Party) : 'stranger';
}
