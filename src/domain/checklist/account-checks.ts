import { accountKeyById, keyAliasByName, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn, parseKeyArn } from '#domain/account-keys/key-arn.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { letsInWhoeverComes } from '#domain/objects/public-policy.ts'
import type { Bucket } from '#domain/objects/records.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import type { Volume } from '#domain/volumes/records.ts'
import { volumeExports } from '#domain/volumes/volume-exports.ts'
import { bad, checked, daysSince, good, note, type Checked, type CheckItem } from './item.ts'

interface InRegion {
  readonly accountId: string
  readonly region: string
}

/** By its id, its ARN, or an alias, as that account would be understood. */
async function keyNamed(
  context: Context,
  call: Call,
  { text, ...own }: InRegion & { readonly text: string },
): Promise<HeldAccountKey | undefined> {
  const kind = text.startsWith('alias/') ? 'alias' : 'key'
  const place = parseKeyArn(text) ?? { ...own, kind, name: text }
  const id = place.kind === 'key' ? place.name : (await keyAliasByName(context, call, place))?.value.keyId
  return id === undefined ? undefined : accountKeyById(context, call, { ...place, id })
}

async function keyItems(context: Context, call: Call, asked: InRegion & { readonly text: string }): Promise<readonly CheckItem[]> {
  const key = await keyNamed(context, call, asked)
  if (key === undefined) return [bad('key', `key ${asked.text} is gone`)]
  const { value } = key
  const arn = keyArn(value)
  const usable =
    value.deletion !== undefined
      ? bad('key', `key ${arn} is deleted, or waits to be`, [`aws kms cancel-key-deletion --key-id ${arn}`])
      : value.enabled
        ? good('key', `key ${arn} usable`)
        : bad('key', `key ${arn} is disabled`, [`aws kms enable-key --key-id ${arn}`])
  const made = value.materials.findLast(({ state }) => state === 'current')
  const rotated =
    value.rotation === undefined
      ? note('rotation', 'the key is not rotated by itself', [`aws kms enable-key-rotation --key-id ${arn}`])
      : good(
          'rotation',
          `rotated ${daysSince(made?.rotatedAt ?? made?.createdAt ?? value.createdAt, call.at)} ago, every ${value.rotation.periodDays} d`,
        )
  return [usable, rotated]
}

/** Whose key, is it usable, who gets in, and are versions kept. */
export async function checkedBucket(context: Context, call: Call, bucket: Bucket): Promise<Checked> {
  const { encryption, accountId, region } = bucket
  const own = encryption.method === 'accountKey' && encryption.keyId !== undefined ? encryption.keyId : undefined
  const under =
    own === undefined
      ? [
          bad('encryption', `objects of ${bucket.name} are encrypted with a key of the service, unless they say otherwise`, [
            `aws s3api put-bucket-encryption --bucket ${bucket.name} --server-side-encryption-configuration …`,
          ]),
        ]
      : [good('encryption', `new objects are under ${own}`), ...(await keyItems(context, call, { accountId, region, text: own }))]
  const isPublic = bucket.policy !== undefined && letsInWhoeverComes(bucket.policy) && bucket.publicAccess?.restrict !== true
  return checked({ kind: 'bucket', id: `arn:aws:s3:::${bucket.name}`, name: bucket.name }, [
    ...under,
    isPublic ? bad('readers', 'its policy lets in whoever comes') : good('readers', 'its policy lets in nobody in general'),
    bucket.versioning === 'enabled' ? good('versions', 'what is replaced is kept') : note('versions', 'what is replaced is gone'),
  ])
}

/** Under whose key, is it usable, and can what it is attached to open it. */
export async function checkedVolume(context: Context, call: Call, volume: Volume): Promise<Checked> {
  const of = { kind: 'volume', id: volumeArn(volume), name: volume.id } as const
  if (volume.key === undefined)
    return checked(of, [bad('encryption', `${volume.id} is under a platform key alone, and no key of the account`)])
  const exported = await volumeExports(context).of(call, of.id)
  const standing = await exported?.standing(call)
  const open =
    exported?.name === '' || standing === undefined
      ? note('attached', 'attached to nothing')
      : standing.usable
        ? good('role', 'what it is attached to may decrypt')
        : bad('role', `what it is attached to cannot open it: ${standing.because}`)
  const { accountId, region } = volume
  return checked(of, [
    good('encryption', `under ${volume.key.arn}`),
    ...(await keyItems(context, call, { accountId, region, text: volume.key.arn })),
    open,
  ])
}
