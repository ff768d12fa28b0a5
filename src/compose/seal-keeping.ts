import { existsSync } from 'node:fs'
import { keyFileSeal, makeKeyFile, sealOfKey } from '#adapters/seals/key-file.ts'
import { isPassphrase, passphraseCharactersMin, passphraseSeal } from '#adapters/seals/passphrase.ts'
import type { SealAttempts } from '#domain/seal/attempts.ts'
import { unseal } from '#domain/seal/boot.ts'
import { beginRootRotation, type RootRotation } from '#domain/seal/rotate-root.ts'
import type { Custody } from '#domain/seal/custody.ts'
import { addSeal, listSeals, removeSeal, type SealChange } from '#domain/seal/seals.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { Seal } from '#ports/seal.ts'
import type { NewSeal, SealProof } from '#protocols/admin/seal-bodies.ts'
import type { RootKeeping, SealKeeping, SealRow } from '#protocols/admin/site.ts'
import type { DataDirectory, Unsealed } from './data-directory.ts'

export interface SealKeepingParts {
  readonly directory: DataDirectory
  readonly dataDir: string
  readonly random: Random
  readonly attempts: SealAttempts
}

export interface SealKeeper extends SealKeeping {
  /** Opens the directory by what somebody shows. Raises `SealRefused`, `Throttled`. */
  open(proof: SealProof): Promise<Unsealed>
  kinds(): readonly string[]
  /** Raises as `RootKeeping.rotate` does. */
  rotateRoot(custody: Custody, change: RootChange): Promise<{ readonly rootEpoch: number; readonly seals: readonly SealRow[] }>
}

type RootChange = Parameters<RootKeeping['rotate']>[0]

/** The seals of a data directory: which there are, and their changes, each behind a proof. */
export function createSealKeeper(parts: SealKeepingParts): SealKeeper {
  const { directory, random, attempts } = parts
  const { boot } = directory
  const rows = (): readonly SealRow[] =>
    listSeals(boot).map(({ sealId, kind, params, rootEpoch }) => ({ id: sealId, kind, rootEpoch, params: costsOf(params) }))
  const rowOf = (id: string): SealRow => rows().find(row => row.id === id) ?? missing(id)

  return {
    kinds: () => listSeals(boot).map(({ kind }) => kind),
    list: () => ({ seals: rows(), keyFile: directory.keyFile() }),
    open: async proof => attempts.attempt(async () => unseal({ boot, random, seals: shown(proof, random) })),
    async add({ seal, proof, before }) {
      const added = (): Seal => sealOf(seal, parts)
      const id = await proven(attempts, async () => addSeal({ boot, random, added, before, proof: shown(proof, random) }))
      return rowOf(id)
    },
    async rotateRoot(custody, { proofs, dropped, before }) {
      for (const id of dropped) rowOf(id)
      const turned = await attempts.attempt(async () => {
        const seals = proofs.flatMap(proof => shown(proof, random))
        const end = await beginRootRotation({ boot, random, custody, shown: seals, dropped, before })
        return !end.done && end.refused === 'proof' ? undefined : end
      })
      if (!turned.done) throw new Problem({ code: 'Conflict', details: { message: notTurned(turned) } })
      return { rootEpoch: turned.root.rootEpoch, seals: rows() }
    },
    async remove({ id, proof, before }) {
      const row = rowOf(id)
      await proven(attempts, async () => removeSeal({ boot, before, sealId: id, proof: shown(proof, random) }))
      return row
    },
  }
}

function notTurned(rotation: Extract<RootRotation, { readonly done: false }>): string {
  if (rotation.refused !== 'unshown') return 'The root key is being rotated already: keystead rotate status.'
  return `Every seal that is to open the new root key is shown, or given up with --drop: ${rotation.seals.join(', ')}.`
}

/** Nobody needs the salt of a passphrase to know its seal. */
function costsOf(params: SealRow['params']): SealRow['params'] {
  const { salt: _salt, ...costs } = params
  return costs
}

const missing = (id: string): never => {
  throw new Problem({ code: 'SealNotFound', details: { id } })
}

/** A proof that opens nothing is the only failure that counts. */
async function proven(attempts: SealAttempts, change: () => Promise<SealChange>): Promise<string> {
  const changed = await attempts.attempt(async () => {
    const end = await change()
    return !end.done && end.refused === 'proof' ? undefined : end
  })
  if (changed.done) return changed.sealId
  throw new Problem({
    code: 'Conflict',
    details: { message: changed.refused === 'last' ? 'The last seal stays: without it all data would be lost.' : 'That seal is gone.' },
  })
}

/** The seal that is shown. Throws `InvalidBody` for what can be none: no try is made with it. */
function shown(proof: SealProof, random: Random): readonly Seal[] {
  if ('passphrase' in proof) return [passphraseSeal(longEnough(proof.passphrase), { random })]
  using key = new SecretBytes(proof.keyFile)
  return [sealOfKey(key, random)]
}

function sealOf(seal: NewSeal, { dataDir, random }: SealKeepingParts): Seal {
  if (seal.kind === 'passphrase') return passphraseSeal(longEnough(seal.passphrase), { random })
  try {
    if (!existsSync(seal.file)) makeKeyFile(seal.file, { dataDir, random })
    return keyFileSeal(seal.file, { dataDir, random })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'it is no key file'
    throw new Problem({ code: 'InvalidBody', details: { name: 'file', message } }, { cause })
  }
}

function longEnough(passphrase: string): string {
  if (isPassphrase(passphrase)) return passphrase
  throw new Problem({
    code: 'InvalidBody',
    details: { name: 'passphrase', message: `A passphrase has ${passphraseCharactersMin} characters or more.` },
  })
}
