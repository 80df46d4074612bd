/** The parsers, on what Linux machines really say. */
import { cpuMetrics, parseCpu, usageBetween } from './cpu.js';
import { diskMetrics, parseDiskTraffic } from './disk.js';
import { loadMetrics, parseLoad } from './load.js';
import { memoryMetrics, parseMemory } from './memory.js';
import { parseTraffic, trafficMetrics } from './network.js';
import { parseTemperature, temperature, temperatureMetrics } from './temperature.js';

describe('cpu', () => {
  const STAT = `cpu  23169 0 9550 446130 776 0 157 108 0 0
cpu0 10090 0 4133 225583 50 0 25 47 0 0
cpu1 13079 0 5416 220547 725 0 132 60 0 0
intr 841709 0 0
ctxt 1351788
`;

  test('reads each CPU, in seconds, and not the line of all', () => {
    const times = parseCpu(STAT);
    expect(times.map(({ cpu }) => cpu)).toEqual(['0', '1']);
    expect(times[0]?.modes).toEqual({
      user: 100.9,
      nice: 0,
      system: 41.33,
      idle: 2255.83,
      iowait: 0.5,
      irq: 0,
      softirq: 0.25,
      steal: 0.47,
    });
  });

  test('usage is the part that was neither idle nor waiting for a disk', () => {
    const before = [{ cpu: '0', modes: { user: 10, idle: 80, iowait: 10 } }];
    const after = [{ cpu: '0', modes: { user: 13, idle: 86, iowait: 11 } }];
    expect(usageBetween(before, after)).toBeCloseTo(0.3);
    expect(usageBetween(before, before)).toBe(0);
  });

  test('there is no usage before the second reading', () => {
    const times = parseCpu(STAT);
    expect(cpuMetrics(times, undefined).map(({ name }) => name)).toEqual(['host_cpu_seconds_total']);
    expect(cpuMetrics(times, 0.25)[0]).toMatchObject({
      name: 'host_cpu_usage_ratio',
      samples: [{ value: 0.25 }],
    });
  });
});

describe('memory', () => {
  const MEMINFO = `MemTotal:       24684092 kB
MemFree:        24250684 kB
MemAvailable:   24266132 kB
SwapTotal:             0 kB
SwapFree:              0 kB
HugePages_Total:       0
`;

  test('is in bytes', () => {
    const memory = parseMemory(MEMINFO);
    expect(memory).toEqual({ total: 25276510208, available: 24848519168, swapTotal: 0, swapFree: 0 });
    expect(memoryMetrics(memory)).toHaveLength(4);
  });

  test('an old kernel does not say what is available, and the free memory has to do', () => {
    expect(parseMemory('MemTotal: 2 kB\nMemFree: 1 kB\n').available).toBe(1024);
  });

  test('a file without the total is an error', () => {
    expect(() => parseMemory('nonsense')).toThrow('MemTotal');
  });
});

describe('load', () => {
  test('has three averages', () => {
    const averages = parseLoad('0.27 0.19 0.25 2/87 13535\n');
    expect(averages).toEqual([0.27, 0.19, 0.25]);
    expect(loadMetrics(averages).map(({ name }) => name)).toEqual([
      'host_load1',
      'host_load5',
      'host_load15',
    ]);
  });

  test('anything else is an error', () => expect(() => parseLoad('a b c')).toThrow('three numbers'));
});

describe('disk', () => {
  const DISKSTATS = `   7       0 loop0 10 0 20 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 254       0 vda 9038 3060 731242 2741 26403 18790 3409168 17318 0 15960 23404 4034 0 52436592 2976 477 367
   1       0 ram0 0 0 0 0 0 0 0 0 0 0 0
`;

  test('counts sectors of 512 bytes, and only of real disks', () => {
    expect(parseDiskTraffic(DISKSTATS)).toEqual([
      { device: 'vda', readBytes: 731242 * 512, writtenBytes: 3409168 * 512 },
    ]);
  });

  test('without diskstats there is still the file system', () => {
    const names = diskMetrics({ mountpoint: '/', size: 10, available: 5 }, []).map(({ name }) => name);
    expect(names).toEqual(['host_filesystem_size_bytes', 'host_filesystem_available_bytes']);
  });
});

describe('network', () => {
  const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0
  eth0: 878941332   29003    0    0    0     0          0         0  2598826   20021    0    0    0     0       0          0
`;

  test('reads the interfaces and not the headings', () => {
    const traffic = parseTraffic(DEV);
    expect(traffic).toEqual([
      { interface: 'lo', receivedBytes: 3193, sentBytes: 3193 },
      { interface: 'eth0', receivedBytes: 878941332, sentBytes: 2598826 },
    ]);
    expect(trafficMetrics(traffic)[1]?.samples[1]).toEqual({
      labels: { interface: 'eth0' },
      value: 2598826,
    });
  });
});

describe('temperature', () => {
  test('comes in thousandths of a degree', () => {
    const celsius = parseTemperature('48500\n');
    expect(temperatureMetrics([{ sensor: 'thermal_zone0/temp', celsius }])[0]?.samples).toEqual([
      { labels: { sensor: 'thermal_zone0/temp' }, value: 48.5 },
    ]);
  });
  test('an empty file is no temperature', () =>
    expect(() => parseTemperature('\n')).toThrow('not a temperature'));

  test('a machine has sensors, or the sampler says that it has none', async () => {
    const outcome = await temperature
      .open()()
      .then(
        ([metric]) => metric?.name,
        (error: unknown) => (error as Error).message,
      );
    expect(['host_temperature_celsius', 'no temperature sensor found']).toContain(outcome);
  });
});
