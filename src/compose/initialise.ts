import { existsSync } from 'node:fs'
import { defaultKeyFile, keyFileSeal, makeKeyFile } from '#adapters/seals/key-file.ts'
import { passphraseSeal } from '#adapters/seals/passphrase.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { clusterIdOf, initialise } from '#domain/seal/boot.ts'
import { takeDataDirectory } from './data-directory.ts'

/** There is an instance already. */
export class AlreadyThere extends Error {}

export type FirstSeal =
  | { readonly kind: 'key-file'; readonly file: string | undefined }
  | { readonly kind: 'passphrase'; readonly passphrase: string }

export interface Initialised {
  readonly clusterId: string
  readonly seal: FirstSeal['kind']
  /** Of a key file: where it lies now. */
  readonly keyFile: string | undefined
}

/** Draws the root key of a directory that has none, and wraps it by its first seal. Nothing is started. Throws `AlreadyThere`, `DataDirectoryLocked`. */
export async function initialiseDirectory(
  at: { readonly dataDir: string; readonly stateHome: string },
  seal: FirstSeal,
): Promise<Initialised> {
  const { dataDir, stateHome } = at
  const random = systemRandom()
  using directory = takeDataDirectory({ dataDir, sealFile: undefined, stateHome, clock: systemClock, random })
  const { boot } = directory
  if (clusterIdOf(boot) !== undefined) throw new AlreadyThere(`There is an instance in ${dataDir} already.`)
  let keyFile: string | undefined
  const custody = await initialise({
    boot,
    random,
    seals: async clusterId => {
      if (seal.kind === 'passphrase') return [passphraseSeal(seal.passphrase, { random })]
      keyFile = seal.file ?? defaultKeyFile(stateHome, clusterId)
      if (!existsSync(keyFile)) makeKeyFile(keyFile, { dataDir, random })
      return [keyFileSeal(keyFile, { dataDir, random })]
    },
  })
  const { clusterId } = custody
  custody.close()
  return { clusterId, seal: seal.kind, keyFile }
}
