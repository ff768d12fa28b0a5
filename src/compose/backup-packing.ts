// The thread that packs a backup: compressing and encrypting keep a core busy, and requests have theirs.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, fsyncSync, openSync, closeSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createZstdCompress } from 'node:zlib'
import { encryptedTo } from '#adapters/age/age-file.ts'
import { tarEnd, tarHeader, tarPadding } from '#adapters/archive/tar.ts'
import type { Bytes } from '#model/brands.ts'
import { manifestName, packingStart, type BackupManifest, type PackingStart } from './backup-format.ts'

const tellEvery = 8 * 1024 * 1024

assert(parentPort !== null, 'backup-packing.ts is a worker')
const port = parentPort

/** Each file with its digest, the manifest of all at the end. */
async function* archiveOf({ folder, files, head }: PackingStart): AsyncGenerator<Bytes> {
  const listed: BackupManifest['files'][number][] = []
  for (const path of files) {
    const source = join(folder, path)
    const { size } = statSync(source)
    const digest = createHash('sha256')
    yield tarHeader({ name: path, size })
    // What is appended meanwhile is of a later moment: as much is read as was said.
    if (size > 0)
      for await (const piece of createReadStream(source, { end: size - 1 })) {
        assert(piece instanceof Uint8Array)
        digest.update(piece)
        yield piece
      }
    yield tarPadding(size)
    listed.push({ path, size, sha256: digest.digest('hex') })
  }
  const manifest: BackupManifest = { ...head, files: listed }
  const text = Buffer.from(JSON.stringify(manifest), 'utf8')
  yield tarHeader({ name: manifestName, size: text.length })
  yield text
  yield tarPadding(text.length)
  yield tarEnd
}

/** Counts and digests what goes by, and tells how far it is. */
function counted(): { readonly through: Transform; readonly result: () => { readonly sha256: string; readonly size: number } } {
  const digest = createHash('sha256')
  let [size, told] = [0, 0]
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      digest.update(piece)
      size += piece.length
      if (size - told >= tellEvery) {
        told = size
        port.postMessage({ bytes: size })
      }
      done(undefined, piece)
    },
  })
  return { through, result: () => ({ sha256: digest.digest('hex'), size }) }
}

function syncFile(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

const start = packingStart.parse(workerData)
const partial = `${start.to}.partial`
const compressed = createZstdCompress()
const feeding = pipeline(Readable.from(archiveOf(start), { objectMode: false }), compressed)
const { through, result } = counted()
const encrypted = await encryptedTo(start.recipients, Readable.toWeb(compressed))
await Promise.all([feeding, pipeline(Readable.fromWeb(encrypted), through, createWriteStream(partial, { flags: 'wx', mode: 0o600 }))])
syncFile(partial)
renameSync(partial, start.to)
syncFile(dirname(start.to))
port.postMessage(result())
