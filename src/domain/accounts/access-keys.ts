import { SecretBytes } from '#model/secret-bytes.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { newAccessKeyId } from './access-key-ids.ts'
import type { AccessKey } from './records.ts'

/** Whose it is: a user's, else the account's root's. */
export interface NewAccessKey {
  readonly accountId: string
  readonly user?: { readonly id: string; readonly name: string } | undefined
}

/** Shown once: nothing but the check of signatures ever opens the secret again. */
export interface MadeAccessKey {
  readonly key: AccessKey
  readonly secret: SecretBytes
}

/** 40 characters of base64. */
const secretEntropyBytes = 30

/** A new key, live at once. That its owner may have one more is for the caller to have seen. */
export async function addAccessKey(
  context: Needs<'accessKeys' | 'instance' | 'ground'>,
  call: Call,
  { accountId, user }: NewAccessKey,
): Promise<MadeAccessKey> {
  const { ground, accessKeys, instance } = context
  const { id, secret } = await call.once(`access key of ${user?.id ?? accountId}`, async () => {
    const secret = newSecret(context)
    call.defer(secret)
    return Promise.resolve({ id: newAccessKeyId(ground.random, { prefix: 'AKIA', accountId }), secret })
  })
  const { value } = accessKeys.create(call, instance.installation, {
    path: [id],
    value: {
      id,
      accountId,
      ...(user !== undefined && { user: user.name.toLowerCase(), userId: user.id }),
      active: true,
      createdAt: call.at,
    },
  })
  const place = secretPlace(context, id)
  call.materials.push({ place, material: ground.barrier.sealMaterial(place, secret.bytes) })
  return { key: value, secret }
}

/** Text of a secret that signs. */
export const newSecret = ({ ground }: Needs<'ground'>): SecretBytes =>
  new SecretBytes(Buffer.from(Buffer.from(ground.random.bytes(secretEntropyBytes)).toString('base64')))

/** Where the secret is: a key has one, for as long as it lives. */
export const secretPlace = ({ accessKeys, instance }: Needs<'accessKeys' | 'instance'>, id: string): Place => ({
  id: accessKeys.idOf(instance.installation, [id]),
  version: '0'.repeat(32),
})
