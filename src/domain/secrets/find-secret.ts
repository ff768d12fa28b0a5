import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import {
  findObject,
  recordOf,
  requireDeletedObject,
  requireObject,
  type FoundObject,
  type HeldObject,
} from '#domain/vault-objects/find-object.ts'
import type { Deletion } from '#domain/vault-objects/object.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretArmId, type SecretName, type SecretReference } from './reference.ts'

export type HeldSecret = HeldObject<Secret>

export interface FoundSecret {
  readonly secret: HeldSecret
  readonly version: SecretVersion
}

const asSecret = ({ held, version }: FoundObject<SecretVersion, Secret>): FoundSecret => ({ secret: held, version })

/** The record under a name, deleted or not; `undefined` where there is none. */
export const secretRecord = async ({ secrets }: Needs<'secrets'>, call: Call, named: SecretName): Promise<HeldSecret | undefined> =>
  recordOf(secrets, call, named)

/** A live secret in the version asked for; `undefined` where the secret, or that version of it, is not there. */
export async function findSecret({ secrets }: Needs<'secrets'>, call: Call, reference: SecretReference): Promise<FoundSecret | undefined> {
  const found = await findObject<SecretVersion, Secret>(secrets, call, reference)
  return found === undefined ? undefined : asSecret(found)
}

/** The same where it must be there, named in the call's entry: raises `SecretNotFound`. */
export async function requireSecret({ secrets }: Needs<'secrets'>, call: Call, reference: SecretReference): Promise<FoundSecret> {
  const { vault, version } = reference
  call.target = { secretId: secretArmId(reference), ...(version !== 'current' && { version }) }
  const found = asSecret(await requireObject<SecretVersion, Secret>(secrets, call, { reference, absence: 'SecretNotFound' }))
  call.target = { secretId: secretArmId({ vault, name: found.secret.value.name }), version: found.version.id }
  return found
}

/** A soft-deleted secret: raises `DeletedSecretNotFound`. */
export async function requireDeletedSecret(
  { secrets }: Needs<'secrets'>,
  call: Call,
  named: SecretName,
): Promise<{ readonly secret: HeldSecret; readonly deleted: Deletion }> {
  const { held, deleted } = await requireDeletedObject(secrets, call, { named, absence: 'DeletedSecretNotFound' })
  return { secret: held, deleted }
}
