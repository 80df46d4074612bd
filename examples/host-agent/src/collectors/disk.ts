/** What was read from and written to each disk (Linux), and the room on the file system (everywhere). */
import { statfs } from 'node:fs/promises';
import { parse } from 'node:path';
import { type Sampler, readIfThere } from '../collector.js';
import type { Metric } from '../metrics.js';

export interface DiskTraffic {
  readonly device: string;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** In bytes. */
export interface Room {
  readonly mountpoint: string;
  readonly size: number;
  readonly available: number;
}

/** The kernel counts in sectors of this size, whatever the disk has. */
const SECTOR_BYTES = 512;
/** Memory and files that pose as disks. */
const NOT_A_DISK = /^(loop|ram|zram)\d/;

/** `/proc/diskstats`: major, minor, device, reads, reads merged, sectors read, ms, writes, merged, sectors written ... */
export function parseDiskTraffic(diskstats: string): DiskTraffic[] {
  return diskstats
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , device = '', , , , , , , written]) => written !== undefined && !NOT_A_DISK.test(device))
    .map(([, , device = '', , , read, , , , written]) => ({
      device,
      readBytes: Number(read) * SECTOR_BYTES,
      writtenBytes: Number(written) * SECTOR_BYTES,
    }));
}

export function diskMetrics(room: Room, traffic: readonly DiskTraffic[]): Metric[] {
  const labels = { mountpoint: room.mountpoint };
  const gauge = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    type: 'gauge',
    samples: [{ labels, value }],
  });
  const counter = (name: string, help: string, value: (disk: DiskTraffic) => number): Metric => ({
    name,
    help,
    type: 'counter',
    samples: traffic.map((disk) => ({ labels: { device: disk.device }, value: value(disk) })),
  });
  return [
    gauge('host_filesystem_size_bytes', 'Size of the file system.', room.size),
    gauge('host_filesystem_available_bytes', 'Room on the file system for ordinary users.', room.available),
    ...(traffic.length === 0
      ? []
      : [
          counter('host_disk_read_bytes_total', 'Bytes read from the disk.', (disk) => disk.readBytes),
          counter('host_disk_written_bytes_total', 'Bytes written to the disk.', (disk) => disk.writtenBytes),
        ]),
  ];
}

async function roomAt(mountpoint: string): Promise<Room> {
  const { bsize, blocks, bavail } = await statfs(mountpoint);
  return { mountpoint, size: bsize * blocks, available: bsize * bavail };
}

export const disk: Sampler = {
  id: 'disk',
  open: () => {
    const { root } = parse(process.cwd());
    return async () => {
      const diskstats = await readIfThere('/proc/diskstats');
      return diskMetrics(await roomAt(root), diskstats === undefined ? [] : parseDiskTraffic(diskstats));
    };
  },
};
