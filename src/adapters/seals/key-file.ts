import { createSecretKey } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, realpathSync, type Stats, writeSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { Seal } from '#ports/seal.ts'
import { unwrapRoot, wrapRoot } from './root-box.ts'

const kind = 'key-file'
const keyBytes = 32

/** Beside the data, never in it: whoever copies the data directory away has not got the key (security-and-reliability.md 2.4). */
export function defaultKeyFile(stateHome: string, clusterId: string): string {
  return join(stateHome, 'keystead', `${clusterId}.key`)
}

/** Draws a key and writes it, readable by its owner alone, durable before this returns. Never overwrites. */
export function makeKeyFile(path: string, options: { readonly dataDir: string; readonly random: Random }): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  refuseInside(path, options.dataDir)
  using key = new SecretBytes(options.random.bytes(keyBytes))
  const file = openSync(path, 'wx', 0o400)
  try {
    writeSync(file, key.bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  syncDirectory(dirname(path))
}

/** The seal of that file. Throws, saying why and what to do, when the file is missing, open to others or inside the data directory. */
export function keyFileSeal(path: string, options: { readonly dataDir: string; readonly random: Random }): Seal {
  using bytes = readKeyFile(path, options.dataDir)
  return sealOfKey(bytes, options.random)
}

/** The seal of a key file's content, shown by whoever may read that file; the bytes are borrowed. Throws where they are not 32. */
export function sealOfKey({ bytes, length }: SecretBytes, random: Random): Seal {
  if (length !== keyBytes) throw new Error(`no content of a key file: it has not ${keyBytes} bytes`)
  const key = createSecretKey(bytes)
  return {
    kind,
    params: {},
    wrap: async (rootKey, clusterId) => wrapRoot({ key, kind, clusterId }, rootKey, random),
    unwrap: async ({ wrapped }, clusterId) => unwrapRoot({ key, kind, clusterId }, wrapped),
  }
}

/** The 32 bytes of a key file. Throws as `keyFileSeal` does. */
export function readKeyFile(path: string, dataDir: string): SecretBytes {
  refuseInside(path, dataDir)
  const file = openSync(path, 'r')
  try {
    refuseOpenToOthers(path, fstatSync(file))
    using bytes = new SecretBytes(new Uint8Array(keyBytes + 1))
    const length = readSync(file, bytes.bytes)
    if (length !== keyBytes) throw new Error(`${path} is no key file: it has not ${keyBytes} bytes`)
    return new SecretBytes(bytes.bytes.slice(0, keyBytes))
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

/** Symbolic links count for where they lead. */
function refuseInside(path: string, dataDir: string): void {
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

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
