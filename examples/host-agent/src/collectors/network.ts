/** Traffic of each network interface (Linux); elsewhere Node knows only which there are. */
import { networkInterfaces } from 'node:os';
import { type Sampler, readIfThere } from '../collector.js';
import type { Metric } from '../metrics.js';

export interface Traffic {
  readonly interface: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** `/proc/net/dev`: two lines of headings, then lines like `  eth0: 878941332 29003 0 0 0 0 0 0 2598826 ...`. */
export function parseTraffic(dev: string): Traffic[] {
  return Array.from(dev.matchAll(/^\s*([^\s|]+):\s*(\d.*)$/gm), ([, name = '', numbers = '']) => {
    const columns = numbers.trim().split(/\s+/).map(Number);
    return { interface: name, receivedBytes: columns[0] ?? 0, sentBytes: columns[8] ?? 0 };
  });
}

export function trafficMetrics(traffic: readonly Traffic[]): Metric[] {
  const counter = (name: string, help: string, value: (each: Traffic) => number): Metric => ({
    name,
    help,
    type: 'counter',
    samples: traffic.map((each) => ({ labels: { interface: each.interface }, value: value(each) })),
  });
  return [
    counter('host_network_receive_bytes_total', 'Bytes received.', (each) => each.receivedBytes),
    counter('host_network_transmit_bytes_total', 'Bytes sent.', (each) => each.sentBytes),
  ];
}

const fromNode = (): Metric[] => [
  {
    name: 'host_network_addresses',
    help: 'Addresses of each network interface.',
    type: 'gauge',
    samples: Object.entries(networkInterfaces()).map(([name, addresses = []]) => ({
      labels: { interface: name },
      value: addresses.length,
    })),
  },
];

export const network: Sampler = {
  id: 'network',
  open: () => async () => {
    const dev = await readIfThere('/proc/net/dev');
    return dev === undefined ? fromNode() : trafficMetrics(parseTraffic(dev));
  },
};
