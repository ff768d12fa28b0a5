import { constants, accessSync, existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { defaultKeyFile, readKeyFile } from '#adapters/seals/key-file.ts'
import { filesOf } from '#compose/data-directory.ts'
import { standingOf, type Standing } from '#compose/standing.ts'
import type { Config } from '#config'
import { type Check, doubtful, well, wrong } from './check.ts'

const modeOf = (path: string): number => statSync(path).mode & 0o777
const octal = (mode: number): string => mode.toString(8).padStart(4, '0')
const because = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown')

/** Ours alone, and writable: what lies there is ciphertext, and still nobody's business. */
export function dataDirectoryCheck(dataDir: string): Check {
  const id = 'DataDirectory'
  if (!existsSync(dataDir)) return missingDirectory(dataDir)
  const [{ uid }, user] = [statSync(dataDir), process.getuid?.()]
  if (user !== undefined && uid !== user)
    return wrong(id, `${dataDir} belongs to user ${uid}, not to ${user}`, `chown -R ${user} ${dataDir}`)
  const mode = modeOf(dataDir)
  if ((mode & 0o077) !== 0) return wrong(id, `${dataDir} is open to others (mode ${octal(mode)})`, `chmod 0700 ${dataDir}`)
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return wrong(id, `${dataDir} cannot be written`, `chmod 0700 ${dataDir}, on a file system that is mounted for writing`)
  }
  return well(id, `${dataDir} is its owner's alone`)
}

function missingDirectory(dataDir: string): Check {
  let above = dirname(dataDir)
  while (!existsSync(above)) above = dirname(above)
  try {
    accessSync(above, constants.W_OK)
    return well('DataDirectory', `${dataDir} is not there yet: start makes it`)
  } catch {
    return wrong(
      'DataDirectory',
      `${dataDir} is not there, and ${above} cannot be written`,
      `mkdir -m 0700 ${dataDir}, as an owner of ${above}`,
    )
  }
}

/** The key file that opens the instance without anybody present: there, whole, its owner's alone, and outside the data. */
export function sealFileCheck({ dataDir, sealFile, stateHome }: Config, standing: Standing | undefined): Check {
  const id = 'SealFile'
  if (standing === undefined) return well(id, 'no seal yet: start makes one')
  if (!standing.sealKinds.includes('key-file')) return well(id, 'no seal is a file')
  const path = sealFile ?? defaultKeyFile(stateHome, standing.clusterId)
  if (!existsSync(path))
    return doubtful(id, `the key file is not at ${path}: it starts sealed`, `keystead unseal --data ${dataDir}, or --seal-file FILE`)
  try {
    using _key = readKeyFile(path, dataDir)
    return well(id, `${path} is its owner's alone`)
  } catch (cause) {
    return wrong(id, because(cause), fixOfSealFile(path, dataDir))
  }
}

const fixOfSealFile = (path: string, dataDir: string): string =>
  path.startsWith(`${dataDir}/`) ? `move ${path} out of ${dataDir}, and name it with --seal-file` : `chmod 0400 ${path}`

export function sealsCheck(standing: Standing | undefined, dataDir: string): Check {
  const kinds = standing?.sealKinds ?? []
  if (kinds.length > 0 && kinds.every(kind => kind === 'key-file'))
    return doubtful('Seals', 'a development seal alone: whoever copies this disk has the key too', `keystead seal add --data ${dataDir}`)
  return well('Seals', kinds.length === 0 ? 'none yet' : kinds.join(', '))
}

/** A newer Keystead wrote it, or nobody did. */
export function databaseCheck(dataDir: string): { readonly check: Check; readonly standing: Standing | undefined } {
  try {
    const standing = standingOf(dataDir)
    return { standing, check: well('Database', standing === undefined ? 'none yet' : `installation ${standing.clusterId}`) }
  } catch (cause) {
    const fix = `keystead restore FILE --into DIR, from a backup; ${filesOf(dataDir).database} does not read`
    return { standing: undefined, check: wrong('Database', `the database does not open: ${because(cause)}`, fix) }
  }
}

/** Where the directory is, or will be. */
export function freeBytesOf(dataDir: string): number {
  let place = dataDir
  while (!existsSync(place)) place = dirname(place)
  const { bavail, bsize } = statfsSync(place)
  return bavail * bsize
}

/** How many files a process may have open here; `undefined` where the system does not say. */
export function openFilesLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return found?.[1] === undefined ? undefined : Number(found[1])
  } catch {
    return undefined
  }
}
