import { createHash } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** AF_UNIX takes 108 bytes with the ending zero; room for what a client adds. */
const socketPathMax = 100

/** Where a socket of an instance is: in its data directory, or, where that name is too long for one, in the user's runtime directory under a name made from it. */
export function socketPath(dataDir: string, name: string, runtimeDir: string | undefined): string {
  const inside = join(dataDir, name)
  if (Buffer.byteLength(inside) <= socketPathMax) return inside
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  return join(runtimeDir ?? tmpdir(), `keystead-${digest}`, name)
}

export const adminSocketPath = (dataDir: string, runtimeDir: string | undefined): string => socketPath(dataDir, 'admin.sock', runtimeDir)

/** Makes the folder of a socket for its owner alone. Throws where somebody else made one of that name, or opened it to others: a shared temporary directory is everybody's. */
export function prepareSocketFolder(path: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = statSync(folder)
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error(`${folder} is not this user's alone`)
}
