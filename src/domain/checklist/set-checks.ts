import { everybody } from '#domain/access/named-principal.ts'
import { grantOf, leastRole } from '#domain/access/grant-command.ts'
import { noFacts } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { parseKeyUrl } from '#domain/disks/key-url.ts'
import { actingAt, keyStanding, referenceOf } from '#domain/disks/key-standing.ts'
import type { DiskEncryptionSet } from '#domain/disks/records.ts'
import { keyRecord } from '#domain/keys/find-key.ts'
import { keyScope, type KeyReference } from '#domain/keys/reference.ts'
import type { Principal } from '#model/principal.ts'
import { bad, daysSince, good, note, type CheckItem } from './item.ts'

const needed = ['key.read', 'key.wrap', 'key.unwrap'] as const satisfies readonly Permission[]

interface Looked {
  readonly set: DiskEncryptionSet
  /** The version that is looked at: the set's own, or a disk's. */
  readonly keyUrl: string
}

/** Identity, role, key, rotation, and where things are: each line of seed 000's checklist for a set. Nothing is opened. */
export async function setChecks(context: Context, call: Call, looked: Looked): Promise<readonly CheckItem[]> {
  const { set, keyUrl } = looked
  const reference = await referenceOf(context, call, keyUrl)
  if (typeof reference === 'string') {
    const why = reference === 'vault' ? 'its vault is deleted' : 'it names no key of this instance'
    return [await identityCheck(context, call, set), bad('key', `${shownKey(context, keyUrl)}: ${why}`)]
  }
  const who = await actingAt(context, call, { set, vault: reference.vault })
  return [
    await identityCheck(context, call, set),
    ...(who === undefined ? [] : [roleCheck(context, { who, reference })]),
    await keyCheck(context, call, { ...looked, reference }),
    await rotationCheck(context, call, { ...looked, reference }),
    ...placeChecks(set, reference),
  ]
}

function shownKey(context: Context, keyUrl: string): string {
  const url = parseKeyUrl(keyUrl, context.instance.domain)
  return url === undefined ? keyUrl : `${url.vault}/${url.name} v ${url.version.slice(0, 4)}`
}

async function identityCheck(context: Context, call: Call, set: DiskEncryptionSet): Promise<CheckItem> {
  const { principalId, userAssigned, tenantId = '' } = set.identity
  const id = principalId ?? userAssigned[0]?.principalId
  if (id === undefined) return bad('identity', `${set.name} has no identity`)
  // Whoever is in no directory, or is disabled there, gets nothing.
  const standing = await actingAt(context, call, { set: { ...set, federatedClientId: undefined }, vault: { tenantId } })
  if (standing === undefined) return bad('identity', `${set.name}'s identity ${id} is gone or disabled`)
  return good('identity', `${principalId === undefined ? 'user-assigned' : 'system-assigned'} identity ${id}`)
}

/** By which assignment it may do all of it; or the narrowest that would let it. */
function roleCheck(context: Context, { who, reference }: { readonly who: Principal; readonly reference: KeyReference }): CheckItem {
  const on = keyScope(reference.vault, reference.name)
  const rulings = needed.map(permission => context.access.judge({ who, permission, on, facts: noFacts }))
  const allowed = rulings.find(ruling => ruling.allowed)
  if (rulings.every(ruling => ruling.allowed) && allowed?.allowed === true)
    return good('role', `role: may get, wrap and unwrap by ${allowed.by}`)
  const named = everybody(context, reference.vault.tenantId).get(who.id)
  const role = leastRole(needed)
  const grant =
    named === undefined || role === undefined || !reference.vault.enableRbacAuthorization
      ? []
      : [grantOf(role, { on: reference.vault.scope, to: named })]
  const policy = `az keyvault set-policy --name ${reference.vault.name} --object-id ${who.id} --key-permissions get wrapKey unwrapKey`
  const next = reference.vault.enableRbacAuthorization ? grant.map(words => words.map(quoted).join(' ')) : [policy]
  return bad('role', `no role lets the identity get, wrap and unwrap with ${reference.vault.name}/${reference.name}`, next)
}

const quoted = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : JSON.stringify(word))

async function keyCheck(
  context: Context,
  call: Call,
  { set, keyUrl, reference }: Looked & { readonly reference: KeyReference },
): Promise<CheckItem> {
  const standing = await keyStanding(context, call, { set, keyUrl })
  const name = `${reference.vault.name}/${reference.name}`
  const shown = shownKey(context, keyUrl)
  // Its own line says what the identity and the role lack.
  if (standing.usable || ['identity', 'federation', 'access'].includes(standing.loss)) {
    const key = await keyRecord(context, call, reference)
    return key?.value.deleted === undefined
      ? good('key', `key ${shown} usable`)
      : bad('key', `key ${shown} is deleted`, [`keystead key recover ${name}`])
  }
  const cure: Partial<Record<typeof standing.loss, string>> = {
    disabled: `keystead key enable ${name}/${reference.version}`,
    key: `keystead key recover ${name}`,
  }
  const command = cure[standing.loss]
  return bad('key', `key ${shown}: ${standing.because}`, command === undefined ? [] : [command])
}

async function rotationCheck(
  context: Context,
  call: Call,
  { set, keyUrl, reference }: Looked & { readonly reference: KeyReference },
): Promise<CheckItem> {
  if (set.autoKeyRotationError !== undefined) return bad('rotation', `rotation failed: ${set.autoKeyRotationError.message}`)
  if (set.previousKeys.length > 0) return note('rotation', 'disks are being wrapped under a newer version now')
  const versions = (await keyRecord(context, call, reference))?.value.versions ?? []
  const version = versions.find(({ id }) => id === reference.version)
  if (version === undefined) return note('rotation', `nothing is known of ${shownKey(context, keyUrl)}`)
  const age = `rotated ${daysSince(set.lastKeyRotationAt ?? version.createdAt, call.at)} ago`
  const follows = set.rotationToLatestKeyVersionEnabled
  if (versions.at(-1) === version) return good('rotation', follows ? `${age}, follows its key` : age)
  const update = `az disk-encryption-set update -g ${set.id.split('/')[4]} -n ${set.name} --enable-auto-key-rotation true`
  return note('rotation', `${age}, and the key has a newer version`, follows ? [] : [update])
}

/** Regions that do not match, and vaults without what keeps keys from going (seed 000). */
function placeChecks(set: DiskEncryptionSet, { vault }: KeyReference): readonly CheckItem[] {
  const region =
    set.location === vault.location
      ? good('region', `region ${set.location}`)
      : bad('region', `${set.name} is in ${set.location}, its vault in ${vault.location}`)
  const model = vault.enableRbacAuthorization
    ? []
    : [note('model', `${vault.name} goes by access policies`, [`az keyvault update -n ${vault.name} --enable-rbac-authorization true`])]
  const purge = vault.enablePurgeProtection
    ? []
    : [
        note('purge', `${vault.name} has no purge protection: a deleted key can be destroyed at once`, [
          `az keyvault update -n ${vault.name} --enable-purge-protection true`,
        ]),
      ]
  return [region, ...model, ...purge]
}
