// Keys of accounts as volumes use them: by child calls on the caller's own right, as the service that comes with it (aws-kms.md 6.3).
import { Problem, type ProblemCode } from '#model/problem.ts'
import type { Principal } from '#model/principal.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { CreatingNeeds } from '#domain/account-keys/create-account-key.ts'
import { findAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { ownedKey } from '#domain/account-keys/permit-account-key.ts'
import { bringServiceKey } from '#domain/account-keys/service-key.ts'
import type { UseNeeds } from '#domain/account-keys/use-account-key.ts'
import type { Call } from '#domain/call.ts'
import { dekBytes } from '#domain/disks/data-keys.ts'
import { generateDataKey } from '#domain/envelopes/data-keys.ts'
import { reEncrypt } from '#domain/envelopes/re-encrypt.ts'
import { boundToName, serviceKeyAlias, volumeService } from './place.ts'
import type { Volume } from './records.ts'
import type { Snapshot } from './snapshot-records.ts'
import { invalidVolume } from './volume-types.ts'

export type VolumeKeyNeeds = UseNeeds & CreatingNeeds

/** A new data key for a volume, its plaintext seen by nobody. Raises `AccessDenied`, `VolumeInvalid` where the key cannot be used. */
export async function wrappedDataKey(
  context: VolumeKeyNeeds,
  call: Call,
  { id, place, keyId = serviceKeyAlias }: { readonly id: string; readonly place: RegionOfAccount; readonly keyId: string | undefined },
): Promise<NonNullable<Volume['key']>> {
  if (keyId === serviceKeyAlias) await bringServiceKey(context, call, { ...place, alias: serviceKeyAlias })
  const bound = { [boundToName]: id }
  const shown = { parameters: { keyId, encryptionContext: bound, numberOfBytes: dekBytes }, readOnly: true }
  const child = { who: throughService(call), operation: 'GenerateDataKeyWithoutPlaintext', plane: 'kms', resource: keyId, shown }
  const made = await inVolumesWords(async () =>
    call.as(child, async one =>
      generateDataKey(context, one, {
        key: { id: keyId, region: place.region },
        bound: new Map(Object.entries(bound)),
        bytes: dekBytes,
        shown: 'sealed',
      }),
    ),
  )
  return { arn: made.arn, wrapped: made.blob.toBase64() }
}

/** The same data key wrapped by the same key for another that has the bytes; no plaintext is shown. Raises `AccessDenied`, `VolumeInvalid`. */
export async function rewrappedDataKey(
  context: VolumeKeyNeeds,
  call: Call,
  { key, region, id }: { readonly key: NonNullable<Snapshot['key']>; readonly region: string; readonly id: string },
): Promise<NonNullable<Volume['key']>> {
  const { arn, wrapped, boundTo } = key
  const algorithm = 'SYMMETRIC_DEFAULT'
  const parameters = {
    sourceKeyId: arn,
    destinationKeyId: arn,
    sourceEncryptionContext: { [boundToName]: boundTo },
    destinationEncryptionContext: { [boundToName]: id },
    sourceEncryptionAlgorithm: algorithm,
    destinationEncryptionAlgorithm: algorithm,
  }
  const child = { who: throughService(call), operation: 'ReEncrypt', plane: 'kms', resource: arn, shown: { parameters, readOnly: true } }
  const bound = (to: string) => new Map([[boundToName, to]])
  const made = await inVolumesWords(async () =>
    call.as(child, async one =>
      reEncrypt(context, one, {
        source: { algorithm, bound: bound(boundTo), region, blob: Uint8Array.fromBase64(wrapped), keyId: arn },
        destination: { algorithm, bound: bound(id), key: { id: arn, region } },
      }),
    ),
  )
  return { arn: made.arn, wrapped: made.blob.toBase64() }
}

/** ARN of a key that volumes may be under. Whoever may not see it learns nothing of it. Raises `AccessDenied`, `VolumeInvalid`. */
export async function keyForVolumes(
  context: VolumeKeyNeeds,
  call: Call,
  { place, keyId }: { readonly place: RegionOfAccount; readonly keyId: string },
): Promise<string> {
  if (keyId === serviceKeyAlias) await bringServiceKey(context, call, { ...place, alias: serviceKeyAlias })
  const child = {
    who: throughService(call),
    operation: 'DescribeKey',
    plane: 'kms',
    resource: keyId,
    shown: { parameters: { keyId }, readOnly: true },
  }
  return inVolumesWords(async () =>
    call.as(child, async one => {
      const named = { id: keyId, region: place.region, accepts: 'any', permission: 'accountKey.describe' } as const
      const found = await findAccountKey(context, one, named)
      context.access.permit(one, 'accountKey.describe', await ownedKey(context, one, found))
      if (found.key.value.spec !== 'SYMMETRIC_DEFAULT') throw invalidVolume('key', 'The key of volumes must be a symmetric encryption key.')
      return keyArn(found.key.value)
    }),
  )
}

/** The caller, through the service: its key says who may come that way. */
export function throughService({ who }: Call): Principal {
  if (who.acting === undefined) throw new Error('a principal that acts in no account asks for its volumes')
  return { ...who, acting: { ...who.acting, via: volumeService } }
}

const unfit: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'AccountKeyNotFound',
  'AliasNotFound',
  'ArnInvalid',
  'AccountKeyDisabled',
  'AccountKeyStateInvalid',
  'KeyUsageInvalid',
])

/** What is wrong with a key is wrong with the volume that was to be under it; the entry of the child call has the reason. */
export async function inVolumesWords<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Problem) || !unfit.has(error.body.code)) throw error
    throw new Problem(
      { code: 'VolumeInvalid', details: { what: 'key', message: 'The KMS key provided is in an incorrect state' } },
      { cause: error },
    )
  }
}
