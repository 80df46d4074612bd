/** Files, streams and the thread pool. */
import { createHash, pbkdf2, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns';
import fs from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough, Readable, Transform, Writable, finished, pipeline } from 'node:stream';
import { pipeline as piped } from 'node:stream/promises';
import { gzip } from 'node:zlib';
import { type Case, type Scene, ignoreErrors, later } from '../case.js';

const MISSING = join(tmpdir(), 'coppice-attribution', 'there', 'is', 'no', 'such', 'file');

export const files: readonly Case[] = [
  {
    name: '`fs.readFile`, callback',
    right: 'A',
    parts: ({ boom }) => ({ A: () => fs.readFile(MISSING, boom) }),
  },
  { name: '`fs.stat`, callback', right: 'A', parts: ({ boom }) => ({ A: () => fs.stat('.', boom) }) },
  {
    name: '`fs.promises`, unhandled',
    right: 'A',
    parts: () => ({ A: () => void fs.promises.readFile(MISSING) }),
  },
  {
    name: '`fs.createReadStream` of no file, without `error` listener',
    right: 'A',
    parts: () => ({ A: () => void fs.createReadStream(MISSING) }),
  },
  {
    name: '`fs.createReadStream`, `data` listener',
    right: 'A',
    parts: ({ boom, defer }) => ({
      A: () => {
        const stream = fs.createReadStream(process.execPath, { end: 10 });
        defer(() => stream.destroy());
        stream.on('data', boom);
      },
    }),
  },
  {
    name: '`fs.createWriteStream` to nowhere, without `error` listener',
    right: 'A',
    parts: () => ({ A: () => void fs.createWriteStream(MISSING) }),
  },
  {
    name: '`fs.watch`, listener; B writes',
    right: 'A',
    parts: (scene) => {
      const folder = temporaryFolder(scene);
      return {
        A: () => {
          const watcher = fs.watch(folder, scene.boom);
          scene.defer(() => watcher.close());
        },
        B: () => setTimeout(() => fs.writeFileSync(join(folder, 'file'), 'go'), 10),
      };
    },
  },
  {
    name: '`dns.lookup`, callback',
    right: 'A',
    parts: ({ boom }) => ({ A: () => lookup('127.0.0.1', boom) }),
  },
  {
    name: '`crypto.randomBytes`, callback',
    right: 'A',
    parts: ({ boom }) => ({ A: () => randomBytes(8, boom) }),
  },
  {
    name: '`crypto.pbkdf2`, callback',
    right: 'A',
    parts: ({ boom }) => ({ A: () => pbkdf2('a', 'b', 1, 8, 'sha256', boom) }),
  },
  { name: '`zlib.gzip`, callback', right: 'A', parts: ({ boom }) => ({ A: () => gzip('text', boom) }) },
  {
    name: '`readline`, `line` listener',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void createInterface(Readable.from(['a\n', 'b\n'])).on('line', boom) }),
  },
  {
    name: '`Readable.from` a generator that throws, without `error` listener',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => {
        async function* source() {
          yield await Promise.resolve(1);
          boom();
        }
        Readable.from(source()).resume();
      },
    }),
  },
  {
    name: 'stream destroyed with an error, without `error` listener',
    right: 'A',
    parts: ({ error }) => ({ A: () => later(() => new PassThrough().destroy(error)) }),
  },
  {
    name: '`Transform` that throws',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void Readable.from(['a']).pipe(new Transform({ transform: boom })) }),
  },
  {
    name: '`Writable` that calls back with an error, without `error` listener',
    right: 'A',
    parts: ({ error }) => ({
      A: () => {
        new Writable({ write: (_chunk, _encoding, done) => later(() => done(error)) }).write('a');
      },
    }),
  },
  {
    name: '`pipeline`, callback',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void pipeline(Readable.from(['a']), new PassThrough().resume(), boom) }),
  },
  {
    name: '`stream/promises` `pipeline`, unhandled',
    right: 'A',
    parts: ({ error }) => ({
      A: () =>
        void piped(
          Readable.from(['a']),
          new Transform({ transform: (_chunk, _encoding, done) => done(error) }),
        ),
    }),
  },
  {
    name: '`finished` of A on a stream that B ends',
    right: 'A',
    parts: ({ boom }) => {
      const stream = new PassThrough().resume();
      return { A: () => void finished(stream, boom), B: () => later(() => stream.end()) };
    },
    note: 'The stream calls back in the context of whoever ends it: `bind`.',
  },
  {
    name: '`data` listener of A on a stream that B writes to',
    right: 'A',
    note: 'The stream calls back in the context of whoever writes: `bind`.',
    parts: ({ boom }) => {
      const stream = new PassThrough();
      return { A: () => void stream.on('data', boom), B: () => later(() => stream.write('a')) };
    },
  },
  {
    name: 'async iteration by A of a stream that B writes to',
    right: 'A',
    parts: ({ boom }) => {
      const stream = new PassThrough();
      return {
        A: () => {
          void (async () => {
            for await (const _ of stream) boom();
          })();
        },
        B: () => later(() => stream.write('a')),
      };
    },
  },
  {
    name: 'web stream: `pull` throws, reader unhandled',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void new ReadableStream({ pull: boom }).getReader().read() }),
  },
  {
    name: 'web stream: `pipeTo` unhandled',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => {
        const source = new ReadableStream<string>({ start: (controller) => controller.enqueue('a') });
        void source.pipeTo(new WritableStream({ write: boom }));
      },
    }),
  },
  {
    name: '`Blob.text()`, then a throw',
    right: 'A',
    parts: ({ boom }) => ({ A: () => void new Blob(['a']).text().then(boom) }),
  },
  {
    name: '`crypto.subtle`, then a throw',
    right: 'A',
    parts: ({ boom }) => ({
      A: () => void crypto.subtle.digest('SHA-256', createHash('md5').digest()).then(boom),
    }),
  },
  {
    name: '`FileHandle.readLines`, unhandled',
    right: 'A',
    parts: (scene) => {
      const file = join(temporaryFolder(scene), 'file');
      fs.writeFileSync(file, 'a\nb\n');
      return {
        A: () => {
          void (async () => {
            const handle = await fs.promises.open(file);
            scene.defer(() => handle.close().catch(ignoreErrors));
            for await (const _ of handle.readLines()) scene.boom();
          })();
        },
      };
    },
  },
];

function temporaryFolder({ defer }: Scene): string {
  const folder = mkdtempSync(join(tmpdir(), 'coppice-attribution-'));
  defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
