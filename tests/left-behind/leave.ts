// What an instance wrote stays until the whole run is over, and is looked through then; alone, a file of tests looks at once.
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Secret } from './finder.ts'
import { here, room } from './noted.ts'
import { readableIn, type Written } from './readable.ts'

/** Folders of a data directory that hold what is handed out: a listener's keys, a client's own configuration (SECURITY.md). */
const handedOut = ['tls', 'client']

/**
 * Takes away the data directory of an instance that has ended. In a whole run its files are kept for the last step; else what can be read in them,
 * of these secrets and what is one by its look, is said, and answered as true.
 */
export function leaveBehind(written: Written, secrets: readonly Secret[]): boolean {
  for (const folder of handedOut) rmSync(join(written.data, folder), { recursive: true, force: true })
  const folder = room()
  if (folder === undefined) return saidReadable(written, secrets)
  const kept = mkdtempSync(join(folder, `${here()}-`))
  moved(written.data, join(kept, 'data'))
  mkdirSync(join(kept, 'told'))
  for (const [name, text] of Object.entries(written.told)) writeFileSync(join(kept, 'told', name), text)
  return false
}

function saidReadable(written: Written, secrets: readonly Secret[]): boolean {
  const found = readableIn(written, secrets)
  if (found.length > 0) process.stderr.write(`${found.join('\n')}\n`)
  return found.length > 0
}

/** From another file system it is copied. */
function moved(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EXDEV')) throw cause
    // Sockets are nothing that was written.
    cpSync(from, to, { recursive: true, filter: source => !source.endsWith('.sock') })
    rmSync(from, { recursive: true, force: true })
  }
}
