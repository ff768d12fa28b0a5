import { closeSync, fstatSync, openSync, readSync, realpathSync, type Stats } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { SecretBytes } from '#model/secret-bytes.ts'

/**
 * At most that many bytes of a file that opens a seal. Throws, saying why and what to do, when it is missing, open to others or inside the data
 * directory.
 */
export function readOwnFile(path: string, { dataDir, atMost }: { readonly dataDir: string; readonly atMost: number }): SecretBytes {
  refuseInside(path, dataDir)
  const file = openSync(path, 'r')
  try {
    refuseOpenToOthers(path, fstatSync(file))
    using bytes = new SecretBytes(new Uint8Array(atMost))
    const length = readSync(file, bytes.bytes)
    return new SecretBytes(bytes.bytes.slice(0, length))
  } finally {
    closeSync(file)
  }
}

function refuseOpenToOthers(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new Error(`${path} is not a regular file`)
  if ((stats.mode & 0o077) !== 0) {
    throw new Error(`${path} may be read by others (mode ${(stats.mode & 0o777).toString(8).padStart(4, '0')}): chmod 0400 ${path}`)
  }
  const user = process.getuid?.()
  if (user !== undefined && stats.uid !== user && stats.uid !== 0) throw new Error(`${path} belongs to user ${stats.uid}, not to ${user}`)
}

/** A copy of the data would hold its own key. Symbolic links count for where they lead. */
export function refuseInside(path: string, dataDir: string): void {
  const real = join(realOrGiven(dirname(path)), resolve(path).slice(resolve(dirname(path)).length))
  if (`${realOrGiven(real)}${sep}`.startsWith(`${realOrGiven(dataDir)}${sep}`)) {
    throw new Error(`${path} is inside the data directory ${dataDir}: a copy of the data would hold its own key`)
  }
}

function realOrGiven(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
