import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { openOutside, sealOutside } from '#domain/account-keys/stores/external-ciphertext.ts'
import { openInToken, sealInToken, standsInToken } from '#domain/account-keys/stores/store-token.ts'
import { Problem } from '#model/problem.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import type { KeyMaterial } from '#domain/account-keys/make-material.ts'
import { currentMaterial, materialNamed, openMaterial, type UseNeeds } from '#domain/account-keys/use-account-key.ts'
import { readBlob, writeBlob, type NamedKey } from './ciphertext-blob.ts'
import { digestOfBound, type EncryptionContext } from './encryption-context.ts'

/** One refusal for every cause, and no word about which (aws-kms.md 10). */
export const invalidCiphertext = (): Problem => new Problem({ code: 'CiphertextInvalid' })

export interface Sealing {
  readonly blob: Bytes
  readonly materialId: string
}

const nameOf = ({ value }: HeldAccountKey, material: KeyMaterial): NamedKey => ({
  accountId: value.accountId,
  keyId: value.id,
  materialId: material.id,
})

async function openEnvelope(context: UseNeeds, key: HeldAccountKey, material: KeyMaterial) {
  const opened = await openMaterial(context, key, material)
  if (opened.kind !== 'envelope') throw new Error('a key of another spec was taken for a symmetric one')
  return opened.key
}

/** A ciphertext under the current material of a symmetric key that the caller may use; of a key in a store outside, sealed there once more; of one in a token, sealed there. */
export async function sealUnder(
  context: UseNeeds,
  call: Call,
  { key, plaintext, bound }: { readonly key: HeldAccountKey; readonly plaintext: Bytes; readonly bound: EncryptionContext },
): Promise<Sealing> {
  const material = currentMaterial(key.value)
  const named = nameOf(key, material)
  const aad = digestOfBound({ ...named, context: bound })
  const box = standsInToken(key)
    ? await sealInToken(context, call, { key, material, plaintext, aad })
    : await sealedHere(context, call, { key, material, plaintext, aad })
  return { blob: writeBlob(named, box), materialId: material.id }
}

interface Here {
  readonly key: HeldAccountKey
  readonly material: KeyMaterial
  readonly aad: Bytes
}

async function sealedHere(context: UseNeeds, call: Call, { key, material, plaintext, aad }: Here & { readonly plaintext: Bytes }) {
  const envelope = await openEnvelope(context, key, material)
  return sealOutside(context, call, { key, box: await envelope.seal(plaintext, aad), aad })
}

async function openedHere(context: UseNeeds, call: Call, { key, material, box, aad }: Here & { readonly box: Bytes }) {
  const envelope = await openEnvelope(context, key, material)
  return envelope.open(await openOutside(context, call, { key, box, aad }), aad)
}

/** The caller disposes of what comes out. Raises `CiphertextInvalid`, `CiphertextOfOtherKey`. */
export async function openUnder(
  context: UseNeeds,
  call: Call,
  { key, blob, bound }: { readonly key: HeldAccountKey; readonly blob: Bytes; readonly bound: EncryptionContext },
): Promise<{ readonly plaintext: SecretBytes; readonly materialId: string }> {
  const read = readBlob(blob)
  if (read === undefined) throw invalidCiphertext()
  if (read.named.accountId !== key.value.accountId || read.named.keyId !== key.value.id) throw new Problem({ code: 'CiphertextOfOtherKey' })
  const material = materialNamed(key.value, read.named.materialId)
  if (material === undefined) throw invalidCiphertext()
  const sealed = { key, material, box: read.box, aad: digestOfBound({ ...read.named, context: bound }) }
  const plaintext = standsInToken(key) ? await openInToken(context, call, sealed) : await openedHere(context, call, sealed)
  if (plaintext === undefined) throw invalidCiphertext()
  return { plaintext, materialId: material.id }
}
