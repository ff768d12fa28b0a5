import { existsSync } from 'node:fs'
import { keyFileSeal, makeKeyFile, sealOfKey } from '#adapters/seals/key-file.ts'
import { isPassphrase, passphraseCharactersMin, passphraseSeal } from '#adapters/seals/passphrase.ts'
import { tokenSeal } from '#adapters/seals/token.ts'
import type { Config } from '#config'
import type { SealAttempts } from '#domain/seal/attempts.ts'
import { unseal } from '#domain/seal/boot.ts'
import { beginRootRotation, type RootRotation } from '#domain/seal/rotate-root.ts'
import type { Custody } from '#domain/seal/custody.ts'
import { addSeal, listSeals, removeSeal, type SealChange } from '#domain/seal/seals.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import type { Seal } from '#ports/seal.ts'
import { TokenFailed } from '#ports/tokens.ts'
import type { NewSeal, SealProof, TokenSaid } from '#protocols/admin/seal-bodies.ts'
import type { RootKeeping, SealKeeping, SealRow } from '#protocols/admin/site.ts'
import type { DataDirectory } from './data-directory.ts'
import type { Unsealed } from './unsealed.ts'

export interface SealKeepingParts {
  readonly directory: DataDirectory
  readonly dataDir: string
  /** The token that is meant where none is named. */
  readonly token?: Config['token']
  readonly clock: Clock
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
    open: async proof => attempts.attempt(async () => byToken(unseal({ boot, random, seals: shown(proof, parts) }), undefined)),
    async add({ seal, proof, before }) {
      const added = (): Seal => sealOf(seal, parts)
      const id = await proven(attempts, async () =>
        byToken(addSeal({ boot, random, added, before, proof: shown(proof, parts) }), refusedProof),
      )
      return rowOf(id)
    },
    async rotateRoot(custody, { proofs, dropped, before }) {
      for (const id of dropped) rowOf(id)
      const turned = await attempts.attempt(async () => {
        const seals = proofs.flatMap(proof => shown(proof, parts))
        const end = await byToken(beginRootRotation({ boot, random, custody, shown: seals, dropped, before }), refusedProof)
        return !end.done && end.refused === 'proof' ? undefined : end
      })
      if (!turned.done) throw new Problem({ code: 'Conflict', details: { message: notTurned(turned) } })
      return { rootEpoch: turned.root.rootEpoch, seals: rows() }
    },
    async remove({ id, proof, before }) {
      const row = rowOf(id)
      await proven(attempts, async () => byToken(removeSeal({ boot, before, sealId: id, proof: shown(proof, parts) }), refusedProof))
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

const refusedProof = { done: false, refused: 'proof' } as const

/** A PIN that its token does not take is a try that failed; what else a token says is told as it is. Raises `Conflict`. */
async function byToken<T, R>(work: Promise<T>, refused: R): Promise<T | R> {
  try {
    return await work
  } catch (cause) {
    if (!(cause instanceof TokenFailed)) throw cause
    if (cause.failure === 'pinRefused') return refused
    throw new Problem({ code: 'Conflict', details: { message: `It cannot be done: ${cause.message}.` } }, { cause })
  }
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
function shown(proof: SealProof, parts: SealKeepingParts): readonly Seal[] {
  const { random } = parts
  if ('passphrase' in proof) return [passphraseSeal(longEnough(proof.passphrase), { random })]
  if ('pin' in proof) return [sealOnToken(proof, parts)]
  using key = new SecretBytes(proof.keyFile)
  return [sealOfKey(key, random)]
}

function sealOnToken(said: TokenSaid, { token, clock, random }: SealKeepingParts): Seal {
  const [module, label] = [said.module ?? token?.module, said.token ?? token?.label]
  if (module === undefined || label === undefined)
    throw new Problem({
      code: 'InvalidBody',
      details: { name: 'module', message: 'The instance has no token: --pkcs11-module and --pkcs11-token say where one is.' },
    })
  return tokenSeal({ place: { module, label }, pin: () => new SecretBytes(Buffer.from(said.pin, 'utf8')), clock, random })
}

function sealOf(seal: NewSeal, parts: SealKeepingParts): Seal {
  const { dataDir, random } = parts
  if (seal.kind === 'passphrase') return passphraseSeal(longEnough(seal.passphrase), { random })
  if (seal.kind === 'pkcs11') return sealOnToken(seal, parts)
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
