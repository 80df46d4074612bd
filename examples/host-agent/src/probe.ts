/** The probe: reads `/metrics` over HTTP now and then, as Prometheus would, and tells what it finds. */
import { type RunningHttpServer, type Service, type Task, interval } from 'coppice';

export const probeTask = (http: Service<RunningHttpServer>): Task =>
  interval({
    id: 'probe',
    everyMs: 2_500,
    shutdownMs: 300,
    run: async ({ signal, use, log }) => {
      const response = await fetch(`${use(http).url}/metrics`, { signal });
      if (!response.ok) throw new Error(`GET /metrics: ${response.status} ${await response.text()}`);
      log.info(`reads ${digest(await response.text())}`);
    },
  });

/** A few telling numbers out of a page of metrics. */
export function digest(page: string): string {
  const samples = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const value = (name: string): number | undefined => {
    const line = samples.find((sample) => sample.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };
  const cpu = value('host_cpu_usage_ratio');
  const total = value('host_memory_total_bytes');
  const available = value('host_memory_available_bytes');
  const load = value('host_load1');
  const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  const numbers = [
    ...(cpu === undefined ? [] : [`cpu ${(cpu * 100).toFixed(1)} %`]),
    ...(total === undefined || available === undefined
      ? []
      : [`memory ${gib(total - available)}/${gib(total)} GiB`]),
    ...(load === undefined ? [] : [`load ${load}`]),
  ];
  return `${samples.length} samples: ${numbers.join(', ')}`;
}
