import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { recordOf, requireDeletedObject, versionNamed, type HeldObject } from '#domain/vault-objects/find-object.ts'
import type { Deletion } from '#domain/vault-objects/object.ts'
import { olderWith, type HeldOlder } from './older-versions.ts'
import type { Secret, SecretVersion } from './records.ts'
import { secretArmId, type SecretName, type SecretReference } from './reference.ts'

export type HeldSecret = HeldObject<Secret>

export interface FoundSecret {
  readonly secret: HeldSecret
  readonly version: SecretVersion
  /** Where it stands, if no longer in the secret's own record. */
  readonly older?: HeldOlder
}

type FindingNeeds = Needs<'secrets' | 'olderSecretVersions'>

/** The record under a name, deleted or not; `undefined` where there is none. */
export const secretRecord = async ({ secrets }: Needs<'secrets'>, call: Call, named: SecretName): Promise<HeldSecret | undefined> =>
  recordOf(secrets, call, named)

/** A live secret in the version asked for; `undefined` where the secret, or that version of it, is not there. */
export async function findSecret(context: FindingNeeds, call: Call, reference: SecretReference): Promise<FoundSecret | undefined> {
  const secret = await secretRecord(context, call, reference)
  if (secret === undefined || secret.value.deleted !== undefined) return undefined
  const version = versionNamed<SecretVersion>(secret.value, reference.version)
  if (version !== undefined) return { secret, version }
  const older = await olderWith(context, call, { secret, id: reference.version })
  const moved = older?.value.versions.find(({ id }) => id === reference.version)
  return older === undefined || moved === undefined ? undefined : { secret, version: moved, older }
}

/** The same where it must be there, named in the call's entry: raises `SecretNotFound`. */
export async function requireSecret(context: FindingNeeds, call: Call, reference: SecretReference): Promise<FoundSecret> {
  const { vault, name, version } = reference
  call.target = { secretId: secretArmId(reference), ...(version !== 'current' && { version }) }
  const found = await findSecret(context, call, reference)
  if (found === undefined) throw new Problem({ code: 'SecretNotFound', details: { name, ...(version !== 'current' && { version }) } })
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
