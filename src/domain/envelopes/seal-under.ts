import type { Bytes } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
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

/** A ciphertext under the current material of a symmetric key that the caller may use. */
export async function sealUnder(
  context: UseNeeds,
  key: HeldAccountKey,
  { plaintext, bound }: { readonly plaintext: Bytes; readonly bound: EncryptionContext },
): Promise<Sealing> {
  const material = currentMaterial(key.value)
  const named = nameOf(key, material)
  const envelope = await openEnvelope(context, key, material)
  return { blob: writeBlob(named, await envelope.seal(plaintext, digestOfBound({ ...named, context: bound }))), materialId: material.id }
}

/** The caller disposes of what comes out. Raises `CiphertextInvalid`, `CiphertextOfOtherKey`. */
export async function openUnder(
  context: UseNeeds,
  key: HeldAccountKey,
  { blob, bound }: { readonly blob: Bytes; readonly bound: EncryptionContext },
): Promise<{ readonly plaintext: SecretBytes; readonly materialId: string }> {
  const read = readBlob(blob)
  if (read === undefined) throw invalidCiphertext()
  if (read.named.accountId !== key.value.accountId || read.named.keyId !== key.value.id) throw new Problem({ code: 'CiphertextOfOtherKey' })
  const material = materialNamed(key.value, read.named.materialId)
  if (material === undefined) throw invalidCiphertext()
  const envelope = await openEnvelope(context, key, material)
  const plaintext = await envelope.open(read.box, digestOfBound({ ...read.named, context: bound }))
  if (plaintext === undefined) throw invalidCiphertext()
  return { plaintext, materialId: material.id }
}
