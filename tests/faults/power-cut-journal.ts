import { closeSync, existsSync, ftruncateSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs'

/** What the shim noted (power-cut.c). */
interface Unsynced {
  readonly path: string
  readonly offset: number
  readonly sizeBefore: number
  readonly before: Buffer
  readonly after: Buffer
}

/** Writes that no sync has followed, by file, in order. A record that the kill cut short was not performed. */
export function unsyncedWrites(journal: string): ReadonlyMap<string, readonly Unsynced[]> {
  const bytes = readFileSync(journal)
  const files = new Map<string, Unsynced[]>()
  let at = 0
  while (at + 5 <= bytes.length) {
    const pathLength = bytes.readUInt32LE(at + 1)
    if (bytes[at] === 0x53) {
      if (at + 5 + pathLength > bytes.length) break
      files.set(bytes.toString('utf8', at + 5, at + 5 + pathLength), [])
      at += 5 + pathLength
      continue
    }
    if (at + 25 > bytes.length) break
    const length = bytes.readUInt32LE(at + 21)
    const body = at + 25 + pathLength
    if (body + 2 * length > bytes.length) break
    const path = bytes.toString('utf8', at + 25, body)
    const writes = files.getOrInsertComputed(path, () => [])
    writes.push({
      path,
      offset: Number(bytes.readBigUInt64LE(at + 5)),
      sizeBefore: Number(bytes.readBigUInt64LE(at + 13)),
      before: bytes.subarray(body, body + length),
      after: bytes.subarray(body + length, body + 2 * length),
    })
    at = body + 2 * length
  }
  return files
}

const sectorBytes = 512

/** Takes all unsynced writes back, then lets a third of them happen whole and a third torn at sectors. Answers how many it took from. */
export function cutPower(journal: string, random: () => number): number {
  let lost = 0
  for (const [path, writes] of unsyncedWrites(journal)) {
    // Removed since, as a rollback journal is.
    if (!existsSync(path)) continue
    const fd = openSync(path, 'r+')
    try {
      for (const { offset, sizeBefore, before } of writes.toReversed()) {
        writeSync(fd, before, 0, before.length, offset)
        if (sizeBefore < fstatSync(fd).size) ftruncateSync(fd, sizeBefore)
      }
      for (const write of writes) lost += rewrite(fd, write, random)
    } finally {
      closeSync(fd)
    }
  }
  return lost
}

function rewrite(fd: number, { offset, after }: Unsynced, random: () => number): number {
  const fate = random()
  if (fate < 1 / 3) return 1
  for (let at = 0; at < after.length; at += sectorBytes) {
    if (fate < 2 / 3 && random() < 0.5) continue
    writeSync(fd, after, at, Math.min(sectorBytes, after.length - at), offset + at)
  }
  return fate < 2 / 3 ? 1 : 0
}
