import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defaultKeyFile, keyFileSeal, makeKeyFile } from '#adapters/seals/key-file.ts'
import { passphraseSeal } from '#adapters/seals/passphrase.ts'
import { lockDataDirectory } from '#adapters/sqlite/lock.ts'
import { openBootStore } from '#adapters/sqlite/boot-store.ts'
import type { BootStore } from '#ports/record-store.ts'
import { TokenFailed } from '#ports/tokens.ts'
import { clusterIdOf, initialise, unseal } from '#domain/seal/boot.ts'
import type { Custody } from '#domain/seal/custody.ts'
import type { StillSealed, Unsealed } from './unsealed.ts'
import { configuredSeal, onToken, openedByToken, type ByToken } from './open-by-token.ts'

/** It has no Keystead: commands that look make none. */
export class DirectoryEmpty extends Error {}

/** It opens only with somebody present; the message says why not without. */
export class DirectorySealed extends Error {}

/** What stands in a data directory. Everything of an instance but its seal is under it. */
export const filesOf = (dataDir: string) =>
  ({
    database: join(dataDir, 'keystead.db'),
    checkpoint: join(dataDir, 'audit', 'checkpoint'),
    tls: join(dataDir, 'tls'),
    objects: join(dataDir, 'objects'),
    client: join(dataDir, 'client'),
    azureConfig: join(dataDir, 'client', 'azure'),
  }) as const

/** The token that is to seal an empty directory cannot; nothing was written. */
export class TokenUnusable extends Error {}

/** A data directory that is this process's alone, whether it opens or not. */
export interface DataDirectory extends Disposable {
  readonly boot: BootStore
  /** Where the key file is that opens it without anybody present, or would be. */
  keyFile(): string
  /**
   * Initialises an empty one under the configured token, else by a key file outside it; opens another by the token, its key file or the
   * passphrase, or says why that does not open it.
   */
  open(): Promise<Unsealed | StillSealed>
}

export interface OpenDirectory extends Disposable {
  readonly boot: BootStore
  readonly custody: Custody
}

interface Opening extends ByToken {
  readonly sealFile: string | undefined
  /** Opens it instead of the key file. */
  readonly passphrase?: string
  readonly stateHome: string
  /** For commands that look: an empty directory is not initialised. */
  readonly mustExist?: true
}

/** Locks the directory for this process. Throws with what to do where it cannot. */
export function takeDataDirectory(opening: Opening): DataDirectory {
  const { dataDir, clock } = opening
  if (opening.mustExist === true && !existsSync(filesOf(dataDir).database)) throw new DirectoryEmpty(`There is no Keystead in ${dataDir}.`)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  mkdirSync(join(dataDir, 'audit'), { recursive: true, mode: 0o700 })
  const lock = lockDataDirectory(dataDir, { pid: process.pid, since: clock.now() })
  try {
    const boot = openBootStore(filesOf(dataDir).database)
    return {
      boot,
      keyFile: () => keyFileOf(opening, clusterIdOf(boot) ?? ''),
      async open() {
        if (clusterIdOf(boot) === undefined) return initialised(opening, boot)
        return opening.passphrase === undefined ? openedAlone(opening, boot) : openedByPassphrase(opening.passphrase, { opening, boot })
      },
      [Symbol.dispose]() {
        boot[Symbol.dispose]()
        lock[Symbol.dispose]()
      },
    }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

/** Locks the directory and opens it by its key file or the passphrase, an empty one for the first time. Throws with what to do where it cannot. */
export async function openDataDirectory(opening: Opening): Promise<OpenDirectory> {
  const directory = takeDataDirectory(opening)
  try {
    const opened = await directory.open()
    if ('sealed' in opened) throw new DirectorySealed(`${opening.dataDir} is sealed: ${opened.sealed}.`)
    return { boot: directory.boot, custody: opened.custody, [Symbol.dispose]: () => directory[Symbol.dispose]() }
  } catch (error) {
    directory[Symbol.dispose]()
    throw error
  }
}

const keyFileOf = ({ sealFile, stateHome }: Opening, clusterId: string): string => sealFile ?? defaultKeyFile(stateHome, clusterId)

/** A key file too where one is named: whoever has the token alone loses all data with it. */
async function initialised(opening: Opening, boot: BootStore): Promise<Unsealed> {
  const { dataDir, random, token, sealFile } = opening
  const custody = await bySoundToken({
    boot,
    random,
    seals: async clusterId => {
      const onToken = token === undefined ? [] : [configuredSeal({ ...opening, token })]
      if (token !== undefined && sealFile === undefined) return onToken
      const path = keyFileOf(opening, clusterId)
      if (!existsSync(path)) makeKeyFile(path, { dataDir, random })
      return [...onToken, keyFileSeal(path, { dataDir, random })]
    },
  })
  const [openedBy] = boot.envelopes()
  assert(openedBy !== undefined, 'a seal was written')
  return { custody, openedBy }
}

async function bySoundToken(what: Parameters<typeof initialise>[0]): Promise<Custody> {
  try {
    return await initialise(what)
  } catch (cause) {
    if (cause instanceof TokenFailed) throw new TokenUnusable(cause.message, { cause })
    throw cause
  }
}

/** Without anybody present: by the token, else by the key file. */
async function openedAlone(opening: Opening, boot: BootStore): Promise<Unsealed | StillSealed> {
  if (!onToken(boot)) return openedByKeyFile(opening, boot)
  const byToken = await openedByToken(opening, boot)
  if (!('sealed' in byToken) || !boot.envelopes().some(({ kind }) => kind === 'key-file')) return byToken
  const byFile = await openedByKeyFile(opening, boot)
  return 'sealed' in byFile ? { sealed: `${byToken.sealed}; ${byFile.sealed}`, passing: byToken.passing } : byFile
}

/** A key file that is not there waits for somebody to unseal; one that is there and wrong is told at once, by what it throws. */
async function openedByKeyFile(opening: Opening, boot: BootStore): Promise<Unsealed | StillSealed> {
  const { dataDir, random } = opening
  if (!boot.envelopes().some(({ kind }) => kind === 'key-file'))
    return { sealed: 'no seal of it opens without somebody present', passing: false }
  const path = keyFileOf(opening, clusterIdOf(boot) ?? '')
  if (!existsSync(path)) return { sealed: `its key file is not at ${path}; --seal-file names another`, passing: false }
  const opened = await unseal({ boot, random, seals: [keyFileSeal(path, { dataDir, random })] })
  return opened ?? { sealed: `${path} is the key file of another instance, or of a seal that was taken away`, passing: false }
}

async function openedByPassphrase(
  passphrase: string,
  { opening, boot }: { readonly opening: Opening; readonly boot: BootStore },
): Promise<Unsealed | StillSealed> {
  const { random } = opening
  const opened = await unseal({ boot, random, seals: [passphraseSeal(passphrase, { random })] })
  return opened ?? { sealed: 'the passphrase is of no seal of it', passing: false }
}
