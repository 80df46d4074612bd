/** Temperatures, if the machine has a sensor that Linux knows. Many have none: then this fails, for real. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sampler } from '../collector.js';
import type { Metric } from '../metrics.js';

export interface Reading {
  readonly sensor: string;
  readonly celsius: number;
}

/** Where sensors are, and how the file with the temperature is called. */
const PLACES = [
  { folder: '/sys/class/thermal', file: /^temp$/ },
  { folder: '/sys/class/hwmon', file: /^temp\d+_input$/ },
];

/** A sensor's file: thousandths of a degree, like `48500`. */
export function parseTemperature(text: string): number {
  const celsius = Number(text.trim()) / 1000;
  if (text.trim() === '' || Number.isNaN(celsius)) throw new Error(`not a temperature: '${text.trim()}'`);
  return celsius;
}

export const temperatureMetrics = (readings: readonly Reading[]): Metric[] => [
  {
    name: 'host_temperature_celsius',
    help: 'What the temperature sensors say.',
    type: 'gauge',
    samples: readings.map(({ sensor, celsius }) => ({ labels: { sensor }, value: celsius })),
  },
];

async function findSensors(): Promise<string[]> {
  const found = await Promise.all(
    PLACES.map(async ({ folder, file }) => {
      const devices = (await listIfThere(folder)).map((device) => join(folder, device));
      const files = await Promise.all(
        devices.map(async (device) =>
          (await listIfThere(device)).filter((name) => file.test(name)).map((name) => join(device, name)),
        ),
      );
      return files.flat();
    }),
  );
  return found.flat();
}

const listIfThere = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** A machine that has none will have none in a second either: no restart helps. */
export class NoSensorError extends Error {
  override readonly name = 'NoSensorError';
}

export const temperature: Sampler = {
  id: 'sensors',
  open: () => async () => {
    const sensors = await findSensors();
    if (sensors.length === 0) throw new NoSensorError('no temperature sensor found');
    const readings = sensors.map(async (path) => {
      const sensor = path.split('/').slice(3).join('/');
      return { sensor, celsius: parseTemperature(await readFile(path, 'utf8')) };
    });
    return temperatureMetrics(await Promise.all(readings));
  },
};
