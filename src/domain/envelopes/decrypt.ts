import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { encryptionAlgorithms } from '#domain/account-keys/algorithms.ts'
import {
  accountKeyById,
  callersAccount,
  findAccountKey,
  hiddenKey,
  type FoundAccountKey,
  type HeldAccountKey,
} from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { endOfDryRun, openCurrent, permitUse, type KeyUse, type UseNeeds } from '#domain/account-keys/use-account-key.ts'
import { readBlob } from './ciphertext-blob.ts'
import { encryptionUse, rsaCiphertextBytes, type Encryption } from './encrypt.ts'
import { invalidCiphertext, openUnder } from './seal-under.ts'

/** A ciphertext and what is said of it. */
export interface Ciphertext extends Encryption {
  readonly region: string
  readonly blob: Bytes | undefined
  /** A dry run that looks at permissions: a ciphertext need not be there, and names the key at most. */
  readonly permissionsAlone?: boolean
  /** As the caller names the key: needed where the ciphertext does not name it itself. */
  readonly keyId?: string | undefined
}

export interface Decrypted {
  readonly arn: string
  readonly plaintext: SecretBytes
  /** Of a symmetric key. */
  readonly materialId?: string
}

/**
 * Decrypts what `encrypt` or a data key's maker gave out; a key's pair also what was encrypted outside. The call zeroes the plaintext.
 * Raises what `keyOfCiphertext`, `permitUse` and `decryptUnder` raise, `ValidationFailed`, `DryRunPassed`.
 */
export async function decrypt(
  context: UseNeeds,
  call: Call,
  request: Ciphertext & { readonly dryRun?: boolean | undefined; readonly facts?: Readonly<Record<string, string>> },
): Promise<Decrypted> {
  const use = encryptionUse('accountKey.decrypt', request, request.facts)
  const found = await keyOfCiphertext(context, call, { ...request, permission: use.permission })
  await permitCiphertext(context, call, { ...use, found, named: request.keyId !== undefined })
  const { blob, dryRun, permissionsAlone } = request
  if (blob === undefined || permissionsAlone === true) throw new Problem({ code: 'DryRunPassed' })
  const decrypted = await decryptUnder(context, call, { ...request, key: found.key, blob })
  call.defer(decrypted.plaintext)
  endOfDryRun(dryRun)
  return decrypted
}

/**
 * The key that the caller names, else the one that a ciphertext of a symmetric key names. Whether a key that the ciphertext alone names is
 * there is nobody's business. Raises what `findAccountKey` raises, `ValidationFailed`, `CiphertextInvalid`, `AccountKeyHidden`.
 */
export async function keyOfCiphertext(
  context: UseNeeds,
  call: Call,
  { region, blob, keyId, algorithm, permission }: Ciphertext & { readonly permission: Permission },
): Promise<FoundAccountKey> {
  if (keyId !== undefined) return findAccountKey(context, call, { id: keyId, region, accepts: 'any', permission })
  if (blob === undefined || algorithm !== 'SYMMETRIC_DEFAULT')
    throw new Problem({ code: 'ValidationFailed', details: { message: 'KeyId must be specified: the ciphertext does not name its key.' } })
  const read = readBlob(blob)
  if (read === undefined) throw invalidCiphertext()
  const key = await accountKeyById(context, call, { accountId: read.named.accountId, region, id: read.named.keyId })
  if (key === undefined) throw hiddenKey(permission, '')
  return { key }
}

/** As `permitUse`; of a key of another account that the ciphertext alone names nothing is told, not even that it is there. */
export async function permitCiphertext(
  context: UseNeeds,
  call: Call,
  use: KeyUse & { readonly found: FoundAccountKey; readonly named: boolean },
): Promise<void> {
  const { found, named } = use
  try {
    await permitUse(context, call, use)
  } catch (error) {
    const foreign = found.key.value.accountId !== callersAccount(call)
    if (foreign && !named && error instanceof Problem && error.body.code === 'AccessDenied') throw hiddenKey(use.permission, '')
    throw error
  }
}

/** With a key that has been permitted and judged. The caller disposes of the plaintext. Raises `CiphertextInvalid`, `CiphertextOfOtherKey`. */
export async function decryptUnder(
  context: UseNeeds,
  call: Call,
  { key, algorithm, blob, bound }: Encryption & { readonly key: HeldAccountKey; readonly blob: Bytes },
): Promise<Decrypted> {
  const arn = keyArn(key.value)
  if (algorithm === 'SYMMETRIC_DEFAULT') return { arn, ...(await openUnder(context, call, { key, blob, bound })) }
  if (blob.length !== rsaCiphertextBytes(key.value.spec)) throw invalidCiphertext()
  const { key: pair } = await openCurrent(context, key, 'pair')
  try {
    return { arn, plaintext: await pair.decrypt(encryptionAlgorithms[algorithm].by, blob) }
  } catch (error) {
    if (error instanceof Problem && error.body.code === 'DecryptionFailed') throw invalidCiphertext()
    throw error
  }
}
