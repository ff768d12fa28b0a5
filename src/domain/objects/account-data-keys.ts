// Data keys of objects under keys of accounts: had by child calls, on the caller's own right to the key, as the service that comes with it.
import type { Bytes } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { CreatingNeeds } from '#domain/account-keys/create-account-key.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { bringServiceKey } from '#domain/account-keys/service-key.ts'
import { keyForUse, type UseNeeds } from '#domain/account-keys/use-account-key.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { generateDataKey } from '#domain/envelopes/data-keys.ts'
import { decrypt } from '#domain/envelopes/decrypt.ts'
import { encryptionUse } from '#domain/envelopes/encrypt.ts'
import type { BucketKey, BucketKeyName } from './bucket-keys.ts'
import type { Bucket, Encryption } from './records.ts'
import { boundToName, bucketArn, objectArn, objectService } from './scopes.ts'

export type DataKeyNeeds = UseNeeds & CreatingNeeds & Needs<'ground' | 'bucketKeys'>

const dataKeyBytes = 32
const serviceKey = `alias/aws/${objectService}`

export interface FreshDataKey {
  readonly keyArn: string
  /** Base64. */
  readonly wrapped: string
  readonly plaintext: SecretBytes
}

interface DataKeyOf {
  readonly bucket: Bucket
  readonly key: string
  /** What the caller adds to the pairs that it is bound to. */
  readonly pairs: Readonly<Record<string, string>>
  /** One for the bucket, for a while, instead of one for each object. */
  readonly bucketKey: boolean
}

/** A new data key. Raises what the key says to the caller; `AccessDenied` for who acts in no account. */
export async function freshDataKey(
  context: DataKeyNeeds,
  call: Call,
  request: DataKeyOf & { readonly keyId: string | undefined },
): Promise<FreshDataKey> {
  const who = comingWith(call)
  const { region } = request.bucket
  if (request.keyId === undefined) await bringServiceKey(context, call, { accountId: callersAccount(call), region, alias: serviceKey })
  const key = { id: request.keyId ?? serviceKey, region }
  const bound = boundOf(request)
  const name: BucketKeyName = { who, bucket: request.bucket.name, of: key.id, context: bound }
  if (request.bucketKey) {
    const kept = context.bucketKeys.get(call, name)
    if (kept !== undefined && (await mayStill(context, call, { who, permission: 'accountKey.generateDataKey', key, bound, kept })))
      return kept
  }
  const parameters = { keyId: key.id, encryptionContext: bound, keySpec: 'AES_256' }
  const child = { who, operation: 'GenerateDataKey', plane: 'kms', resource: key.id, shown: { parameters, readOnly: true } }
  const made = await call.as(child, async one =>
    generateDataKey(context, one, { key, bound: new Map(Object.entries(bound)), bytes: dataKeyBytes, shown: 'plain' }),
  )
  // Of several tries the bytes are written in the first: the others go on with what it had, when the key has been asked anew.
  const fresh = await call.once(`data key of ${made.arn}`, async () => {
    const first = { keyArn: made.arn, wrapped: made.blob.toBase64(), plaintext: made.plaintext }
    if (request.bucketKey) context.bucketKeys.keep(name, first)
    return first
  })
  return fresh
}

/** Opens one. Raises what the key says to the caller. */
export async function openDataKey(
  context: DataKeyNeeds,
  call: Call,
  request: { readonly bucket: Bucket; readonly key: string; readonly encryption: Extract<Encryption, { readonly method: 'accountKey' }> },
): Promise<SecretBytes> {
  const { bucket, encryption } = request
  const { keyArn, wrapped, bucketKey } = encryption
  const who = comingWith(call)
  const key = { id: keyArn, region: bucket.region }
  const bound = boundOf({ ...request, pairs: encryption.context, bucketKey })
  const name: BucketKeyName = { who, bucket: bucket.name, of: wrapped, context: bound }
  if (bucketKey) {
    const kept = context.bucketKeys.get(call, name)
    if (kept !== undefined && (await mayStill(context, call, { who, permission: 'accountKey.decrypt', key, bound, kept })))
      return kept.plaintext
  }
  const plaintext = await decrypted(context, call, { who, key, bound, blob: Uint8Array.fromBase64(wrapped) })
  if (bucketKey) context.bucketKeys.keep(name, { wrapped, keyArn, plaintext })
  return plaintext
}

interface Using {
  readonly who: Principal
  readonly key: { readonly id: string; readonly region: string }
  readonly bound: Readonly<Record<string, string>>
}

async function decrypted(
  context: DataKeyNeeds,
  call: Call,
  { who, key, bound, blob }: Using & { readonly blob: Bytes },
): Promise<SecretBytes> {
  const parameters = { encryptionContext: bound, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  const child = { who, operation: 'Decrypt', plane: 'kms', resource: key.id, shown: { parameters, readOnly: true } }
  const { plaintext } = await call.as(child, async one =>
    decrypt(context, one, {
      algorithm: 'SYMMETRIC_DEFAULT',
      bound: new Map(Object.entries(bound)),
      region: key.region,
      blob,
      keyId: key.id,
    }),
  )
  return plaintext
}

/** The caller, through the service: its key says who may come that way. Raises `AccessDenied`. */
function comingWith({ who }: Call): Principal {
  const { acting } = who
  if (acting === undefined)
    throw new Problem({
      code: 'AccessDenied',
      details: {
        action: 'kms:Decrypt',
        scope: '',
        because: 'because requests without a signature use no key',
        data: true,
        groups: 0,
        oid: who.id,
      },
    })
  return { ...who, acting: { ...acting, via: objectService } }
}

/** An object's ARN, or its bucket's where the key is the bucket's; nobody replaces it by a pair of his own. */
const boundOf = ({ bucket, key, pairs, bucketKey }: DataKeyOf): Readonly<Record<string, string>> => ({
  ...pairs,
  [boundToName]: bucketKey ? bucketArn(bucket.name) : objectArn({ bucket: bucket.name, key }),
})

/**
 * May the caller do now what a kept key was had for, and is the key in force, the same that it is of: an alias may be another key's by now? Reads what a use of the key reads: a change meanwhile makes the
 * call run again. Whoever may not is refused by the use itself, with its entry.
 */
async function mayStill(
  context: DataKeyNeeds,
  call: Call,
  { who, permission, key, bound, kept }: Using & { readonly permission: Permission; readonly kept: BucketKey },
): Promise<boolean> {
  // Its own ruling and target, the reads of the call.
  const looking: Call = { ...call, who, ruling: { allowed: false, because: 'not-asked' }, target: {} }
  const use = encryptionUse(permission, { algorithm: 'SYMMETRIC_DEFAULT', bound: new Map(Object.entries(bound)) })
  try {
    const { value } = await keyForUse(context, looking, { ...use, key })
    return keyArn(value) === kept.keyArn
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}
