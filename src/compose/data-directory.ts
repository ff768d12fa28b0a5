import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defaultKeyFile, keyFileSeal, makeKeyFile } from '#adapters/seals/key-file.ts'
import { passphraseSeal } from '#adapters/seals/passphrase.ts'
import { lockDataDirectory } from '#adapters/sqlite/lock.ts'
import { openBootStore } from '#adapters/sqlite/boot-store.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import type { BootStore, SealEnvelope } from '#ports/record-store.ts'
import { clusterIdOf, initialise, unseal } from '#domain/seal/boot.ts'
import type { Custody } from '#domain/seal/custody.ts'

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

/** The root key is known, and by which seal. */
export interface Unsealed {
  readonly custody: Custody
  readonly openedBy: Pick<SealEnvelope, 'sealId' | 'kind'>
}

/** A data directory that is this process's alone, whether it opens or not. */
export interface DataDirectory extends Disposable {
  readonly boot: BootStore
  /** Where the key file is that opens it without anybody present, or would be. */
  keyFile(): string
  /** Initialises an empty one by a key file outside it; opens another by its key file or the passphrase, or says why that does not open it. */
  open(): Promise<Unsealed | { readonly sealed: string }>
}

export interface OpenDirectory extends Disposable {
  readonly boot: BootStore
  readonly custody: Custody
}

interface Opening {
  readonly dataDir: string
  readonly sealFile: string | undefined
  /** Opens it instead of the key file. */
  readonly passphrase?: string
  readonly stateHome: string
  readonly clock: Clock
  readonly random: Random
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
        return opening.passphrase === undefined ? openedByKeyFile(opening, boot) : openedByPassphrase(opening.passphrase, { opening, boot })
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

async function initialised(opening: Opening, boot: BootStore): Promise<Unsealed> {
  const { dataDir, random } = opening
  const custody = await initialise({
    boot,
    random,
    seals: async clusterId => {
      const path = keyFileOf(opening, clusterId)
      if (!existsSync(path)) makeKeyFile(path, { dataDir, random })
      return [keyFileSeal(path, { dataDir, random })]
    },
  })
  const [openedBy] = boot.envelopes()
  assert(openedBy !== undefined, 'a seal was written')
  return { custody, openedBy }
}

/** A key file that is not there waits for somebody to unseal; one that is there and wrong is told at once, by what it throws. */
async function openedByKeyFile(opening: Opening, boot: BootStore): Promise<Unsealed | { readonly sealed: string }> {
  const { dataDir, random } = opening
  if (!boot.envelopes().some(({ kind }) => kind === 'key-file')) return { sealed: 'no seal of it opens without somebody present' }
  const path = keyFileOf(opening, clusterIdOf(boot) ?? '')
  if (!existsSync(path)) return { sealed: `its key file is not at ${path}; --seal-file names another` }
  const opened = await unseal({ boot, random, seals: [keyFileSeal(path, { dataDir, random })] })
  return opened ?? { sealed: `${path} is the key file of another instance, or of a seal that was taken away` }
}

async function openedByPassphrase(
  passphrase: string,
  { opening, boot }: { readonly opening: Opening; readonly boot: BootStore },
): Promise<Unsealed | { readonly sealed: string }> {
  const { random } = opening
  const opened = await unseal({ boot, random, seals: [passphraseSeal(passphrase, { random })] })
  return opened ?? { sealed: 'the passphrase is of no seal of it' }
}
