import { createSecretKey } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { Seal } from '#ports/seal.ts'
import { readOwnFile, refuseInside } from './own-file.ts'
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
  const bytes = readOwnFile(path, { dataDir, atMost: keyBytes + 1 })
  if (bytes.length === keyBytes) return bytes
  bytes[Symbol.dispose]()
  throw new Error(`${path} is no key file: it has not ${keyBytes} bytes`)
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
