import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defaultKeyFile, keyFileSeal, makeKeyFile } from '#adapters/seals/key-file.ts'
import { lockDataDirectory } from '#adapters/sqlite/lock.ts'
import { openBootStore } from '#adapters/sqlite/boot-store.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import type { BootStore } from '#ports/record-store.ts'
import { clusterIdOf, initialise, unseal } from '#domain/seal/boot.ts'
import type { Custody } from '#domain/seal/custody.ts'

/** What stands in a data directory. Everything of an instance but its seal is under it. */
export const filesOf = (dataDir: string) =>
  ({
    database: join(dataDir, 'keystead.db'),
    checkpoint: join(dataDir, 'audit', 'checkpoint'),
    tls: join(dataDir, 'tls'),
    client: join(dataDir, 'client'),
    azureConfig: join(dataDir, 'client', 'azure'),
  }) as const

export interface OpenDirectory extends Disposable {
  readonly boot: BootStore
  readonly custody: Custody
  /** An empty one was initialised just now. */
  readonly isNew: boolean
  readonly seals: readonly string[]
}

interface Opening {
  readonly dataDir: string
  readonly sealFile: string | undefined
  readonly stateHome: string
  readonly clock: Clock
  readonly random: Random
  /** For commands that look: an empty directory is not initialised. */
  readonly mustExist?: true
}

/** Locks the directory for this process, initialises an empty one by a key file outside it, and unseals. Throws with what to do where it cannot. */
export async function openDataDirectory(opening: Opening): Promise<OpenDirectory> {
  const { dataDir, clock, random } = opening
  if (opening.mustExist === true && !existsSync(filesOf(dataDir).database)) throw new Error(`There is no Keystead in ${dataDir}.`)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  mkdirSync(join(dataDir, 'audit'), { recursive: true, mode: 0o700 })
  const lock = lockDataDirectory(dataDir, { pid: process.pid, since: clock.now() })
  const boot = openBootStore(filesOf(dataDir).database)
  const dispose = (): void => {
    boot[Symbol.dispose]()
    lock[Symbol.dispose]()
  }
  try {
    const isNew = clusterIdOf(boot) === undefined
    const custody = isNew
      ? await initialise({ boot, random, seals: async clusterId => [newKeyFile(opening, clusterId)] })
      : await unsealed(opening, boot)
    return { boot, custody, isNew, seals: boot.envelopes().map(envelope => envelope.kind), [Symbol.dispose]: dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

function newKeyFile({ dataDir, sealFile, stateHome, random }: Opening, clusterId: string) {
  const path = sealFile ?? defaultKeyFile(stateHome, clusterId)
  if (!existsSync(path)) makeKeyFile(path, { dataDir, random })
  return keyFileSeal(path, { dataDir, random })
}

async function unsealed({ dataDir, sealFile, stateHome, random }: Opening, boot: BootStore): Promise<Custody> {
  const clusterId = clusterIdOf(boot) ?? ''
  const path = sealFile ?? defaultKeyFile(stateHome, clusterId)
  if (!existsSync(path)) throw new Error(`The seal of ${dataDir} is not at ${path}: name its key file with --seal-file.`)
  const opened = await unseal({ boot, random, seals: [keyFileSeal(path, { dataDir, random })] })
  if (opened === undefined) throw new Error(`${path} is not the seal of ${dataDir}.`)
  return opened.custody
}
