// What an instance that has a volume may do with its key: by a grant, as the role that the service has for it in the account (aws-kms.md 6.3).
import { Problem } from '#model/problem.ts'
import type { Bytes } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { accountKeyById, findAccountKey } from '#domain/account-keys/find-account-key.ts'
import { createGrant } from '#domain/account-keys/grants/create-grant.ts'
import { retireGrant, retiring } from '#domain/account-keys/grants/end-grant.ts'
import { grantById } from '#domain/account-keys/grants/find-grant.ts'
import { grantCallFacts, grantFacts, grantOf, type GrantRequest } from '#domain/account-keys/grants/grant-request.ts'
import { parseKeyArn } from '#domain/account-keys/key-arn.ts'
import { factsOf } from '#domain/account-keys/key-facts.ts'
import { ownedKey } from '#domain/account-keys/permit-account-key.ts'
import { keyForUse, type UseNeeds } from '#domain/account-keys/use-account-key.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { serviceRoleSession } from '#domain/accounts/service-roles.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { DiskStanding } from '#domain/disks/disk-standing.ts'
import { decrypt } from '#domain/envelopes/decrypt.ts'
import { encryptionUse } from '#domain/envelopes/encrypt.ts'
import { boundToName, volumeService } from './place.ts'
import type { Volume, VolumeAttachment } from './records.ts'
import { inVolumesWords, throughService } from './volume-keys.ts'

export type InstanceKeyNeeds = UseNeeds & Needs<'grantTallies' | 'accounts' | 'accountUsers' | 'accountRoles'>

type Grant = NonNullable<VolumeAttachment['grant']>
/** What has a data key that a key of an account has wrapped, bound to the name `id`. */
export interface KeyHolder extends RegionOfAccount {
  readonly id: string
  readonly key?: Volume['key']
}

/** `instanceId`: whatever the service opens it for has a session of its role. */
interface OfInstance {
  readonly volume: KeyHolder
  readonly instanceId: string
}

const roleOf = ({ volume: { accountId }, instanceId }: OfInstance): Principal =>
  serviceRoleSession({ accountId, role: 'ec2-infrastructure', session: instanceId, service: volumeService })

/** On the caller's own right. Nothing for a volume that no key of an account has wrapped. Raises `AccessDenied`, `VolumeInvalid`. */
export async function grantToInstance(context: InstanceKeyNeeds, call: Call, of: OfInstance): Promise<Grant | undefined> {
  const { volume } = of
  if (volume.key === undefined) return undefined
  const { arn } = volume.key
  const role = roleOf(of).acting?.arn ?? ''
  const subset = { [boundToName]: volume.id }
  const request: GrantRequest = { operations: ['Decrypt'], grantee: role, retiring: role, constraints: { subset } }
  const parameters = {
    keyId: arn,
    granteePrincipal: role,
    retiringPrincipal: role,
    operations: ['Decrypt'],
    constraints: { encryptionContextSubset: subset },
  }
  const child = { who: throughService(call), operation: 'CreateGrant', plane: 'kms', resource: arn, shown: { parameters, readOnly: false } }
  return inVolumesWords(async () =>
    call.as(child, async one => {
      const named = { id: arn, region: volume.region, accepts: 'key', permission: 'keyGrant.create' } as const
      const found = await findAccountKey(context, one, named)
      const facts = factsOf(grantFacts(request), grantCallFacts(one))
      const permit = context.access.permit(
        one,
        'keyGrant.create',
        await ownedKey(context, one, { ...found, facts, child: grantOf(request) }),
      )
      const { grantId } = await createGrant(context, one, { ...request, permit, key: found.key })
      return { keyArn: arn, grantId }
    }),
  )
}

/** By the instance itself. A grant that somebody has taken back already, or whose key is gone, is over. */
export async function retireFromInstance(context: InstanceKeyNeeds, call: Call, of: OfInstance & { readonly grant: Grant }): Promise<void> {
  const { keyArn, grantId } = of.grant
  const place = parseKeyArn(keyArn)
  const key = place && (await accountKeyById(context, call, { ...place, id: place.name }))
  const grant = key && (await grantById(context, call, { key, grantId }))
  if (key === undefined || grant === undefined) return
  const shown = { parameters: { keyId: keyArn, grantId }, readOnly: false }
  await call.as({ who: roleOf(of), operation: 'RetireGrant', plane: 'kms', resource: keyArn, shown }, async one =>
    retireGrant(context, one, { permit: context.access.permit(one, 'keyGrant.retire', retiring(one, key, grant)), key, grant }),
  )
}

interface Wrapped extends OfInstance {
  readonly key: NonNullable<Volume['key']>
}

const boundTo = ({ volume }: OfInstance) => new Map([[boundToName, volume.id]])

/** The data key, by the instance: one Decrypt in the audit and the trail. The caller zeroes it. Raises what the key says. */
export async function decryptForInstance(context: InstanceKeyNeeds, call: Call, of: Wrapped): Promise<Bytes> {
  const { volume, key } = of
  const parameters = { encryptionContext: { [boundToName]: volume.id }, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  return call.as({ who: roleOf(of), operation: 'Decrypt', plane: 'kms', resource: key.arn }, async one => {
    // The instance opens it by itself: no request of the account stands behind it.
    one.trail = { region: volume.region, readOnly: true, parameters, resources: [] }
    const { plaintext } = await decrypt(context, one, {
      algorithm: 'SYMMETRIC_DEFAULT',
      bound: boundTo(of),
      region: volume.region,
      blob: Uint8Array.fromBase64(key.wrapped),
      keyId: key.arn,
    })
    return Uint8Array.from(plaintext.bytes)
  })
}

/** May the instance decrypt now, and can the key? Reads what a use reads: nothing is opened. */
export async function instanceStanding(context: InstanceKeyNeeds, call: Call, of: Wrapped): Promise<DiskStanding> {
  // Its own ruling and target, the reads of the call.
  const looking: Call = { ...call, who: roleOf(of), ruling: { allowed: false, because: 'not-asked' }, target: {} }
  const use = encryptionUse('accountKey.decrypt', { algorithm: 'SYMMETRIC_DEFAULT', bound: boundTo(of) })
  try {
    await keyForUse(context, looking, { ...use, key: { id: of.key.arn, region: of.volume.region } })
    return { usable: true }
  } catch (error) {
    if (error instanceof Problem) return { usable: false, because: becauseOf(error) }
    throw error
  }
}

function becauseOf({ body: { code } }: Problem): string {
  if (code === 'AccountKeyDisabled') return 'the key is disabled'
  if (code === 'AccessDenied' || code === 'AccountKeyHidden') return 'the instance may not decrypt with the key'
  if (code === 'AccountKeyNotFound') return 'the key is gone'
  return 'the key is in no state to decrypt'
}
