/** What asks: health checks as the files in deploy/ set them up, played in simulated time, over real HTTP. */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { parse } from 'yaml';

const read = (file: string): string => readFileSync(join(__dirname, '../deploy', file), 'utf8');

/** How often to ask for what, and what the answers come to. */
export interface CheckOptions {
  readonly path: string;
  readonly everyMs: number;
  /** So many bad answers in a row, and it is down. */
  readonly fall: number;
  /** So many good ones in a row, and it is up. */
  readonly rise: number;
}

/** The status of an answer; 0 if there was none. */
export function ask(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode!));
    }).once('error', () => resolve(0));
  });
}

/** One check, which goes on asking. */
export class Check {
  isUp = false;
  readonly #options: CheckOptions;
  #nextAt: number;
  #inARow = 0;
  /** How often in a row it was not what it is taken for, ever. */
  hasFallen = 0;

  constructor(options: CheckOptions, at: number, isUp = false) {
    this.#options = options;
    this.#nextAt = at;
    this.isUp = isUp;
  }

  /** Asks, if it is time to. */
  async at(now: number, port: number): Promise<void> {
    if (now < this.#nextAt) return;
    const { path, everyMs, fall, rise } = this.#options;
    this.#nextAt += everyMs;
    const isGood = (await ask(port, path)) === 200;
    if (isGood === this.isUp) this.#inARow = 0;
    else if (++this.#inARow >= (this.isUp ? fall : rise)) {
      if (this.isUp) this.hasFallen++;
      this.isUp = isGood;
      this.#inARow = 0;
    }
  }
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}

/** Of a pod: how it is asked, and how long it may take to go. */
export function pod() {
  const { spec } = parse(read('kubernetes.yaml')).spec.template;
  const [container] = spec.containers;
  // What is not said is Kubernetes's default.
  const checkOf = ({ httpGet, periodSeconds = 10, failureThreshold = 3 }: Probe): CheckOptions => ({
    path: httpGet.path,
    everyMs: periodSeconds * 1_000,
    fall: failureThreshold,
    rise: 1,
  });
  return {
    startup: checkOf(container.startupProbe),
    readiness: checkOf(container.readinessProbe),
    liveness: checkOf(container.livenessProbe),
    graceMs: spec.terminationGracePeriodSeconds * 1_000,
  };
}

/** Of HAProxy, and of a target group of AWS. */
export function balancers(): Record<'haproxy' | 'aws', CheckOptions> {
  const config = read('haproxy.cfg');
  const [, path = ''] = /option httpchk GET (\S+)/.exec(config)!;
  const [, inter, fall, rise] = /inter (\d+)s fall (\d+) rise (\d+)/.exec(config)!;
  const group = JSON.parse(read('aws-target-group.json'));
  return {
    haproxy: { path, everyMs: Number(inter) * 1_000, fall: Number(fall), rise: Number(rise) },
    aws: {
      path: group.HealthCheckPath,
      everyMs: group.HealthCheckIntervalSeconds * 1_000,
      fall: group.UnhealthyThresholdCount,
      rise: group.HealthyThresholdCount,
    },
  };
}
