import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { openOutside, sealOutside } from '#domain/account-keys/stores/external-ciphertext.ts'
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

/** A ciphertext under the current material of a symmetric key that the caller may use; of a key in a store outside, sealed there once more. */
export async function sealUnder(
  context: UseNeeds,
  call: Call,
  { key, plaintext, bound }: { readonly key: HeldAccountKey; readonly plaintext: Bytes; readonly bound: EncryptionContext },
): Promise<Sealing> {
  const material = currentMaterial(key.value)
  const named = nameOf(key, material)
  const envelope = await openEnvelope(context, key, material)
  const aad = digestOfBound({ ...named, context: bound })
  const box = await sealOutside(context, call, { key, box: await envelope.seal(plaintext, aad), aad })
  return { blob: writeBlob(named, box), materialId: material.id }
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
  const envelope = await openEnvelope(context, key, material)
  const aad = digestOfBound({ ...read.named, context: bound })
  const plaintext = await envelope.open(await openOutside(context, call, { key, box: read.box, aad }), aad)
  if (plaintext === undefined) throw invalidCiphertext()
  return { plaintext, materialId: material.id }
}
